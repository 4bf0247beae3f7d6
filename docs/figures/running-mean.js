// The running mean over batches: how fast it follows, and how much it trembles.
{
  const size = (narrow) => (narrow ? { left: 40, width: 280, top: 30, height: 190 } : { left: 46, width: 560, top: 30, height: 210 });

  function running(means, momentum) {
    let value = 0;
    return [0, ...means.map((mean) => (value = (1 - momentum) * value + momentum * mean))];
  }

  figure("running-mean", {
    controls: {
      momentum: { label: "momentum", min: 0.01, max: 1, step: 0.01, value: 0.1 },
      batch: { label: "images a batch", options: ["8", "64"], value: "64" },
    },
    draw(state, narrow, data) {
      const means = data.means[state.batch];
      const every = [0, data.all, ...data.means["8"]];
      const { left, width, top, height } = size(narrow);
      const x = d3.scaleLinear().domain([0, means.length]).range([left, left + width]);
      const y = d3.scaleLinear().domain([Math.min(...every), Math.max(...every)]).nice().range([top + height, top]);
      const follows = running(means, state.momentum);
      const end = y(follows.at(-1));
      const target = y(data.all);
      const parts = [
        axes({ x, y, left, top, width, height, xLabel: "batches", yLabel: "mean of the channel", xTicks: narrow ? 4 : 8 }),
        line([[left, target], [left + width, target]], "ink", { dashed: true, width: 1 }),
        means.map((mean, batch) => circle(x(batch + 1), y(mean), 2.5, "x")),
        line(follows.map((value, batch) => [x(batch), y(value)]), "y", { width: 2.5 }),
      ];
      const beside = left + width + 6;
      if (!narrow) {
        const apart = Math.abs(end - target) < 15 ? (end < target ? -9 : 9) : 0;
        parts.push(label(beside, target + 4 - apart, "all digits", "ink", { size: 12 }));
        parts.push(label(beside, end + 4 + apart, "running", "y", { size: 12, bold: true }));
        return svg(688, top + height + 42, parts);
      }
      const row = top + height + 52;
      const names = [["one batch", "x"], ["running mean", "y"], ["all digits", "ink"]];
      names.forEach(([name, kind], place) => parts.push(label([40, 124, 232][place], row, name, kind, { size: 12, bold: true })));
      return svg(330, row + 8, parts);
    },
    say(state, data) {
      const follows = running(data.means[state.batch], state.momentum);
      const share = (value) => `${Math.round((100 * value) / data.all)}%`;
      return (
        `Momentum ${state.momentum}: after 10 batches the running mean has come ${share(follows[10])} of the way from 0 to the ` +
        `mean of all digits, after 80 batches ${share(follows[80])}. Below 1, a smaller momentum is slower and steadier.`
      );
    },
  });
}
