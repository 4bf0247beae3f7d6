// What Python starts and when the GPU computes it: eight operations of an invented network.
figure("launches", {
  controls: {
    images: { label: "images in a batch", options: ["128", "256", "512"], value: "128" },
    graph: { label: "as one CUDA graph", checked: false },
  },
  draw({ images, graph }, narrow) {
    const [left, width] = narrow ? [10, 306] : [20, 640];
    const x = d3.scaleLinear([0, 180], [left, left + width]);
    const { starts, operations, end } = launches(Number(images), graph);
    const [python, gpu] = [28, 92];
    const lane = (top) => rect(x(0), top, width, 30, "soft", { radius: 2 });
    return svg(narrow ? 330 : 688, 166, [
      label(left, python - 10, "Python starts an operation", "soft", { size: 12 }),
      lane(python),
      starts.map(([from, to]) => rect(x(from) + 0.5, python, x(to) - x(from) - 1, 30, "x", { filled: true, radius: 2 })),
      label(left, gpu - 10, "the GPU computes it", "soft", { size: 12 }),
      lane(gpu),
      operations.map(([from, to]) => rect(x(from) + 0.5, gpu, x(to) - x(from) - 1, 30, "f", { filled: true, radius: 2 })),
      line([[x(end), python - 6], [x(end), gpu + 36]], "y", { width: 2, dashed: true }),
      label(x(end) + (end < 80 ? 5 : -5), gpu + 54, `done after ${end} µs`, "y", { anchor: end < 80 ? "start" : "end", bold: true }),
    ]);
  },
  say({ images, graph }) {
    const { operations, end } = launches(Number(images), graph);
    const busy = operations.reduce((sum, [from, to]) => sum + to - from, 0);
    const share = Math.round((100 * busy) / end);
    return `The GPU computes for ${busy} of ${end} µs (${share}%), and does ${d3.format(",.0f")((1000 * images) / end)} images a millisecond.`;
  },
});

/** When each of eight operations is started and computed: a start takes 10 µs, 128 images take 5 µs. */
function launches(images, graph) {
  const [start, compute, count] = [10, (5 * images) / 128, 8];
  const starts = graph ? [[0, start]] : d3.range(count).map((i) => [i * start, (i + 1) * start]);
  const operations = [];
  for (let i = 0; i < count; i += 1) {
    const from = Math.max(operations.at(-1)?.[1] ?? 0, (starts[i] ?? starts[0])[1]);
    operations.push([from, from + compute]);
  }
  return { starts, operations, end: operations.at(-1)[1] };
}
