// What one position sees through several layers of kernels that are 3 wide, in one row of an image.
{
  const LENGTH = 31;
  const KERNEL = 3;

  /** The length, and the distance and offset of neighbors in pixels, of each layer's output. */
  function rowsOf({ layers, stride }) {
    const rows = [{ length: LENGTH, step: 1, start: 0 }];
    for (let layer = 0; layer < layers; layer += 1) {
      const { length, step, start } = rows.at(-1);
      rows.push({ length: Math.floor((length - KERNEL) / stride) + 1, step: step * stride, start: start + step * ((KERNEL - 1) / 2) });
    }
    return rows;
  }

  /** Of each row, from the top down, the first and the last cell that the chosen one depends on. */
  function seen(state, rows) {
    const top = rows.at(-1).length - 1;
    let [first, last] = [Math.min(state.place, top), Math.min(state.place, top)];
    const found = [[first, last]];
    for (let layer = 0; layer < state.layers; layer += 1) {
      [first, last] = [first * state.stride, last * state.stride + KERNEL - 1];
      found.unshift([first, last]);
    }
    return found;
  }

  const most = (state) => rowsOf(state).at(-1).length - 1;

  figure("layers-see", {
    controls: {
      layers: { label: "layers", min: 1, max: 4, value: 2 },
      stride: { label: "stride", min: 1, max: 2, value: 1 },
      place: { label: "position", min: 0, max: most, value: 13 },
    },
    draw(state, narrow) {
      const width = narrow ? 330 : 688;
      const pixel = (width - 2) / LENGTH;
      const gap = Math.min(232 / state.layers, 92);
      const rows = rowsOf(state);
      const found = seen(state, rows);
      const y = (level) => 262 - (232 - state.layers * gap) / 2 - level * gap;
      const x = ({ start, step }, place) => 1 + (start + place * step + 0.5) * pixel;
      const size = Math.min(pixel - 2, 16);
      const parts = [];
      for (let level = state.layers; level > 0; level -= 1) {
        for (let place = found[level][0]; place <= found[level][1]; place += 1) {
          for (let under = 0; under < KERNEL; under += 1) {
            const below = place * state.stride + under;
            parts.push(line([[x(rows[level], place), y(level) + size / 2], [x(rows[level - 1], below), y(level - 1) - size / 2]], "f", { width: 1 }));
          }
        }
      }
      rows.forEach((row, level) => {
        const kind = level === 0 ? "x" : level === state.layers ? "y" : "f";
        for (let place = 0; place < row.length; place += 1) {
          const on = place >= found[level][0] && place <= found[level][1];
          parts.push(rect(x(row, place) - size / 2, y(level) - size / 2, size, size, on ? kind : "soft", { radius: 2, filled: on, strong: on }));
        }
        const count = found[level][1] - found[level][0] + 1;
        const text = level === 0 ? `image: ${count} pixels` : `layer ${level}: ${count} ${count === 1 ? "position" : "positions"}`;
        const top = y(level) - size / 2 - 18;
        // What lies behind the words is covered, so that no line crosses them.
        parts.push(`<rect x="0" y="${number(top)}" width="${text.length * 6.6}" height="15" style="fill: var(--paper)"/>`);
        parts.push(label(0, top + 12, text, kind, { size: 12, bold: true }));
      });
      return svg(width, 282, parts);
    },
    say(state) {
      const rows = rowsOf(state);
      const [first, last] = seen(state, rows)[0];
      const added = rows.slice(0, -1).map(({ step }) => 2 * step).join(" + ");
      const layers = `${state.layers} ${state.layers === 1 ? "layer" : "layers"}`;
      return `Through ${layers} with stride ${state.stride}, one position sees 1 + ${added} = ${last - first + 1} pixels of the row.`;
    },
    point(state, x, y, narrow) {
      const { start, step } = rowsOf(state).at(-1);
      const pixel = ((narrow ? 330 : 688) - 2) / LENGTH;
      return { place: Math.min(Math.max(Math.round((x / pixel - 0.5 - start) / step), 0), most(state)) };
    },
  });
}
