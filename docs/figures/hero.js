// An image on its way through a trained network: one channel after each group, then ten probabilities.
{
  const CHANNELS = 6; // side by side in one image

  figure("hero", {
    controls: {
      digit: { label: "digit", options: ["3", "8", "5", "0"], value: "3" },
      channel: { label: "channel", min: 1, max: CHANNELS, value: 1 },
    },
    draw(state, narrow, rows) {
      if (!rows.length) return svg(narrow ? 330 : 688, 60, [label(0, 34, "not recorded yet", "soft")]);
      const row = rows.find(({ label: digit }) => String(digit) === state.digit);
      const side = narrow ? 86 : 84;
      const places = [...Array(6).keys()].map((place) =>
        narrow ? [(place % 3) * 122, Math.floor(place / 3) * 142 + 22] : [place * 112, 24],
      );
      const parts = places.map(([x, y], place) => {
        if (place === 0) {
          return [label(x, y - 8, "image", "x", { bold: true }), image(x, y, side, side, row.image), rect(x, y, side, side, "x", { filled: false, radius: 1 }), label(x, y + side + 16, "128×128", "soft", { size: 12 })];
        }
        const { name, of, size, strip } = row.maps[place - 1];
        const from = places[place - 1];
        return [
          from[1] === y ? arrow(from[0] + side + 6, y + side / 2, x - 6, y + side / 2, "f") : "",
          label(x, y - 8, name, "f", { bold: true }),
          `<svg x="${x}" y="${y}" width="${side}" height="${side}" viewBox="${(state.channel - 1) * size} 0 ${size} ${size}">` +
            `<image class="pixels" width="${size * CHANNELS}" height="${size}" href="${strip}"/></svg>`,
          rect(x, y, side, side, "f", { filled: false, radius: 1 }),
          label(x, y + side + 16, `${of}×${size}×${size}`, "soft", { size: 12 }),
        ];
      });
      const top = narrow ? 300 : 148;
      const bar = narrow ? 33 : 67;
      const most = 44;
      row.probabilities.forEach((probability, digit) => {
        const x = digit * bar;
        const kind = digit === row.label ? "y" : "soft";
        parts.push(line([[x, top + most], [x + bar - 9, top + most]], "soft", { width: 1 }));
        if (probability * most >= 0.5) parts.push(rect(x + 3, top + most * (1 - probability), bar - 15, most * probability, kind, { radius: 1 }));
        parts.push(label(x + (bar - 9) / 2, top + most + 17, digit, kind, { anchor: "middle", bold: digit === row.label }));
      });
      return svg(narrow ? 330 : 688, top + most + 24, parts);
    },
    say(state, rows) {
      if (!rows.length) return "Not recorded yet.";
      const row = rows.find(({ label: digit }) => String(digit) === state.digit);
      const probability = row.probabilities[row.label];
      return `A handwritten ${row.label} becomes ever smaller and deeper stacks of numbers, and in the end ten probabilities: ${(100 * probability).toFixed(1)}% for ${row.label}.`;
    },
  });
}
