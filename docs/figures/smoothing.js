// The loss of one image as the logit of its right class grows, with smoothed labels.
figure("smoothing", {
  controls: {
    share: { label: "smoothing", min: 0, max: 0.3, step: 0.02, value: 0.1 },
  },
  draw({ share }, narrow) {
    const [width, height, left, top] = narrow ? [262, 200, 46, 28] : [560, 240, 60, 28];
    const classes = 10;
    const x = d3.scaleLinear([0, 16], [left, left + width]);
    const y = d3.scaleLinear([0, 2.6], [top + height, top]);
    const normal = (z) => Math.log(Math.exp(z) + classes - 1);
    const loss = (z) => normal(z) - (1 - share + share / classes) * z;
    const all = d3.range(0, 16.01, 0.1);
    const best = all.reduce((low, z) => (loss(z) < loss(low) ? z : low), 0);
    return svg(narrow ? 330 : 688, top + height + 42, [
      axes({ x, y, left, top, width, height, xLabel: "logit of the right class; the others are 0", yLabel: "loss of the image" }),
      line(all.map((z) => [x(z), y(Math.min(loss(z), 2.6))]), "f", { width: 3 }),
      share > 0
        ? [circle(x(best), y(loss(best)), 6, "y"), label(x(best), y(loss(best)) + 24, `lowest at ${best.toFixed(1)}`, "y", { anchor: "middle", bold: true })]
        : label(x(16), y(loss(16)) - 10, "falls on and on", "f", { anchor: "end", bold: true }),
    ]);
  },
  say({ share: typed }) {
    const share = Math.round(100 * typed) / 100;
    if (!share) return "Without smoothing the loss falls as long as the logit grows: it is never lowest.";
    const right = 1 - share + share / 10;
    const at = Math.log((9 * right) / (1 - right));
    return `With smoothing of ${share} the right class is asked for ${(100 * right).toFixed(1)}% and each other for ${((100 * share) / 10).toFixed(1)}%. The loss is lowest at a logit of ${at.toFixed(2)}.`;
  },
});
