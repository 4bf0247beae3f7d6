// A digit as an image and as numbers: 8 rows of 8 values of ink.
{
  const gridAt = (narrow) => (narrow ? [3, 0, 40] : [352, 0, 40]);

  figure("digit", {
    controls: {
      digit: { label: "digit", min: 0, max: 9, value: 3 },
      row: { label: "row", min: 0, max: 7, value: 3 },
      column: { label: "column", min: 0, max: 7, value: 4 },
    },
    draw(state, narrow, digits) {
      const rows = digits[state.digit];
      const [left, top, cell] = gridAt(narrow);
      const shade = (value) => (value / 16) * 0.55;
      const marked = { row: state.row, column: state.column };
      const inked = (x, y, size) =>
        rows.flatMap((row, i) =>
          row.map((value, j) =>
            value ? `<rect class="ink-dot" x="${x + j * size}" y="${y + i * size}" width="${size + 0.3}" height="${size + 0.3}" fill-opacity="${value / 16}"/>` : "",
          ),
        );
      const numbers = [grid(left, top, cell, rows, "ink", { shade: (value) => shade(value) * 0.4, mark: null, size: 14 }),
        rect(left + marked.column * cell, top + marked.row * cell, cell, cell, "x", { filled: false, strong: true, radius: 1 })];
      if (narrow) {
        return svg(330, 500, [numbers, inked(101, 344, 16), rect(101, 344, 128, 128, "soft", { filled: false, radius: 0 }),
          rect(101 + marked.column * 16, 344 + marked.row * 16, 16, 16, "x", { filled: false, strong: true, radius: 0 }),
          label(165, 492, "the same as an image", "soft", { anchor: "middle" })]);
      }
      return svg(688, 322, [inked(0, 0, 40), rect(0, 0, 320, 320, "soft", { filled: false, radius: 0 }),
        rect(marked.column * 40, marked.row * 40, 40, 40, "x", { filled: false, strong: true, radius: 0 }), numbers]);
    },
    say(state, digits) {
      const value = digits[state.digit][state.row][state.column];
      const words = value === 0 ? "bare paper" : value === 16 ? "full ink" : `${value} sixteenths of full ink`;
      return `This is a ${state.digit}. The pixel in row ${state.row}, column ${state.column} holds ${value}: ${words}.`;
    },
    hover: true,
    point(state, x, y, narrow) {
      const [left, top, cell] = gridAt(narrow);
      const at = (from, start, size) => [Math.floor((x - from) / size), Math.floor((y - start) / size)];
      const places = narrow ? [at(left, top, cell), at(101, 344, 16)] : [at(left, top, cell), at(0, 0, 40)];
      const found = places.find(([column, row]) => column >= 0 && column < 8 && row >= 0 && row < 8);
      return found && { column: found[0], row: found[1] };
    },
  });
}
