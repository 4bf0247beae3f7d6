// The shortcut without weights: two channels of 4×4 pixels, every second one of them, and channels of zeros.
figure("zero-pad", {
  controls: {
    stride: { label: "stride", min: 1, max: 2, step: 1, value: 2 },
    channels: { label: "channels", min: 2, max: 4, step: 1, value: 4 },
  },
  draw({ stride, channels }, narrow) {
    const cell = narrow ? 25 : 26;
    const input = [0, 1].map((channel) => d3.range(4).map((i) => d3.range(4).map((j) => 16 * channel + 4 * i + j + 1)));
    const kept = input.map((rows) => rows.filter((_, i) => i % stride === 0).map((row) => row.filter((_, j) => j % stride === 0)));
    const side = 4 / stride;
    const zeros = d3.range(side).map(() => d3.range(side).map(() => 0));
    const output = [...kept, ...d3.range(channels - 2).map(() => zeros)];
    const shade = (_, i, j) => (i % stride === 0 && j % stride === 0 ? 0.22 : 0);
    const parts = [label(0, 16, "x, 2×4×4", "x", { bold: true })];
    input.forEach((rows, channel) => {
      parts.push(grid(channel * (4 * cell + 14), 28, cell, rows, "x", { shade, size: 12 }));
    });
    const top = narrow ? 28 + 4 * cell + 66 : 28;
    const left = narrow ? 0 : 316;
    if (narrow) parts.push(arrow(4 * cell + 7, 28 + 4 * cell + 8, 4 * cell + 7, 28 + 4 * cell + 34, "x"));
    else parts.push(arrow(8 * cell + 24, 28 + 2 * cell, left - 12, 28 + 2 * cell, "x"));
    parts.push(label(left, top - 12, `shortcut, ${channels}×${side}×${side}`, "x", { bold: true }));
    const step = side * cell + 12;
    // Four channels of 4×4 do not fit side by side: two rows of two.
    const perRow = side === 4 ? (narrow ? 2 : 3) : 4;
    output.forEach((rows, channel) => {
      const [x, y] = [left + (channel % perRow) * step, top + Math.floor(channel / perRow) * step];
      const zero = channel > 1;
      parts.push(grid(x, y, cell, rows, zero ? "soft" : "x", { shade: () => (zero ? 0 : 0.22), size: 12 }));
    });
    const bottom = top + Math.ceil(output.length / perRow) * step;
    return svg(narrow ? 330 : 688, Math.max(bottom, 28 + 4 * cell + 8), parts);
  },
  say({ stride, channels }) {
    const kept = stride === 1 ? "All pixels are passed on" : "Every second row and column is passed on: a quarter of the pixels";
    const added = channels - 2;
    const zeros = added ? `${added} ${added === 1 ? "channel" : "channels"} of zeros ${added === 1 ? "is" : "are"} added` : "no channel is added";
    return `${kept}, and ${zeros}. Nothing here can be learned.`;
  },
});
