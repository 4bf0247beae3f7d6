// What limits an operation: the roof of a machine, and where an operation stands under it.
const roofline = {
  images: 128,
  // Operations with each number of the output, and how often each number is moved.
  of({ operation, channels, side, half }) {
    const bytes = half ? 2 : 4;
    const numbers = roofline.images * channels * side ** 2;
    const kernel = Number(operation[0]) || 0;
    const weights = kernel ** 2 * channels ** 2;
    const each = kernel ? 2 * kernel ** 2 * channels : operation === "ReLU" ? 1 : 8;
    const moves = operation === "BatchNorm" ? 3 : 2;
    const moved = bytes * (moves * numbers + weights);
    return { operations: each * numbers, moved, intensity: (each * numbers) / moved };
  },
};
figure("roofline", {
  controls: {
    operation: {
      label: "operation",
      options: ["ReLU", "BatchNorm", "1×1 convolution", "3×3 convolution"],
      value: "3×3 convolution",
    },
    channels: { label: "channels", min: 16, max: 512, step: 16, value: 64 },
    side: { label: "side in positions", min: 1, max: 32, step: 1, value: 16 },
    half: { label: "bf16", checked: false },
  },
  draw(state, narrow, { fp32, bf16, memory }) {
    const [width, height, left, top] = narrow ? [262, 220, 52, 30] : [560, 260, 62, 30];
    const x = d3.scaleLog([0.05, 2000], [left, left + width]).clamp(true);
    const y = d3.scaleLog([1, 1000], [top + height, top]).clamp(true);
    const peak = state.half ? bf16 : fp32;
    const { intensity } = roofline.of(state);
    const speed = Math.min(peak, memory * intensity);
    const limited = memory * intensity < peak;
    const edge = peak / memory;
    const end = x(intensity) > left + width * 0.62;
    return svg(narrow ? 330 : 688, top + height + 46, [
      label(left - 44, 14, "operations per second, in billions", "soft", { size: 12 }),
      [1, 10, 100, 1000].map((value) => [
        line([[left, y(value)], [left + width, y(value)]], "rule", { width: 1 }),
        label(left - 6, y(value) + 4, value, "soft", { anchor: "end", size: 12 }),
      ]),
      [0.1, 1, 10, 100, 1000].map((value) => [
        line([[x(value), top + height], [x(value), top + height + 4]], "soft", { width: 1 }),
        label(x(value), top + height + 18, value, "soft", { anchor: "middle", size: 12 }),
      ]),
      label(left + width, top + height + 38, "operations per byte moved", "soft", { anchor: "end", size: 12 }),
      line([[x(0.05), y(0.05 * memory)], [x(edge), y(peak)], [left + width, y(peak)]], "ink", { width: 2.5 }),
      label(x(0.28), y(0.28 * memory) - 10, "memory", "ink", { anchor: "end", bold: true }),
      label(left + width, y(peak) - 14, state.half ? "computing in bf16" : "computing in fp32", "ink", { anchor: "end", bold: true }),
      line([[x(intensity), top + height], [x(intensity), y(speed)]], limited ? "x" : "f", { dashed: true }),
      circle(x(intensity), y(speed), 7, limited ? "x" : "f"),
      label(x(intensity) + (end ? -8 : 8), top + height - 10, state.operation, limited ? "x" : "f", { anchor: end ? "end" : "start", bold: true }),
    ]);
  },
  say(state, { fp32, bf16, memory }) {
    const peak = state.half ? bf16 : fp32;
    const { operations, moved, intensity } = roofline.of(state);
    const times = [operations / peak / 1e6, moved / memory / 1e6];
    const shown = (value) => (value >= 10 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(2));
    return (
      `For ${roofline.images} images with ${state.channels} channels of ${state.side}×${state.side} positions, it does ${shown(intensity)} operations ` +
      `per byte. Computing takes at least ${shown(times[0])} ms and moving at least ${shown(times[1])} ms: ` +
      (times[0] > times[1] ? "the processor is the limit." : "the memory is the limit.")
    );
  },
});
