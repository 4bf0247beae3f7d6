// A photograph shifted, mirrored and partly covered, as a training step sees it.
figure("augmentation", {
  controls: {
    right: { label: "shift to the right", min: -4, max: 4, step: 1, value: 3 },
    down: { label: "shift down", min: -4, max: 4, step: 1, value: -2 },
    mirrored: { label: "mirrored", checked: true },
    row: { label: "square: row", min: 0, max: 31, step: 1, value: 20 },
    column: { label: "square: column", min: 0, max: 31, step: 1, value: 12 },
  },
  draw({ right, down, mirrored, row, column }, narrow, { side, image: href }) {
    const size = narrow ? 150 : 224;
    const cell = size / side;
    const [first, second] = narrow ? [4, 176] : [90, 374];
    const top = 28;
    const flower = image(0, 0, side, side, href);
    const turned = mirrored ? `<g transform="translate(${side} 0) scale(-1 1)">${flower}</g>` : flower;
    // An SVG within the SVG shows only what lies inside it.
    const window = `<svg x="${second}" y="${top}" width="${size}" height="${size}" viewBox="0 0 ${side} ${side}"><rect class="box ink" width="${side}" height="${side}" style="fill: black; stroke: none"/><g transform="translate(${right} ${down})">${turned}</g></svg>`;
    const [x0, x1] = [column - 4, column + 4].map((value) => Math.min(Math.max(value, 0), side));
    const [y0, y1] = [row - 4, row + 4].map((value) => Math.min(Math.max(value, 0), side));
    return svg(narrow ? 330 : 688, top + size + 6, [
      label(first, 16, "the photograph", "x", { bold: true }),
      image(first, top, size, size, href),
      arrow(first + size + 3, top + size / 2, second - 3, top + size / 2, "ink"),
      label(second, 16, narrow ? "what is learned from" : "what the network learns from", "y", { bold: true }),
      window,
      `<rect x="${second + x0 * cell}" y="${top + y0 * cell}" width="${(x1 - x0) * cell}" height="${(y1 - y0) * cell}" style="fill: var(--soft)"/>`,
      rect(second, top, size, size, "y", { filled: false, radius: 1 }),
    ]);
  },
  say({ right, down, mirrored, row, column }) {
    const moved = [
      right && `${Math.abs(right)} to the ${right > 0 ? "right" : "left"}`,
      down && `${Math.abs(down)} ${down > 0 ? "down" : "up"}`,
    ].filter(Boolean);
    return (
      `The flower is ${mirrored ? "mirrored, and " : ""}${moved.length ? `shifted by ${moved.join(" and ")}` : "not shifted"}. ` +
      `A square of 8×8 around row ${row}, column ${column} is set to the mean. With 9·9 shifts, 2 sides and 1,024 squares there are 165,888 versions of it.`
    );
  },
  point(state, x, y, narrow) {
    const size = narrow ? 150 : 224;
    const [column, row] = [(x - (narrow ? 176 : 374)) / (size / 32), (y - 28) / (size / 32)].map(Math.floor);
    return column >= 0 && column < 32 && row >= 0 && row < 32 ? { row, column } : null;
  },
});
