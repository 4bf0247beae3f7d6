// The difference of two accuracies with its error, for different images and for the same ones.
{
  const counted = ({ n, only_first, only_second, both }) => {
    const first = Math.min(only_first, n);
    const second = Math.min(only_second, n - first);
    const right = Math.round(((n - first - second) * both) / 100);
    const [a, b] = [(right + first) / n, (right + second) / n];
    const points = 100 * (a - b);
    const independent = 100 * Math.sqrt((a * (1 - a) + b * (1 - b)) / n);
    const paired = (100 * Math.sqrt(first + second)) / n;
    return { a, b, points, independent, paired };
  };
  const sign = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

  figure("difference", {
    controls: {
      n: { label: "test images", min: 100, max: 10000, step: 20, value: 360 },
      only_first: { label: "only A right", min: 0, max: (state) => Math.min(1000, state.n), value: 9 },
      only_second: { label: "only B right", min: 0, max: (state) => Math.min(1000, state.n - state.only_first), value: 3 },
      both: { label: "others right, %", min: 0, max: 100, value: 97 },
    },
    draw(state, narrow) {
      const { points, independent, paired } = counted(state);
      const reach = Math.max(4, Math.ceil(Math.abs(points) + 2 * Math.max(independent, paired) + 0.5));
      const [left, width] = narrow ? [10, 310] : [180, 480];
      const x = d3.scaleLinear([-reach, reach], [left, left + width]);
      const rows = [
        ["on different images", independent],
        ["on the same images", paired],
      ];
      const [top, step] = narrow ? [34, 72] : [30, 56];
      const parts = rows.map(([name, error], place) => {
        const y = top + place * step;
        const far = Math.abs(points) > 2 * error;
        const kind = far ? "y" : "soft";
        const ends = [points - 2 * error, points + 2 * error];
        return [
          label(narrow ? left : 0, narrow ? y - 14 : y + 5, `${name}, ± ${error.toFixed(2)}`, "ink", { size: 12, bold: true }),
          narrow && line([[x(0), y - 9], [x(0), y + 9]], "ink", { width: 1 }),
          line([[x(ends[0]), y], [x(ends[1]), y]], kind, { width: 8 }),
          circle(x(points), y, 6, far ? "y" : "ink"),
        ];
      });
      const bottom = top + step + 26;
      const ticks = x.ticks(narrow ? 5 : 9).map((value) => [
        line([[x(value), bottom], [x(value), bottom + 4]], "soft", { width: 1 }),
        label(x(value), bottom + 18, String(value).replace("-", "−"), "soft", { anchor: "middle", size: 12 }),
      ]);
      return svg(narrow ? 330 : 688, bottom + 42, [
        !narrow && line([[x(0), 8], [x(0), bottom]], "ink", { width: 1, dashed: true }),
        parts,
        line([[left, bottom], [left + width, bottom]], "soft", { width: 1 }),
        ticks,
        label(left + width, bottom + 36, "A minus B, points", "soft", { anchor: "end", size: 12 }),
      ]);
    },
    say(state) {
      const { a, b, points, independent, paired } = counted(state);
      const times = paired ? Math.abs(points) / paired : 0;
      const verdict = times > 2 ? "more than two of its errors" : "not more than two of its errors, so it may be chance";
      return (
        `A has ${(100 * a).toFixed(2)}%, B ${(100 * b).toFixed(2)}%: a difference of ${sign(points)} points. Its standard error is ${independent.toFixed(2)} on different ` +
        `images and ${paired.toFixed(2)} on the same ones; there it is ${verdict}.`
      );
    },
  });
}
