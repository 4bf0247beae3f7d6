// The paper's network for CIFAR-10: a stem, three stages of n blocks, a classifier; with shortcuts or without.
{
  const chosen = (state, data) => data.find(({ layers }) => String(layers) === state.layers);

  figure("cifar-network", {
    controls: {
      layers: { label: "layers", options: ["20", "32", "44", "56", "110"], value: "20" },
      residual: { label: "shortcuts", checked: true },
    },
    draw(state, narrow, data) {
      const { n, layers, parameters } = chosen(state, data);
      const stages = [[16, 32], [32, 16], [64, 8]];
      // Wide: all in one row. Narrow: a row for each stage.
      const room = narrow ? 322 : 186;
      const step = room / n;
      const box = Math.min(step * 0.55, 26);
      const left = (stage) => (narrow ? 4 : 46 + stage * 203);
      const middle = (stage) => (narrow ? 66 + stage * 96 : 48);
      const high = (stage) => 44 - stage * 10;
      const parts = narrow
        ? [label(0, 14, "stem: a 3×3 convolution, 3 to 16 channels", "f", { size: 12 })]
        : [
            line([[18, 48], [664, 48]], "soft", { width: 1 }),
            arrow(0, 48, 18, 48, "x"),
            rect(20, 26, 12, 44, "f", { radius: 2 }),
            label(26, 92, "stem", "f", { anchor: "middle", size: 12 }),
          ];
      stages.forEach(([channels, size], stage) => {
        const [x0, y] = [left(stage), middle(stage)];
        if (narrow) parts.push(line([[x0, y], [x0 + room, y]], "soft", { width: 1 }));
        for (let block = 0; block < n; block++) {
          const x = x0 + block * step;
          const margin = (step - box) / 2;
          const top = y - high(stage) / 2;
          parts.push(rect(x + margin, top, box, high(stage), "f", { radius: n > 9 ? 1 : 3 }));
          if (state.residual) {
            const [from, to] = [x + margin * 0.4, x + step - margin * 0.4];
            const bend = Math.min(8, margin);
            const arc = `M${number(from)} ${y}V${top - 8 + bend}q0 -${bend} ${bend} -${bend}H${number(to - bend)}q${bend} 0 ${bend} ${bend}V${y}`;
            parts.push(path(arc.replace(/(\.\d\d)\d+/g, "$1"), "x", { width: n > 9 ? 1 : 1.8 }));
          }
        }
        const words = `${n} blocks, ${channels}×${size}×${size}`;
        parts.push(narrow ? label(0, y + high(stage) / 2 + 19, words, "f", { size: 12 }) : label(x0 + room / 2, 92, words, "f", { anchor: "middle", size: 12 }));
      });
      const below = narrow ? middle(2) + 58 : 92;
      if (narrow) parts.push(label(0, below, "mean of each channel, then a linear classifier", "f", { size: 12 }));
      else parts.push(rect(656, 36, 10, 24, "f", { radius: 2 }), arrow(668, 48, 688, 48, "y"), label(688, 92, "classifier", "f", { anchor: "end", size: 12 }));
      const foot = below + 38;
      const most = Math.max(...data.map((network) => network.parameters));
      const wide = (narrow ? 328 : 686) * (parameters / most);
      parts.push(label(0, foot, `${layers} layers, ${parameters.toLocaleString("en-US")} parameters`, "ink", { bold: true }));
      parts.push(rect(1, foot + 10, wide, 12, "f", { radius: 2 }));
      return svg(narrow ? 330 : 688, foot + 26, parts);
    },
    say(state, data) {
      const { n, layers, parameters } = chosen(state, data);
      const kind = state.residual ? "with" : "without";
      return `${layers} layers = 6 · ${n} + 2, ${kind} shortcuts: ${parameters.toLocaleString("en-US")} parameters, the same in both kinds.`;
    },
  });
}
