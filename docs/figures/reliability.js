// A reliability diagram: the accuracy of the images in each range of confidence, at a temperature.
{
  const nearest = ({ rows }, temperature) =>
    rows.reduce((best, row) => (Math.abs(row.temperature - temperature) < Math.abs(best.temperature - temperature) ? row : best));

  figure("reliability", {
    controls: {
      temperature: { label: "temperature", min: 0.6, max: 1.8, step: 0.05, value: 1 },
    },
    draw(state, narrow, data) {
      const row = nearest(data, state.temperature);
      const [left, width, top, height] = narrow ? [38, 276, 28, 260] : [44, 420, 28, 300];
      const x = d3.scaleLinear([0, 100], [left, left + width]);
      const y = d3.scaleLinear([0, 100], [top + height, top]);
      const wide = width / data.bins;
      const parts = [
        axes({ x, y, left, top, width, height, xLabel: "confidence, %", yLabel: "accuracy, %" }),
        line([[x(0), y(0)], [x(100), y(100)]], "soft", { width: 1, dashed: true }),
      ];
      row.bins.forEach(([count, confidence, accuracy]) => {
        const bin = Math.min(Math.floor(confidence * data.bins + 1e-9), data.bins - 1);
        const start = left + bin * wide;
        const few = count < 20;
        parts.push(rect(start + 2, y(100 * accuracy), wide - 4, Math.max(y(0) - y(100 * accuracy), 0.5), "y", { radius: 1, filled: !few, dashed: few }));
        parts.push(line([[start + 1, y(100 * confidence)], [start + wide - 1, y(100 * confidence)]], "wrong", { width: 2.5 }));
      });
      const [from, below] = narrow ? [left, top + height + 58] : [left + width + 24, top + 20];
      const names = [
        ["bar: accuracy", "y"],
        ["line: mean confidence", "wrong"],
      ];
      names.forEach(([name, kind], place) => parts.push(label(from + (narrow ? place * 110 : 0), below + (narrow ? 0 : place * 20), name, kind, { size: 12, bold: true })));
      parts.push(label(from, below + (narrow ? 20 : 52), `calibration error ${row.error.toFixed(1)} points`, "ink", { bold: true }));
      parts.push(label(from, below + (narrow ? 40 : 76), "dashed bar: fewer than 20 images", "soft", { size: 12 }));
      return svg(narrow ? 330 : 688, top + height + (narrow ? 106 : 44), parts);
    },
    say(state, data) {
      const row = nearest(data, state.temperature);
      const high = row.bins[row.bins.length - 1];
      const percent = (share) => `${(100 * share).toFixed(1)}%`;
      return (
        `Temperature ${row.temperature.toFixed(2)}: the calibration error is ${row.error.toFixed(1)} points. ${high[0].toLocaleString("en")} of ` +
        `${data.images.toLocaleString("en")} photographs are in the last bin, with a mean confidence of ${percent(high[1])} and an accuracy of ${percent(high[2])}.`
      );
    },
  });
}
