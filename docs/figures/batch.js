// A batch as a block of numbers with four axes, and where one of them lies in memory.
{
  const [N, C, H, W] = [2, 3, 4, 5];
  const place = ({ n, c, h, w }) => ((n * C + c) * H + h) * W + w;

  figure("batch", {
    controls: {
      n: { label: "image n", min: 0, max: N - 1, value: 1 },
      c: { label: "channel c", min: 0, max: C - 1, value: 2 },
      h: { label: "row h", min: 0, max: H - 1, value: 0 },
      w: { label: "column w", min: 0, max: W - 1, value: 3 },
    },
    draw(state, narrow) {
      const cell = narrow ? 34 : 26;
      const parts = [];
      const [stepX, stepY] = narrow ? [12, 13] : [15, 16];
      const corner = (n, c) => [
        narrow ? 60 + c * stepX * 1.6 : 60 + n * 330 + c * stepX * 1.6,
        34 + c * stepY + (narrow ? n * 240 : 0),
      ];
      for (let n = 0; n < N; n += 1) {
        const [x0, y0] = corner(n, 0);
        parts.push(label(x0, y0 - 14, `image ${n}`, n === state.n ? "x" : "soft", { bold: n === state.n }));
        // The chosen channel lies in front, so that its numbers are seen.
        const order = [...Array(C).keys()].filter((c) => n !== state.n || c !== state.c).concat(n === state.n ? [state.c] : []);
        for (const c of order) {
          const [x, y] = corner(n, c);
          const chosen = n === state.n && c === state.c;
          const top = chosen || (n !== state.n && c === C - 1);
          parts.push(rect(x, y, W * cell, H * cell, chosen ? "x" : "ink", { radius: 1 }));
          if (!top) continue;
          const rows = [...Array(H)].map((_, h) => [...Array(W)].map((_, w) => place({ n, c, h, w })));
          const mark = chosen ? { row: state.h, column: state.w } : null;
          parts.push(grid(x, y, cell, rows, chosen ? "x" : "soft", { mark, size: 12 }));
        }
        const [x, y] = corner(n, C - 1);
        parts.push(label(x + (W * cell) / 2, y + H * cell + 18, "width", "soft", { anchor: "middle", size: 12 }));
      }
      const [x, y] = corner(0, 0);
      parts.push(label(x - 8, y + (H * cell) / 2, "height", "soft", { anchor: "end", size: 12 }));
      const top = corner(N - 1, C - 1)[1] + H * cell + 50;
      const whole = N * C * H * W;
      const width = (narrow ? 326 : 684) / whole;
      parts.push(label(0, top - 8, "in memory", "ink", { bold: true }));
      for (let each = 0; each < whole; each += 1) {
        const [n, c] = [Math.floor(each / (C * H * W)), Math.floor(each / (H * W)) % C];
        const chosen = each === place(state);
        const near = n === state.n && c === state.c;
        parts.push(`<rect class="box ${chosen || near ? "x" : "ink"}" x="${2 + each * width}" y="${top}" width="${width}" height="22" style="stroke-width: 0.4${chosen ? "; fill: var(--color)" : ""}"/>`);
      }
      const at = 2 + (place(state) + 0.5) * width;
      parts.push(label(Math.min(Math.max(at, 12), narrow ? 318 : 676), top + 40, place(state), "x", { anchor: "middle", bold: true }));
      return svg(narrow ? 330 : 688, top + 48, parts);
    },
    say(state) {
      const { n, c, h, w } = state;
      return (
        `A batch of ${N} images with ${C} channels of ${H}×${W} pixels: the number at n = ${n}, c = ${c}, h = ${h}, w = ${w} ` +
        `lies at ((${n} · ${C} + ${c}) · ${H} + ${h}) · ${W} + ${w} = ${place(state)} in memory.`
      );
    },
  });
}
