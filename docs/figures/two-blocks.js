// The basic block and the bottleneck, side by side, where both work on as many weights.
figure("two-blocks", {
  controls: {
    channels: { label: "channels inside", options: ["64", "128", "256", "512"], value: "64" },
  },
  draw({ channels }, narrow) {
    const { basic, bottleneck } = blocksOf(Number(channels));
    const block = (x, y, title, convs, outside) => {
      const wide = narrow ? 150 : 190;
      const middle = x + wide / 2 + 14;
      const end = y + 40 + 62 * convs.length;
      return [
        label(x + 14, y, title, "ink", { bold: true }),
        label(middle, y + 22, `${outside} channels`, "soft", { anchor: "middle", size: 12 }),
        convs.map(({ from, to, kernel, weights }, i) => {
          const top = y + 34 + 62 * i;
          return [
            rect(x + 28, top, wide - 28, 46, "f"),
            label(middle, top + 19, `${kernel}×${kernel}, ${from} → ${to}`, "f", { anchor: "middle", bold: true, size: 12 }),
            label(middle, top + 37, `${d3.format(",")(weights)} weights`, "f", { anchor: "middle", size: 12 }),
            arrow(middle, top + 46, middle, top + 61, "f"),
          ];
        }),
        path(`M${middle} ${y + 28}H${x + 14}V${end}H${middle - 12}`, "x", { width: 2 }),
        circle(middle, end, 11, "y"),
        label(middle, end + 5, "+", "y", { anchor: "middle", bold: true, size: 14 }),
        label(middle, end + 30, `${outside} channels`, "soft", { anchor: "middle", size: 12 }),
        label(middle, end + 50, `${d3.format(",")(d3.sum(convs, (each) => each.weights))} weights`, "ink", { anchor: "middle", bold: true }),
      ];
    };
    const right = narrow ? 165 : 330;
    return svg(narrow ? 330 : 688, 330, [
      block(narrow ? 0 : 90, 16, "BasicBlock", basic, channels),
      block(right + (narrow ? 0 : 60), 16, "Bottleneck", bottleneck, 4 * Number(channels)),
    ]);
  },
  say({ channels }) {
    const { basic, bottleneck } = blocksOf(Number(channels));
    const [one, other] = [basic, bottleneck].map((convs) => d3.sum(convs, (each) => each.weights));
    return `The basic block hands on ${channels} channels and has ${d3.format(",")(one)} weights; the bottleneck hands on ${4 * Number(channels)} and has ${d3.format(",")(other)}.`;
  },
});

function blocksOf(channels) {
  const conv = (from, to, kernel) => ({ from, to, kernel, weights: from * to * kernel * kernel });
  return {
    basic: [conv(channels, channels, 3), conv(channels, channels, 3)],
    bottleneck: [conv(4 * channels, channels, 1), conv(channels, channels, 3), conv(channels, 4 * channels, 1)],
  };
}
