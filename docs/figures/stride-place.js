// The first block of conv3_x with its stride in either place: the sides of what each convolution gives.
figure("stride-place", {
  draw(state, narrow, blocks) {
    const parts = [];
    const unit = narrow ? 1.05 : 1.5;
    const places = narrow ? [28, 112, 196, 280] : [60, 230, 400, 570];
    const high = 56 * unit;
    let y = 0;
    for (const { layers } of blocks) {
      const on = layers.find(({ stride }) => stride === 2);
      parts.push(label(0, y + 14, `stride on the ${on.kernel}×${on.kernel}`, "ink", { bold: true }));
      const middle = y + 36 + high / 2;
      let before = 56;
      [{ side: 56 }, ...layers].forEach(({ kernel, stride, side, adds }, place) => {
        const x = places[place];
        const size = side * unit;
        if (place) {
          parts.push(arrow(places[place - 1] + (before * unit) / 2 + 4, middle, x - size / 2 - 4, middle, "f"));
          const gap = (places[place - 1] + (before * unit) / 2 + x - size / 2) / 2;
          if (!narrow) parts.push(label(gap, middle - 12, `${kernel}×${kernel}${stride === 2 ? ", /2" : ""}`, "f", { anchor: "middle", bold: stride === 2 }));
          const millions = `${Math.round(adds / 1e6)} M`;
          parts.push(label(x, middle + high / 2 + 18, narrow ? millions : `${millions} multiply-adds`, "f", { anchor: "middle", size: 12 }));
          if (narrow) parts.push(label(x, middle + high / 2 + 34, `${kernel}×${kernel}${stride === 2 ? ", /2" : ""}`, "f", { anchor: "middle", size: 12, bold: stride === 2 }));
        }
        parts.push(rect(x - size / 2, middle - size / 2, size, size, place === 0 ? "x" : place === 3 ? "y" : "f", { radius: 1 }));
        const kind = place === 0 ? "x" : place === 3 ? "y" : "f";
        const base = size < 50 ? middle - size / 2 - 6 : middle + 5; // above a box that is too small for it
        parts.push(label(x, base, `${side}×${side}`, kind, { anchor: "middle", size: 12 }));
        before = side;
      });
      y = middle + high / 2 + (narrow ? 56 : 40);
    }
    return svg(narrow ? 330 : 688, y - 10, parts);
  },
  say(state, blocks) {
    const said = blocks.map(({ layers }) => {
      const on = layers.find(({ stride }) => stride === 2);
      const sides = layers.map(({ side }) => `${side}×${side}`).join(", ");
      return `With the stride on the ${on.kernel}×${on.kernel} convolution the three convolutions give ${sides}`;
    });
    return `The input has 56×56 positions. ${said.join(". ")}.`;
  },
});
