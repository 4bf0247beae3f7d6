// The bottleneck block: its shapes, its shortcut and its cost for arguments that the reader chooses.
{
  /** All that follows from the arguments of the block and the size of its input. */
  function bottleneckOf({ in_channels, channels, stride, size }) {
    const [into, inside] = [Number(in_channels), Number(channels)];
    const out = 4 * inside;
    const small = Math.ceil(size / stride);
    const conv = (from, to, kernel, side) => ({
      from,
      to,
      kernel,
      parameters: from * to * kernel * kernel + 2 * to, // with the scale and the shift of its BatchNorm
      multiplyAdds: from * to * kernel * kernel * side * side,
    });
    const projects = stride !== 1 || into !== out;
    const main = [conv(into, inside, 1, size), conv(inside, inside, 3, small), conv(inside, out, 1, small)];
    const shortcut = projects ? [conv(into, out, 1, small)] : [];
    const sum = (key) => [...main, ...shortcut].reduce((total, each) => total + each[key], 0);
    return {
      into,
      inside,
      out,
      size,
      small,
      stride,
      projects,
      main,
      shortcut,
      parameters: sum("parameters"),
      multiplyAdds: sum("multiplyAdds"),
    };
  }

  figure("bottleneck", {
    controls: {
      in_channels: { label: "in_channels", options: ["64", "128", "256", "512", "1024", "2048"], value: "256" },
      channels: { label: "channels", options: ["64", "128", "256", "512"], value: "64" },
      stride: { label: "stride", min: 1, max: 3, step: 1, value: 1 },
      size: { label: "height and width", min: 1, max: 64, step: 1, value: 56 },
    },
    draw(state, narrow) {
      const block = bottleneckOf(state);
      const { into, inside, out, size, small, stride, projects, main, shortcut } = block;
      const count = (value) => value.toLocaleString("en-US");
      const shapes = [[inside, size], [inside, small], [out, small]].map(([c, s]) => `${c}×${s}×${s}`);
      const after = ["BN, ReLU", "BN, ReLU", "BN"];
      const names = main.map(({ kernel }, i) => `${kernel}×${kernel}${i === 1 && stride > 1 ? `, stride ${stride}` : ""}`);
      const conv = (x, y, width, i) => [
        rect(x, y, width, 62, "f"),
        label(x + width / 2, y + 18, names[i], "f", { anchor: "middle", bold: true }),
        label(x + width / 2, y + 36, `${main[i].from} → ${main[i].to}`, "f", { anchor: "middle", size: 12 }),
        label(x + width / 2, y + 53, after[i], "f", { anchor: "middle", size: 12 }),
      ];
      const projection = (x, y, width) => [
        rect(x, y, width, 46, "x"),
        label(x + width / 2, y + 19, `1×1${stride > 1 ? `, stride ${stride}` : ""}, BN`, "x", { anchor: "middle", bold: true }),
        label(x + width / 2, y + 37, `${into} → ${out}`, "x", { anchor: "middle", size: 12 }),
      ];
      const plus = (x, y) => [circle(x, y, 12, "y"), label(x, y + 5, "+", "y", { anchor: "middle", bold: true, size: 14 })];
      const million = (value) => (value >= 1e6 ? `${(value / 1e6).toFixed(1)} million` : count(value));
      const table = (x, y, columns) => {
        const rows = [
          ...main.map((each, i) => [`${each.kernel}×${each.kernel} and BN`, each, "f"]),
          ...shortcut.map((each) => ["projection and BN", each, "x"]),
          ["the block", block, "ink"],
        ];
        return [
          label(x + columns[0], y, "parameters", "soft", { anchor: "end", size: 12 }),
          label(x + columns[1], y, "multiply-adds", "soft", { anchor: "end", size: 12 }),
          rows.map(([name, each, kind], i) => {
            const base = y + 20 + 18 * i;
            const bold = kind === "ink";
            return [
              label(x, base, name, kind, { bold }),
              label(x + columns[0], base, count(each.parameters), kind, { anchor: "end", bold }),
              label(x + columns[1], base, million(each.multiplyAdds), kind, { anchor: "end", bold }),
            ];
          }),
        ];
      };
      if (narrow) {
        const [middle, side] = [96, 262];
        const tops = [54, 146, 238];
        return svg(330, 416 + 20 + 18 * (main.length + shortcut.length) + 8, [
          label(middle, 14, `x: ${into}×${size}×${size}`, "x", { anchor: "middle", bold: true }),
          arrow(middle, 22, middle, 54, "x"),
          circle(middle, 34, 3, "x"),
          projects
            ? [
                path(`M${middle} 34H${side - 12}q12 0 12 12V146`, "x", { width: 2 }),
                projection(side - 66, 146, 132),
                path(`M${side} 192V326q0 12 -12 12H${middle + 28}`, "x", { width: 2 }),
                label(side - 8, 216, shapes[2], "x", { anchor: "end", size: 12 }),
              ]
            : [
                path(`M${middle} 34H${side - 12}q12 0 12 12V326q0 12 -12 12H${middle + 28}`, "x", { width: 2 }),
                label(side - 8, 170, "identity:", "x", { anchor: "end", size: 12 }),
                label(side - 8, 187, "x, unchanged", "x", { anchor: "end", size: 12 }),
              ],
          arrow(middle + 28, 338, middle + 12, 338, "x"),
          tops.map((top, i) => [
            conv(middle - 70, top, 140, i),
            arrow(middle, top + 62, middle, i < 2 ? tops[i + 1] : 326, "f"),
            label(middle + 8, top + 80, shapes[i], "f", { size: 12 }),
          ]),
          plus(middle, 338),
          arrow(middle, 350, middle, 374, "y"),
          label(middle, 390, `ReLU, y: ${shapes[2]}`, "y", { anchor: "middle", bold: true }),
          table(0, 416, [214, 326]),
        ]);
      }
      const middle = 128;
      const lefts = [92, 248, 404];
      const end = 566;
      return svg(688, 286, [
        label(0, middle - 4, "x", "x", { bold: true, size: 14 }),
        label(0, middle + 15, `${into}×${size}×${size}`, "x", { size: 12 }),
        arrow(16, middle - 8, 92, middle - 8, "x"),
        circle(44, middle - 8, 3, "x"),
        path(`M44 ${middle - 8}V${projects ? 45 : 35}q0 -12 12 -12H${projects ? 244 : end - 12}${projects ? "" : `q12 0 12 12V${middle - 28}`}`, "x", { width: 2 }),
        projects
          ? [
              projection(244, 10, 164),
              path(`M408 33H${end - 12}q12 0 12 12V${middle - 28}`, "x", { width: 2 }),
              label(416, 26, shapes[2], "x", { size: 12 }),
            ]
          : label(305, 15, "identity: x, unchanged", "x", { anchor: "middle", size: 12 }),
        arrow(end, middle - 34, end, middle - 20, "x"),
        lefts.map((left, i) => [
          conv(left, middle - 39, 100, i),
          arrow(left + 100, middle - 8, i < 2 ? lefts[i + 1] : end - 12, middle - 8, "f"),
          label(left + 128, middle + 40, shapes[i], "f", { anchor: "middle", size: 12 }),
        ]),
        plus(end, middle - 8),
        arrow(end + 12, middle - 8, end + 30, middle - 8, "y"),
        label(end + 34, middle - 4, "ReLU, y", "y", { bold: true }),
        label(end + 34, middle + 15, shapes[2], "y", { size: 12 }),
        table(96, 200, [250, 400]),
      ]);
    },
    say(state) {
      const block = bottleneckOf(state);
      const { into, inside, out, size, small, stride, projects, parameters, multiplyAdds } = block;
      const reason = [into !== out && `${into} channels are not ${out}`, stride > 1 && `the stride is ${stride}`].filter(Boolean).join(" and ");
      return (
        `Bottleneck(${into}, ${inside}${stride > 1 ? `, stride=${stride}` : ""}) turns ${into}×${size}×${size} into ${out}×${small}×${small}. ` +
        (projects ? `The shortcut needs a projection, because ${reason}. ` : "The shapes agree, so the shortcut is the identity. ") +
        `It has ${parameters.toLocaleString("en-US")} parameters, and its convolutions make ${multiplyAdds.toLocaleString("en-US")} multiply-adds.`
      );
    },
  });
}
