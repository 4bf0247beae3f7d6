// The loss over the epochs of a recorded training; the reader picks an epoch and reads its values.
{
  const layout = (narrow, count, highest) => {
    const [left, width, top, height] = narrow ? [34, 284, 30, 190] : [44, 520, 30, 220];
    return {
      left,
      width,
      top,
      height,
      x: d3.scaleLinear([1, Math.max(count, 2)], [left, left + width]),
      y: d3.scaleLinear([0, highest], [top + height, top]).nice(),
    };
  };
  const placed = (narrow, { rows }) => layout(narrow, rows.length, Math.max(...rows.flatMap(({ train, test }) => [train, test])));

  figure("training-curve", {
    controls: {
      epoch: { label: "epoch", min: 1, max: (state, { rows }) => rows.length, value: ({ rows }) => rows.length },
    },
    draw({ epoch }, narrow, data) {
      const { left, width, top, height, x, y } = placed(narrow, data);
      const { rows } = data;
      const ends = [
        ["training", "f", "train", false],
        ["test", "x", "test", true],
      ];
      const last = rows[rows.length - 1];
      const apart = Math.abs(y(last.train) - y(last.test)) < 15 ? (last.train > last.test ? [-8, 8] : [8, -8]) : [0, 0];
      const lines = ends.map(([name, kind, key, dashed], place) => [
        line(rows.map((row) => [x(row.epoch), y(row[key])]), kind, { width: 2, dashed }),
        circle(x(epoch), y(rows[epoch - 1][key]), 4, kind),
        narrow
          ? label(left + 40 + place * 100, top + height + 46, name, kind, { size: 12, bold: true })
          : label(left + width + 12, y(last[key]) + 4 + apart[place], name, kind, { size: 12, bold: true }),
      ]);
      const ticks = Math.min(rows.length, 6);
      return svg(narrow ? 330 : 688, top + height + (narrow ? 54 : 42), [
        axes({ x, y, left, top, width, height, xLabel: "epoch", yLabel: "mean loss per image", xTicks: ticks }),
        line([[x(epoch), top], [x(epoch), top + height]], "soft", { width: 1 }),
        lines,
      ]);
    },
    say({ epoch }, { name, rows }) {
      const { train, test, accuracy } = rows[epoch - 1];
      return `${name}, epoch ${epoch}: training loss ${train.toFixed(4)}, test loss ${test.toFixed(4)}, test accuracy ${accuracy.toFixed(2)}%.`;
    },
    hover: true,
    point(state, at, _, narrow, data) {
      const epoch = Math.round(placed(narrow, data).x.invert(at));
      return { epoch: Math.min(Math.max(epoch, 1), data.rows.length) };
    },
  });
}
