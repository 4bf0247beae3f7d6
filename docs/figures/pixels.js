// A photograph to move over: the three values of the pixel under the pointer.
{
  const CHANNELS = ["red", "green", "blue"];
  const sizeOf = (narrow) => (narrow ? 330 / 72 : 456 / 72);

  function valuesAt(data, row, column) {
    const start = 6 * (row * data.width + column);
    return CHANNELS.map((_, channel) => parseInt(data.values.slice(start + 2 * channel, start + 2 * channel + 2), 16));
  }

  figure("pixels", {
    controls: {
      row: { label: "row", min: 0, max: 47, value: 22 },
      column: { label: "column", min: 0, max: 71, value: 32 },
    },
    draw(state, narrow, data) {
      const cell = sizeOf(narrow);
      const [width, height] = [data.width * cell, data.height * cell];
      const values = valuesAt(data, state.row, state.column);
      const [x, y] = narrow ? [0, height + 20] : [width + 30, 20];
      const color = `rgb(${values.join(", ")})`;
      const square = (extra, kind) =>
        rect(state.column * cell - extra, state.row * cell - extra, cell + 2 * extra, cell + 2 * extra, kind, { filled: false, strong: true, radius: 1 });
      const bars = values.flatMap((value, channel) => {
        const top = narrow ? y + 4 + channel * 24 : y + 80 + channel * 40;
        const [left, whole] = narrow ? [x + 140, 150] : [x, 180];
        const base = narrow ? top + 11 : top - 4;
        return [
          label(narrow ? x + 76 : x, base, CHANNELS[channel], "soft"),
          label(narrow ? x + 330 : x + 200, base, value, "ink", { anchor: "end", bold: true }),
          `<rect x="${left}" y="${top + 2}" width="${(value / 255) * whole}" height="10" fill="${["#d04437", "#2e9e5b", "#3f7fe0"][channel]}"/>`,
        ];
      });
      return svg(narrow ? 330 : 688, narrow ? height + 100 : height, [
        image(0, 0, width, height, data.image),
        square(3, "halo"),
        square(2, "ink"),
        `<rect class="box ink" x="${x}" y="${y}" width="${narrow ? 56 : 200}" height="${narrow ? 66 : 46}" style="fill: ${color}"/>`,
        bars,
      ]);
    },
    say(state, data) {
      const [red, green, blue] = valuesAt(data, state.row, state.column);
      return `The pixel in row ${state.row}, column ${state.column} is red ${red}, green ${green}, blue ${blue}.`;
    },
    hover: true,
    point(state, x, y, narrow, data) {
      const [column, row] = [x, y].map((value) => Math.floor(value / sizeOf(narrow)));
      return column >= 0 && column < data.width && row >= 0 && row < data.height ? { row, column } : null;
    },
  });
}
