// Where a small network finds what speaks for a class, on a few test digits.
{
  const NAMES = ["3", "4", "7", "0", "the misclassified one"];
  const chosen = (state, rows) => rows[Math.min(NAMES.indexOf(state.image), rows.length - 1)];
  const answer = (row) => row.probabilities.indexOf(Math.max(...row.probabilities));

  figure("where-it-looks", {
    controls: {
      image: { label: "image", options: NAMES, value: "3" },
      target: { label: "class", min: 0, max: 9, value: 3 },
      ink: { label: "show the digit", checked: true },
    },
    draw(state, narrow, rows) {
      const row = chosen(state, rows);
      const side = narrow ? 264 : 272;
      const cell = side / 8;
      const left = narrow ? 33 : 0;
      const map = [...row.maps[state.target]].map(Number);
      const parts = [];
      const square = (place, size, kind, opacity) => {
        const [x, y] = [left + ((place % 8) + 0.5) * cell - size / 2, (Math.floor(place / 8) + 0.5) * cell - size / 2];
        return `<rect class="shade ${kind}" x="${number(x)}" y="${number(y)}" width="${number(size)}" height="${number(size)}" fill-opacity="${number(opacity)}"/>`;
      };
      parts.push(rect(left, 0, side, side, "soft", { filled: false, radius: 0 }));
      map.forEach((value, place) => value && parts.push(square(place, cell, "x", (0.8 * value) / 9)));
      if (state.ink) [...row.ink].forEach((value, place) => Number(value) && parts.push(square(place, 0.5 * cell, "ink", Number(value) / 9)));
      const [start, top, step, most] = narrow ? [33, side + 22, 22, 150] : [320, 14, 26, 250];
      parts.push(label(start, narrow ? top : top + 4, "probability of each class", "soft", { size: 12 }));
      row.probabilities.forEach((probability, digit) => {
        const y = top + 12 + digit * step;
        const kind = digit === row.label ? "y" : digit === answer(row) ? "wrong" : "soft";
        parts.push(label(start + 8, y + 13, digit, digit === state.target ? "x" : kind, { bold: digit === state.target || digit === row.label, anchor: "middle" }));
        parts.push(line([[start + 22, y], [start + 22, y + step - 6]], "soft", { width: 1 }));
        const width = probability * most;
        if (width >= 1) parts.push(rect(start + 22, y + 1, width, step - 8, kind === "soft" ? "f" : kind, { radius: 1 }));
        parts.push(label(start + 28 + width, y + 13, `${(100 * probability).toFixed(1)}%`, kind, { size: 12 }));
        if (digit === state.target) parts.push(rect(start - 3, y - 3, narrow ? 270 : 368, step - 1, "x", { filled: false }));
      });
      return svg(narrow ? 330 : 688, narrow ? top + 12 + 10 * step + 6 : Math.max(side, top + 12 + 10 * step) + 6, parts);
    },
    say(state, rows) {
      const row = chosen(state, rows);
      const said = answer(row);
      const verdict = said === row.label ? "rightly" : `wrongly, since it is a ${row.label}`;
      const empty = !/[1-9]/.test(row.maps[state.target]);
      const shown = empty ? `Nothing in it speaks for the class ${state.target}.` : `Marked is what speaks for the class ${state.target}.`;
      return `The network takes this digit for a ${said}, ${verdict}. ${shown}`;
    },
  });
}
