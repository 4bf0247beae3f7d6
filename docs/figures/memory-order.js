// The numbers of a small image in memory: channel by channel, or pixel by pixel.
figure("memory-order", {
  controls: {
    last: { label: "channels last", checked: false },
    pixel: { label: "pixel", min: 1, max: 6, step: 1, value: 2 },
  },
  draw({ last, pixel }, narrow) {
    const [rows, columns] = [2, 3];
    const cell = 28;
    const names = ["R", "G", "B"];
    const apart = narrow ? 104 : 150;
    const planes = names.map((name, channel) => {
      const left = (narrow ? 12 : 130) + channel * apart;
      return [
        label(left, 16, narrow ? ["red", "green", "blue"][channel] : `channel ${["red", "green", "blue"][channel]}`, "x", { bold: true }),
        d3.range(rows * columns).map((i) => {
          const [x, y] = [left + (i % columns) * cell, 26 + Math.floor(i / columns) * cell];
          const chosen = i + 1 === pixel;
          return [
            rect(x + 1, y + 1, cell - 2, cell - 2, chosen ? "f" : "x", { filled: chosen, radius: 2 }),
            label(x + cell / 2, y + 18, `${name}${i + 1}`, chosen ? "f" : "x", { anchor: "middle", size: 12, bold: chosen }),
          ];
        }),
      ];
    });
    const order = last
      ? d3.range(6).flatMap((i) => names.map((name) => [name, i]))
      : names.flatMap((name) => d3.range(6).map((i) => [name, i]));
    const perRow = narrow ? 9 : 18;
    const wide = narrow ? 35 : 37;
    const strip = order.map(([name, i], place) => {
      const [x, y] = [(narrow ? 6 : 10) + (place % perRow) * wide, 128 + Math.floor(place / perRow) * 40];
      const chosen = i + 1 === pixel;
      return [
        rect(x + 1, y, wide - 2, 30, chosen ? "f" : "x", { filled: chosen, radius: 2, strong: chosen }),
        label(x + wide / 2, y + 20, `${name}${i + 1}`, chosen ? "f" : "x", { anchor: "middle", size: 12, bold: chosen }),
      ];
    });
    return svg(narrow ? 330 : 688, narrow ? 204 : 168, [
      planes,
      label(narrow ? 6 : 10, 116, "in memory, one after the other", "soft", { size: 12 }),
      strip,
    ]);
  },
  say({ last, pixel }) {
    const places = last ? [3 * (pixel - 1), 3 * pixel - 2, 3 * pixel - 1] : [pixel - 1, pixel + 5, pixel + 11];
    const said = `The three values of pixel ${pixel} stand at places ${places.map((place) => place + 1).join(", ")}`;
    return last
      ? `${said}, side by side: what a convolution adds up at a position is read in one piece.`
      : `${said}, and between them lie the values of other pixels.`;
  },
});
