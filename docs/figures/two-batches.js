// One channel of a batch in two processes: the statistics of each half, and those of the whole.
{
  const SHAPE = [-1.4, -0.9, -0.5, -0.1, 0.2, 0.5, 0.9, 1.3]; // values around the mean of a process
  const shown = (value) => value.toFixed(2).replace("-", "−");
  const deviation = (values) => Math.sqrt(d3.mean(values, (value) => (value - d3.mean(values)) ** 2));

  function halves({ apart, second }) {
    return [SHAPE.map((value) => value - apart / 2), SHAPE.slice(0, second).map((value) => value + apart / 2)];
  }

  figure("two-batches", {
    controls: {
      apart: { label: "distance", min: 0, max: 4, step: 0.5, value: 2 },
      second: { label: "images of process 1", min: 2, max: 8, step: 1, value: 8 },
    },
    draw(state, narrow) {
      const [a, b] = halves(state);
      const [left, width] = narrow ? [14, 300] : [120, 540];
      const x = d3.scaleLinear([-4, 4], [left, left + width]);
      const row = (y, name, groups) => {
        const all = groups.flatMap(({ values }) => values);
        const [mean, sd] = [d3.mean(all), deviation(all)];
        return [
          narrow ? label(left, y - 26, name, "ink", { bold: true }) : label(0, y + 5, name, "ink", { bold: true }),
          line([[left, y], [left + width, y]], "rule"),
          line([[x(mean - sd), y + 16], [x(mean + sd), y + 16]], "y", { width: 4 }),
          line([[x(mean), y - 16], [x(mean), y + 20]], "y", { width: 2 }),
          groups.map(({ values, kind }) => values.map((value) => circle(x(value), y, 5, kind))),
        ];
      };
      const tops = narrow ? [52, 132, 212] : [30, 90, 150];
      return svg(narrow ? 330 : 688, tops[2] + 56, [
        row(tops[0], "process 0", [{ values: a, kind: "x" }]),
        row(tops[1], "process 1", [{ values: b, kind: "f" }]),
        row(tops[2], "both together", [{ values: a, kind: "x" }, { values: b, kind: "f" }]),
        [-4, -2, 0, 2, 4].map((value) => label(x(value), tops[2] + 46, String(value).replace("-", "−"), "soft", { anchor: "middle", size: 12 })),
      ]);
    },
    say(state) {
      const [a, b] = halves(state);
      const all = [...a, ...b];
      const plain = (d3.mean(a) + d3.mean(b)) / 2;
      const value = a[0];
      const normal = (values) => shown((value - d3.mean(values)) / deviation(values));
      return (
        `The means are ${shown(d3.mean(a))} and ${shown(d3.mean(b))}, and that of all ${all.length} values is ${shown(d3.mean(all))}` +
        `${Math.abs(plain - d3.mean(all)) > 0.005 ? `, which is not the mean of the two means, ${shown(plain)}` : ""}. ` +
        `The first value of process 0 becomes ${normal(a)} by its own statistics and ${normal(all)} by those of both.`
      );
    },
  });
}
