// A 1×1 convolution: at each position the channels, as a vector, times one matrix.
{
  const SIDE = 4;
  const CHANNELS = [
    [[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1], [2, 1, 3, 0]],
    [[0, 1, 1, 3], [2, 0, 1, 0], [1, 3, 2, 0], [0, 1, 0, 2]],
    [[2, 1, 0, 0], [1, 2, 3, 1], [0, 1, 0, 2], [3, 0, 1, 1]],
  ];
  const WEIGHTS = [[1, 2, -1], [0, -1, 3]];
  const at = (row, column) => CHANNELS.map((channel) => channel[row][column]);
  const times = (vector) => WEIGHTS.map((weights) => weights.reduce((sum, weight, c) => sum + weight * vector[c], 0));
  const OUTPUT = WEIGHTS.map((_, o) =>
    [...Array(SIDE).keys()].map((row) => [...Array(SIDE).keys()].map((column) => times(at(row, column))[o])),
  );
  const written = (value) => String(value).replace("-", "−");

  /** The corners of the input's and the output's channels, and the size of a cell. */
  function layout(narrow) {
    const cell = narrow ? 24 : 26;
    const side = SIDE * cell;
    if (narrow) {
      return { cell, inputs: [0, 1, 2].map((c) => [c * 115, 40]), outputs: [0, 1].map((o) => [54 + o * 126, 318]), product: [28, 200] };
    }
    return {
      cell,
      inputs: [0, 1, 2].map((c) => [c * 26, 40 + c * (side + 14)]),
      outputs: [0, 1].map((o) => [532 + o * 26, 98 + o * (side + 14)]),
      product: [228, 164],
    };
  }

  figure("one-by-one", {
    controls: {
      row: { label: "row", min: 0, max: SIDE - 1, value: 1 },
      column: { label: "column", min: 0, max: SIDE - 1, value: 2 },
    },
    draw(state, narrow) {
      const { cell, inputs, outputs, product } = layout(narrow);
      const mark = { row: state.row, column: state.column };
      const vector = at(state.row, state.column);
      const result = times(vector);
      const shade = (value) => 0.03 + value * 0.04;
      const parts = [label(inputs[0][0], 18, "input, 3 channels", "x", { bold: true })];
      inputs.forEach(([x, y], c) => parts.push(grid(x, y, cell, CHANNELS[c], "x", { mark, shade, size: 12 })));
      parts.push(label(narrow ? outputs[0][0] : outputs[0][0], outputs[0][1] - 16, "output, 2 channels", "y", { bold: true }));
      outputs.forEach(([x, y], o) => parts.push(grid(x, y, cell, OUTPUT[o], "y", { mark, shade: (value) => Math.abs(value) * 0.022, size: 12 })));
      const [x, y] = product;
      const wide = cell + 4;
      parts.push(label(x + 1.5 * wide, y - 14, "weights", "f", { anchor: "middle", bold: true }));
      parts.push(grid(x, y, wide, WEIGHTS, "f", { shade: (value) => Math.abs(value) * 0.08, size: 12 }));
      parts.push(label(x + 3 * wide + 15, y + wide + 4, "·", "ink", { anchor: "middle", size: 18, bold: true }));
      parts.push(grid(x + 3 * wide + 30, y - wide / 2, wide, vector.map((value) => [value]), "x", { shade, size: 12, mark: { row: 0, column: 0, rows: 3 } }));
      parts.push(label(x + 4 * wide + 45, y + wide + 4, "=", "ink", { anchor: "middle", size: 15, bold: true }));
      parts.push(grid(x + 4 * wide + 60, y, wide, result.map((value) => [value]), "y", { mark: { row: 0, column: 0, rows: 2 }, size: 12, shade: (value) => Math.abs(value) * 0.022 }));
      if (!narrow) {
        parts.push(arrow(190, y + wide, 216, y + wide, "soft"), arrow(x + 5 * wide + 74, y + wide, x + 5 * wide + 104, y + wide, "soft"));
      }
      return svg(narrow ? 330 : 688, narrow ? 424 : 390, parts);
    },
    say(state) {
      const vector = at(state.row, state.column);
      const sums = WEIGHTS.map((weights, o) => {
        const terms = weights.map((weight, c) => `${written(weight)}·${vector[c]}`).join(" + ").replace(/\+ −/g, "− ");
        return `${terms} = ${written(times(vector)[o])}`;
      });
      return `At row ${state.row}, column ${state.column}: ${sums.join(" and ")}. One matrix of 6 weights serves all 16 positions.`;
    },
    point(state, x, y, narrow) {
      const { cell, inputs, outputs } = layout(narrow);
      for (const [left, top] of [...inputs, ...outputs].reverse()) {
        const [row, column] = [Math.floor((y - top) / cell), Math.floor((x - left) / cell)];
        if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) return { row, column };
      }
      return null;
    },
  });
}
