// A digit on its way through the network: six channels after each group, and the ten probabilities.
{
  const named = (row, number) => (number === 4 ? "the hardest" : String(row.label));
  const chosen = (state, rows) => rows.find((row, number) => named(row, number) === state.digit);

  figure("feature-maps", {
    controls: {
      digit: { label: "image", options: ["3", "8", "5", "0", "the hardest"], value: "3" },
      trained: { label: "trained weights", checked: true },
    },
    draw(state, narrow, rows) {
      if (!rows.length) return svg(narrow ? 330 : 688, 60, [label(0, 34, "not recorded yet", "soft")]);
      const row = chosen(state, rows);
      const { maps, probabilities } = row[state.trained ? "trained" : "fresh"];
      const [left, cell] = narrow ? [0, 55] : [112, 96];
      const parts = [image(left, 0, cell, cell, row.image), rect(left, 0, cell, cell, "x", { filled: false, radius: 1 })];
      const title = (y, name, shape) =>
        narrow
          ? [label(left, y - 6, name, "f", { bold: true }), label(left + 66, y - 6, shape, "soft", { size: 12 })]
          : [label(0, y + cell / 2 - 2, name, "f", { bold: true }), label(0, y + cell / 2 + 15, shape, "soft", { size: 12 })];
      if (narrow) parts.push(label(left + cell + 10, 30, "3×128×128", "soft", { size: 12 }));
      else parts.push(label(0, cell / 2 - 2, "image", "x", { bold: true }), label(0, cell / 2 + 15, "3×128×128", "soft", { size: 12 }));
      let y = cell + (narrow ? 26 : 12);
      for (const { name, of, size, strip, channels } of maps) {
        parts.push(title(y, name, `${of}×${size}×${size}`));
        // The six maps lie side by side in one image.
        const wide = cell * channels.length;
        parts.push(image(left, y, wide, cell, strip));
        channels.forEach((channel, place) => parts.push(rect(left + place * cell, y, cell, cell, "f", { filled: false, radius: 1 })));
        y += cell + (narrow ? 26 : 12);
      }
      const most = narrow ? 20 : 42;
      parts.push(label(0, y + (narrow ? 0 : most / 2 + 8), "probabilities", "y", { bold: true }));
      const bar = narrow ? 33 : 56;
      probabilities.forEach((probability, digit) => {
        const x = left + digit * bar;
        const height = probability * most;
        const base = y + most + (narrow ? 12 : 0);
        const kind = digit === row.label || !state.trained ? "y" : "wrong";
        parts.push(line([[x, base], [x + bar - 8, base]], "soft", { width: 1 }));
        if (height >= 0.5) parts.push(rect(x + 3, base - height, bar - 14, height, kind, { radius: 1 }));
        parts.push(label(x + (bar - 8) / 2, base + 16, digit, digit === row.label ? "y" : "soft", { anchor: "middle", bold: digit === row.label }));
      });
      return svg(narrow ? 330 : 688, y + most + (narrow ? 34 : 24), parts);
    },
    say(state, rows) {
      if (!rows.length) return "Not recorded yet.";
      const row = chosen(state, rows);
      const { probabilities } = row[state.trained ? "trained" : "fresh"];
      const best = probabilities.indexOf(Math.max(...probabilities));
      const weights = state.trained ? "The trained network" : "The network with the weights that its training began with";
      return `${weights} gives this ${row.label} the class ${best} with a probability of ${(100 * probabilities[best]).toFixed(1)}%.`;
    },
  });
}
