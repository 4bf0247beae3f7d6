// The whole network to scale: a box for the output of each block, as high as the image, as wide as its channels.
{
  const SIZES = ["32", "64", "128", "224", "320"];
  const halve = (side) => Math.floor((side - 1) / 2) + 1;

  /** Height and width of what each group gives. */
  function sidesOf(size, groups) {
    const conv1 = halve(size);
    const sides = [conv1];
    let side = halve(conv1); // the pool, with which conv2_x begins
    for (const { name, blocks } of groups.slice(1)) {
      if (name !== "conv2_x" && blocks) side = halve(side);
      sides.push(blocks ? side : 1);
    }
    return sides;
  }

  figure("network", {
    controls: { size: { label: "side of the image in pixels", options: SIZES, value: "224" } },
    draw(state, narrow, groups) {
      const sides = sidesOf(Number(state.size), groups);
      const tall = (narrow ? 130 : 150) / 320; // the largest size; one scale for all
      const wide = (narrow ? 312 : 496) / (6 * 1024); // conv4_x, the widest row
      const left = narrow ? 0 : 176;
      const parts = [];
      let y = 0;
      /** Write what a row is, and return where its boxes begin. */
      const name = (top, height, title, shape) => {
        if (narrow) {
          parts.push(label(0, top + 12, title, "ink", { bold: true }), label(72, top + 12, shape, "soft"));
          return top + 28;
        }
        const middle = top + Math.max(height, 34) / 2;
        parts.push(label(0, middle - 3, title, "ink", { bold: true }), label(0, middle + 14, shape, "soft"));
        return top + Math.max(0, 34 - height) / 2;
      };
      const input = Number(state.size) * tall;
      let top = name(y, input, "image", `3×${state.size}×${state.size}`);
      parts.push(rect(left, top, 3, input, "x", { radius: 0 }));
      y = Math.max(top + input, y + 34) + 14;
      groups.forEach(({ name: title, blocks, channels }, place) => {
        const side = sides[place];
        const height = blocks || place === 0 ? Math.max(side * tall, 3) : 12;
        const size = `${channels}×${side}×${side}`;
        const shape = blocks ? `${blocks} blocks, ${size}` : place === 0 ? `7×7, ${size}` : `${channels.toLocaleString("en")} logits`;
        top = name(y, height, title, shape);
        const width = channels * wide;
        const kind = blocks || place === 0 ? "f" : "y";
        for (let block = 0; block < Math.max(blocks, 1); block += 1) {
          const x = left + block * (width + 2);
          parts.push(rect(x, top, Math.max(width - 1, 2), height, kind, { radius: 1 }));
          if (blocks) { // its shortcut
            const [from, to] = [x - 1, x + width];
            parts.push(path(`M${from} ${top - 1}C${from} ${top - 9} ${to} ${top - 9} ${to} ${top - 1}`, "x"));
          }
        }
        y = Math.max(top + height, y + (narrow ? 0 : 34)) + (narrow ? 12 : 16);
      });
      return svg(narrow ? 330 : 688, Math.ceil(y), parts);
    },
    say(state, groups) {
      const sides = sidesOf(Number(state.size), groups);
      const said = groups
        .map(({ name, blocks, channels }, place) => blocks && `${name} ${channels}×${sides[place]}×${sides[place]}`)
        .filter(Boolean);
      return `From an image of ${state.size}×${state.size} pixels the four stages give ${said.join(", ")}: channels×height×width.`;
    },
  });
}
