// Two layers from one number to one number: with ReLU a line with bends, without it a straight one.
{
  const UNITS = [
    { weight: 1, bias: 1.5, name: "x + 1.5" },
    { weight: 1, bias: 0, name: "x" },
    { weight: 1, bias: -1.5, name: "x − 1.5" },
  ];
  const [LOW, HIGH] = [-3, 3];
  const BENDS = [-1.5, 0, 1.5]; // where each of the three begins
  const written = (value) => String(value).replace("-", "−");
  const heightOf = (state, place) => [state.a, state.b, state.c][place];
  const unit = (state, place, x) => {
    const { weight, bias } = UNITS[place];
    const value = weight * x + bias;
    return heightOf(state, place) * (state.relu ? Math.max(0, value) : value);
  };
  const whole = (state, x) => UNITS.reduce((sum, _, place) => sum + unit(state, place, x), 0);

  figure("bends", {
    controls: {
      relu: { label: "ReLU between the layers", checked: true },
      a: { label: "weight 1", min: -2, max: 2, step: 0.5, value: 1 },
      b: { label: "weight 2", min: -2, max: 2, step: 0.5, value: -2 },
      c: { label: "weight 3", min: -2, max: 2, step: 0.5, value: 2 },
    },
    draw(state, narrow) {
      const [left, width, top, height] = narrow ? [30, 290, 26, 220] : [40, 560, 26, 230];
      const x = d3.scaleLinear().domain([LOW, HIGH]).range([left, left + width]);
      const most = Math.max(6, ...[LOW, ...BENDS, HIGH].flatMap((at) => [whole(state, at), ...UNITS.map((_, place) => unit(state, place, at))]).map(Math.abs));
      const y = d3.scaleLinear().domain([-most, most]).range([top + height, top]);
      const fine = d3.range(LOW, HIGH + 0.01, 0.05);
      const lines = UNITS.map((_, place) => line(fine.map((at) => [x(at), y(unit(state, place, at))]), "f", { width: 1.2 }));
      const bends = state.relu ? BENDS.filter((at, place) => heightOf(state, place) !== 0) : [];
      const parts = [
        axes({ x, y, left, top, width, height, xLabel: "x", yLabel: "output", xTicks: 6, yTicks: 5 }),
        lines,
        line(fine.map((at) => [x(at), y(whole(state, at))]), "y", { width: 3 }),
        bends.map((at) => circle(x(at), y(whole(state, at)), 5, "y")),
      ];
      const beside = narrow ? [left, top + height + 50] : [left + width + 8, y(whole(state, HIGH)) + 4];
      parts.push(label(...beside, narrow ? "thick: the sum" : "the sum", "y", { size: 12, bold: true }));
      if (narrow) parts.push(label(left + 130, beside[1], "thin: the three pieces", "f", { size: 12, bold: true }));
      return svg(narrow ? 330 : 688, top + height + (narrow ? 58 : 42), parts);
    },
    say(state) {
      const terms = UNITS.map(({ name }, place) => `${written(heightOf(state, place))} · ${state.relu ? `ReLU(${name})` : name === "x" ? name : `(${name})`}`);
      const bends = state.relu ? UNITS.filter((_, place) => heightOf(state, place) !== 0).length : 0;
      const shape = bends === 0 ? "a straight line" : `a line with ${bends} ${bends === 1 ? "bend" : "bends"}`;
      return `The output is ${terms.join(" + ").replace(/\+ −/g, "− ")}: ${shape}.`;
    },
  });
}
