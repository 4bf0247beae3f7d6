// What a chain of pairs multiplies a small change by, plain and residual, for one slope of F.
figure("factors", {
  controls: {
    slope: { label: "slope of F", min: -1.5, max: 1.5, step: 0.1, value: -0.1 },
    pairs: { label: "pairs", min: 1, max: 24, step: 1, value: 24 },
  },
  draw({ slope: typed, pairs }, narrow) {
    const slope = Math.round(10 * typed) / 10;
    const [width, height, left, top] = narrow ? [206, 190, 46, 26] : [500, 220, 56, 26];
    const x = d3.scaleLinear([0, 24], [left, left + width]);
    const y = d3.scaleLog([1e-8, 1e8], [top + height, top]).clamp(true);
    const ticks = [1e-8, 1e-4, 1, 1e4, 1e8];
    const names = ["10⁻⁸", "10⁻⁴", "1", "10⁴", "10⁸"];
    const series = [
      { name: "plain", kind: "f", factor: Math.abs(slope) },
      { name: "residual", kind: "x", factor: Math.abs(1 + slope) },
    ];
    const at = (factor, n) => Math.max(factor, 1e-12) ** n;
    const ends = series.map(({ factor }) => y(at(factor, pairs)));
    const clear = (y) => Math.min(Math.max(y, top + 12), top + height - 12); // of the outermost lines
    const apart = Math.abs(ends[0] - ends[1]) < 16 ? (ends[0] <= ends[1] ? [-8, 8] : [8, -8]) : [0, 0];
    return svg(narrow ? 330 : 688, top + height + 44, [
      label(left - 40, 13, "a small change of x is multiplied by", "soft", { size: 12 }),
      ticks.map((value, i) => [
        line([[left, y(value)], [left + width, y(value)]], value === 1 ? "soft" : "rule", { width: 1 }),
        label(left - 6, y(value) + 4, names[i], "soft", { anchor: "end", size: 12 }),
      ]),
      [0, 6, 12, 18, 24].map((n) => label(x(n), top + height + 18, n, "soft", { anchor: "middle", size: 12 })),
      label(left + width, top + height + 38, "pairs that it goes through", "soft", { anchor: "end", size: 12 }),
      series.map(({ name, kind, factor }, i) => {
        // What leaves the drawing ends at its edge.
        const inside = d3.range(pairs + 1).filter((n) => n === 0 || (at(factor, n) >= 1e-8 && at(factor, n) <= 1e8));
        const points = inside.map((n) => [x(n), y(n ? at(factor, n) : 1)]);
        const [endX, endY] = points[points.length - 1];
        return [
          line(points, kind, { width: i === 0 ? 4.5 : 2 }), // one may hide the other
          points.map(([px, py]) => circle(px, py, 2.5, kind)),
          points.length > 1
            ? label(endX + 10, clear(endY) + 4 + apart[i], name, kind, { bold: true })
            : label(endX + 10, endY + 22, `${name}: 0 from the first pair on`, kind, { bold: true }),
        ];
      }),
    ]);
  },
  say({ slope: typed, pairs }) {
    const signed = (text) => String(text).replace("-", "−");
    const shown = (value) => {
      const size = Math.abs(value);
      if (Number.isInteger(value) && size < 10) return signed(value);
      if (size < 1e-3 || size >= 1e6) {
        const exponent = Math.floor(Math.log10(size));
        const raised = String(exponent).replace(/[-\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
        return `${signed((value / 10 ** exponent).toFixed(1))} × 10${raised}`;
      }
      return signed(size < 10 ? value.toFixed(3) : Math.round(value).toLocaleString("en-US"));
    };
    const slope = Math.round(10 * typed) / 10;
    const plus = Math.round(10 * (1 + slope)) / 10;
    return (
      `In the plain chain each pair multiplies a small change by ${signed(slope)}, and ${pairs} ${pairs === 1 ? "pair" : "pairs"} by ${shown(slope ** pairs)}. ` +
      `In the residual chain it is ${signed(slope)} + 1 = ${signed(plus)} a pair, and ${shown(plus ** pairs)} in all.`
    );
  },
});
