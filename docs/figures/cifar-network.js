// The paper's network for CIFAR-10: a stem, three stages of n blocks, a classifier; with shortcuts or without.
{
  const chosen = (state, data) => data.networks.find(({ layers }) => String(layers) === state.layers);

  figure("cifar-network", {
    controls: {
      layers: { label: "layers", options: ["20", "32", "44", "56", "110"], value: "20" },
      residual: { label: "shortcuts", checked: true },
    },
    draw(state, narrow, data) {
      const { n, layers, parameters } = chosen(state, data);
      const stages = [[16, 32], [32, 16], [64, 8]];
      const parts = [];
      // Wide: all in one row. Narrow: a row for each stage.
      const room = narrow ? 318 : 186;
      const step = room / n;
      const box = Math.max(2.5, Math.min(step - 4, 26));
      const base = (stage) => (narrow ? 86 + stage * 92 : 96);
      const left = (stage) => (narrow ? 6 : 52 + stage * 202);
      const high = (stage) => 44 - stage * 10;
      if (!narrow) {
        parts.push(arrow(0, 96, 18, 96, "x"), rect(20, 74, 14, 44, "f", { radius: 2 }), label(27, 138, "stem", "f", { anchor: "middle", size: 12 }));
      } else {
        parts.push(label(6, 18, "stem: a 3×3 convolution, 3 to 16 channels", "f", { size: 12 }));
      }
      stages.forEach(([channels, size], stage) => {
        const [x0, y] = [left(stage), base(stage)];
        if (!narrow) parts.push(line([[x0 - 16, y], [x0, y]], "soft", { width: 1 }));
        for (let block = 0; block < n; block++) {
          const x = x0 + block * step;
          const gap = step - box;
          parts.push(rect(x + gap / 2, y - high(stage) / 2, box, high(stage), "f", { radius: n > 9 ? 1 : 3 }));
          if (state.residual) {
            const top = y - high(stage) / 2 - 10;
            const d = `M${(x + gap / 4).toFixed(1)} ${y - high(stage) / 2 - 1}Q${(x + step / 2).toFixed(1)} ${top - 8} ${(x + step - gap / 4).toFixed(1)} ${y - high(stage) / 2 - 1}`;
            parts.push(path(d, "x", { width: n > 9 ? 1.2 : 2 }));
          }
        }
        const below = y + high(stage) / 2 + 18;
        const where = narrow ? x0 : x0 + room / 2;
        const anchor = narrow ? "start" : "middle";
        const words = `${n} blocks, ${channels}×${size}×${size}`;
        parts.push(label(where, narrow ? below : 138, words, "f", { anchor, size: 12 }));
      });
      if (!narrow) {
        parts.push(rect(660, 84, 10, 24, "f", { radius: 2 }), arrow(672, 96, 688, 96, "y"), label(688, 138, "classifier", "f", { anchor: "end", size: 12 }));
      } else {
        parts.push(label(6, base(2) + 56, "mean of each channel, and a linear classifier", "f", { size: 12 }));
      }
      const foot = narrow ? base(2) + 92 : 184;
      const most = Math.max(...data.networks.map((network) => network.parameters));
      const wide = (narrow ? 318 : 676) * (parameters / most);
      const count = `${layers} layers, ${parameters.toLocaleString("en-US")} parameters`;
      parts.push(label(narrow ? 6 : 0, foot, count, "ink", { bold: true }));
      parts.push(rect(narrow ? 6 : 0, foot + 10, wide, 12, "f", { radius: 2 }));
      return svg(narrow ? 330 : 688, foot + 30, parts);
    },
    say(state, data) {
      const { n, layers, parameters } = chosen(state, data);
      const kind = state.residual ? "with" : "without";
      return `${layers} layers = 6 · ${n} + 2, ${kind} shortcuts: ${parameters.toLocaleString("en-US")} parameters, the same in both kinds.`;
    },
  });
}
