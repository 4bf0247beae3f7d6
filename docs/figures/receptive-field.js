// What one position of a group's output sees of the image.
{
  const GROUPS = ["conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x"];
  const groupOf = (state, data) => data.groups.find(({ name }) => name === state.group);
  const countOf = (group, data) => Math.round(data.size / group.step);

  /** The last position of a group: its image is halved once more in each of them. */
  const last = ({ group }) => 112 / 2 ** GROUPS.indexOf(group) - 1;

  /** The center of a position's receptive field, in pixels of the image. */
  const centerOf = (place, group) => place * group.step + 0.5;

  figure("receptive-field", {
    controls: {
      group: { label: "after", options: GROUPS, value: "conv3_x" },
      row: { label: "row", min: 0, max: last, value: 14 },
      column: { label: "column", min: 0, max: last, value: 14 },
    },
    draw(state, narrow, data) {
      const group = groupOf(state, data);
      const count = countOf(group, data);
      const [row, column] = [Math.min(state.row, count - 1), Math.min(state.column, count - 1)];
      const side = narrow ? 224 : 280;
      const scale = side / data.size;
      const margin = narrow ? 53 : 40;
      const parts = [image(margin, 44, side, side, data.image), rect(margin, 44, side, side, "soft", { filled: false, radius: 0 })];
      const half = (group.sees / 2) * scale;
      const [x, y] = [margin + centerOf(column, group) * scale, 44 + centerOf(row, group) * scale];
      // What reaches beyond the photograph is padding; it is drawn up to the edge of the figure.
      const [from, to] = [-margin * 0.7, side + margin * 0.7];
      const within = (value) => Math.min(Math.max(value, from), to);
      const [x0, x1, y0, y1] = [x - half - margin, x + half - margin, y - half - 44, y + half - 44].map(within);
      for (const kind of ["halo", "x"]) {
        parts.push(rect(margin + x0, 44 + y0, x1 - x0, y1 - y0, kind, { filled: false, strong: kind === "x", radius: 1 }));
      }
      parts.push(label(margin, 28, `image, ${data.size}×${data.size}`, "x", { bold: true }));
      const out = narrow ? [53, side + 96] : [side + 130, 44];
      const cell = side / count;
      parts.push(label(out[0], out[1] - 16, `${group.name}, ${count}×${count} positions`, "y", { bold: true }));
      parts.push(rect(out[0], out[1], side, side, "soft", { radius: 0 }));
      if (count <= 28) {
        for (let each = 1; each < count; each += 1) {
          parts.push(line([[out[0] + each * cell, out[1]], [out[0] + each * cell, out[1] + side]], "rule", { width: 1 }));
          parts.push(line([[out[0], out[1] + each * cell], [out[0] + side, out[1] + each * cell]], "rule", { width: 1 }));
        }
      }
      const dot = Math.max(cell, 5);
      parts.push(rect(out[0] + (column + 0.5) * cell - dot / 2, out[1] + (row + 0.5) * cell - dot / 2, dot, dot, "y", { radius: 1, strong: true }));
      return narrow ? svg(330, 2 * side + 112, parts) : svg(688, side + 60, parts);
    },
    say(state, data) {
      const group = groupOf(state, data);
      const larger = group.sees > data.size ? ", which is larger than the whole image: what lies outside is padding" : "";
      return (
        `After ${group.name} there are ${countOf(group, data)}×${countOf(group, data)} positions. One of them sees ` +
        `${group.sees}×${group.sees} pixels${larger}; its neighbor sees the same square ${group.step} pixels on.`
      );
    },
    point(state, x, y, narrow, data) {
      const group = groupOf(state, data);
      const count = countOf(group, data);
      const side = narrow ? 224 : 280;
      const margin = narrow ? 53 : 40;
      const out = narrow ? [53, side + 96] : [side + 130, 44];
      const inside = (left, top) => x >= left && x < left + side && y >= top && y < top + side;
      const corner = inside(margin, 44) ? [margin, 44] : inside(...out) ? out : null;
      return corner && { column: Math.floor(((x - corner[0]) / side) * count), row: Math.floor(((y - corner[1]) / side) * count) };
    },
  });
}
