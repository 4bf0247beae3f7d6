// BatchNorm on eight numbers, step by step, each on a line of its own.
{
  const FIRST = [2, 4, 4, 4, 5, 5, 7];
  const written = (value, digits = 2) => String(Number(value.toFixed(digits)) || 0).replace("-", "−");
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [LEAST, MOST] = [-10, 20];

  function steps({ last, scale, shift }) {
    const values = [...FIRST, last];
    const middle = mean(values);
    const deviations = values.map((value) => value - middle);
    const variance = mean(deviations.map((value) => value ** 2));
    const normalized = deviations.map((value) => value / Math.sqrt(variance + 1e-5));
    const result = normalized.map((value) => scale * value + shift);
    return { middle, variance, rows: [values, deviations, normalized, result] };
  }

  const axis = (narrow) => d3.scaleLinear().domain([LEAST, MOST]).range(narrow ? [10, 320] : [14, 674]);
  const topOf = (row) => 40 + row * 92;

  figure("eight-numbers", {
    controls: {
      last: { label: "the last number", min: 0, max: MOST, step: 0.5, value: 9 },
      scale: { label: "scale", min: -3, max: 3, step: 0.5, value: 3 },
      shift: { label: "shift", min: -5, max: 5, step: 0.5, value: 1 },
    },
    draw(state, narrow) {
      const x = axis(narrow);
      const { middle, variance, rows } = steps(state);
      const names = [
        `eight numbers, mean ${written(middle)}`,
        `minus the mean, variance ${written(variance)}`,
        `divided by the standard deviation, ${written(Math.sqrt(variance))}`,
        `times ${written(state.scale)}, plus ${written(state.shift)}`,
      ];
      const kinds = ["x", "ink", "ink", "y"];
      const parts = rows.map((values, row) => {
        const y = topOf(row) + 28;
        const heights = new Map(); // equal numbers stand on each other
        const dots = values.map((value, place) => {
          const key = value.toFixed(2);
          heights.set(key, (heights.get(key) ?? -1) + 1);
          const [cx, cy] = [x(value), y - 7 - heights.get(key) * 11];
          const ring = place === 7 ? circle(cx, cy, 8, "ink", { filled: false }) : "";
          return circle(cx, cy, 4.5, kinds[row]) + ring;
        });
        const ticks = [-10, -5, 0, 5, 10, 15, 20].map((value) => [
          line([[x(value), y], [x(value), y + 4]], "soft", { width: 1 }),
          label(x(value), y + 16, written(value), "soft", { anchor: "middle", size: 12 }),
        ]);
        return [
          label(0, topOf(row) - 24, names[row], kinds[row], { bold: true, size: narrow ? 12 : 13 }),
          line([[x(LEAST), y], [x(MOST), y]], "soft", { width: 1 }),
          line([[x(0), y - 34], [x(0), y]], "rule", { width: 1 }),
          ticks,
          dots,
        ];
      });
      return svg(narrow ? 330 : 688, topOf(3) + 50, parts);
    },
    say(state) {
      const { middle, variance, rows } = steps(state);
      const list = rows[3].map((value) => written(value)).join(", ");
      return (
        `Mean ${written(middle)}, variance ${written(variance)}, standard deviation ${written(Math.sqrt(variance))}. ` +
        `What comes out: ${list}. The ring marks the last number.`
      );
    },
    point(state, x, y, narrow) {
      if (y > topOf(1) - 36) return null;
      const value = Math.round(axis(narrow).invert(x) * 2) / 2;
      return { last: Math.min(Math.max(value, 0), MOST) };
    },
  });
}
