// A weight that is pushed about its best value by noisy steps, and the average of its way.
figure("average", {
  controls: {
    lr: { label: "learning rate", min: 0.02, max: 0.6, step: 0.02, value: 0.3 },
    steps: { label: "averaged steps", min: 1, max: 100, step: 1, value: 30 },
  },
  draw(state, narrow) {
    const { weights, means, far } = averages(state);
    const [width, height, left, top] = narrow ? [270, 210, 40, 28] : [530, 240, 50, 28];
    const x = d3.scaleLinear([0, weights.length], [left, left + width]);
    const y = d3.scaleLinear([-2, 2], [top + height, top]).clamp(true);
    const drawn = (values) => values.map((value, step) => [x(step + 1), y(value)]);
    const name = (place, text, kind) => label(left + place, top + height + 60, text, kind, { bold: true });
    return svg(narrow ? 330 : 688, top + height + (narrow ? 70 : 42), [
      axes({ x, y, left, top, width, height, xLabel: "step", yLabel: "distance from the best value" }),
      line([[left, y(0)], [left + width, y(0)]], "soft", { dashed: true }),
      line(drawn(weights), "f", { width: 1.2 }),
      line(drawn(means), "y", { width: 3 }),
      narrow ? name(120, "thick: its average", "y") : label(left + width + 8, y(means[means.length - 1]) + 4, "its average", "y", { bold: true }),
      narrow ? name(0, "thin: the weight", "f") : label(left + width + 8, y(far > 0 ? -1.4 : 1.4), "the weight", "f", { bold: true }),
    ]);
  },
  say(state) {
    const { far, near } = averages(state);
    return `Over the last 200 steps the weight is ${far.toFixed(2)} away from its best value on average, and the average of about ${state.steps} steps is ${near.toFixed(2)} away.`;
  },
});

/** The weight and its exponential moving average over 250 steps on (w²)/2 with noisy gradients. */
function averages({ lr, steps }) {
  let seed = 7;
  const uniform = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648; // the same noise each time
    return (seed + 0.5) / 2147483648;
  };
  const weights = [];
  const means = [];
  let [weight, mean] = [0, 0];
  for (let step = 0; step < 250; step += 1) {
    const noise = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    weight -= lr * (weight + 1.2 * noise);
    mean += (weight - mean) / Math.min(steps, step + 1);
    weights.push(weight);
    means.push(mean);
  }
  const distance = (values) => d3.mean(values.slice(50), Math.abs);
  return { weights, means, far: distance(weights), near: distance(means) };
}
