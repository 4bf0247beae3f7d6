// A window moves over an image; under it the products with the kernel, beside it the output.
{
  const square = (side, value) => [...Array(side)].map(() => Array(side).fill(value));
  const turned = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));
  const kernelsOf = (data) => ({
    "vertical edges, 3×3": data.vertical,
    "horizontal edges, 3×3": turned(data.vertical),
    "copy, 1×1": [[1]],
    "sum, 3×3": square(3, 1),
    "sum, 5×5": square(5, 1),
  });
  const KERNELS = ["vertical edges, 3×3", "horizontal edges, 3×3", "sum, 3×3", "sum, 5×5", "copy, 1×1"];

  /** All that follows from the state: the padded image, the places of the window, and the output. */
  function computed({ kernel: name, stride, padding, row, column }, data) {
    const kernel = kernelsOf(data)[name];
    const k = kernel.length;
    const side = data.image.length;
    const whole = side + 2 * padding;
    const padded = square(whole, 0);
    data.image.forEach((values, i) => values.forEach((value, j) => (padded[i + padding][j + padding] = value)));
    const places = Math.floor((whole - k) / stride) + 1;
    const productsAt = (i, j) => kernel.map((weights, u) => weights.map((weight, v) => weight * padded[i * stride + u][j * stride + v]));
    const sum = (rows) => rows.flat().reduce((a, b) => a + b, 0);
    const output = square(places, 0).map((values, i) => values.map((_, j) => sum(productsAt(i, j))));
    const [r, c] = [Math.min(row, places - 1), Math.min(column, places - 1)];
    return { kernel, k, whole, padded, places, output, r, c, products: productsAt(r, c) };
  }

  const last = (state) => {
    const k = Number(state.kernel.at(-1));
    return Math.floor((6 + 2 * state.padding - k) / state.stride);
  };

  /** Where the image, the kernel, the products and the output lie, and how large a cell is. */
  function layout(narrow, { k, whole, places }) {
    const cell = narrow ? 27 : 24;
    const left = (count, from, room) => from + (room - count * cell) / 2;
    if (!narrow) {
      return {
        cell,
        image: [left(whole, 0, 240), 34],
        kernel: [left(k, 284, 120), 34],
        products: [left(k, 284, 120), 34 + k * cell + 46],
        output: [left(places, 448, 240), 34],
        height: Math.max(10, 2 * k + 3) * cell + 56,
      };
    }
    const below = 34 + whole * cell + 40;
    const under = below + k * cell + 62;
    return {
      cell,
      image: [left(whole, 0, 330), 34],
      kernel: [left(k, 0, 160), below],
      products: [left(k, 170, 160), below],
      output: [left(places, 0, 330), under],
      height: under + places * cell + 8,
    };
  }

  const words = (value) => String(value).replace("-", "−");

  figure("convolution", {
    controls: {
      row: { label: "row", min: 0, max: last, value: 2 },
      column: { label: "column", min: 0, max: last, value: 2 },
      kernel: { label: "kernel", options: KERNELS, value: KERNELS[0] },
      stride: { label: "stride", min: 1, max: 3, value: 1 },
      padding: { label: "padding", min: 0, max: 2, value: 0 },
    },
    draw(state, narrow, data) {
      const found = computed(state, data);
      const { kernel, k, whole, padded, output, r, c, products } = found;
      const { cell, image, kernel: atKernel, products: atProducts, output: atOutput, height } = layout(narrow, found);
      const isImage = (i, j) => Math.min(i, j) >= state.padding && Math.max(i, j) < whole - state.padding;
      const most = Math.max(...output.flat().map(Math.abs), 1);
      const total = output[r][c];
      const parts = [
        label(image[0], image[1] - 12, state.padding ? "image, with padding" : "image", "x", { bold: true }),
        grid(...image, cell, padded, "x", {
          shade: (value, i, j) => (isImage(i, j) ? value * 0.03 : 0),
          mark: { row: r * state.stride, column: c * state.stride, rows: k, columns: k },
          size: 12,
        }),
        label(atKernel[0] + (k * cell) / 2, atKernel[1] - 12, "kernel", "f", { anchor: "middle", bold: true }),
        grid(...atKernel, cell, kernel, "f", { shade: (value) => Math.abs(value) * 0.16, size: 12 }),
        label(atProducts[0] + (k * cell) / 2, atProducts[1] - 12, "products", "ink", { anchor: "middle", bold: true }),
        grid(...atProducts, cell, products, "ink", { size: 12 }),
        label(atProducts[0] + (k * cell) / 2, atProducts[1] + k * cell + 20, `sum ${words(total)}`, "y", { anchor: "middle", bold: true }),
        label(atOutput[0], atOutput[1] - 12, "output", "y", { bold: true }),
        grid(...atOutput, cell, output, "y", { shade: (value) => (0.2 * Math.abs(value)) / most, mark: { row: r, column: c }, size: 12 }),
      ];
      return svg(narrow ? 330 : 688, height, parts);
    },
    say(state, data) {
      const { k, places, output, r, c } = computed(state, data);
      const all = places * places;
      return (
        `At row ${r}, column ${c} the products add up to ${words(output[r][c])}. The output is ${places}×${places}. ` +
        `${k * k} ${k === 1 ? "weight is" : "weights are"} used at ${all} ${all === 1 ? "place" : "places"}: ${k * k * all} multiply-adds.`
      );
    },
    point(state, x, y, narrow, data) {
      const found = computed(state, data);
      const { cell, image, output } = layout(narrow, found);
      const limit = (value) => Math.min(Math.max(value, 0), found.places - 1);
      const over = ([left, top], count) => x >= left && x < left + count * cell && y >= top && y < top + count * cell;
      if (over(output, found.places)) {
        return { row: limit(Math.floor((y - output[1]) / cell)), column: limit(Math.floor((x - output[0]) / cell)) };
      }
      if (!over(image, found.whole)) return null;
      // The middle of the window goes to the pointer.
      const start = (at, from) => limit(Math.round(((at - from) / cell - found.k / 2) / state.stride));
      return { row: start(y, image[1]), column: start(x, image[0]) };
    },
  });
}
