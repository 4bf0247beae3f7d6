// All-reduce in a ring: how several processes get the sum of their numbers with little traffic.
{
  const first = (process, part) => ((3 * process + 5 * part) % 7) + 1;

  /** What each process holds after so many steps; a part is complete when it is the sum of all. */
  function ring({ processes: n, after }) {
    const held = Array.from({ length: n }, (_, p) => Array.from({ length: n }, (__, c) => ({ value: first(p, c), of: 1 })));
    let moved = [];
    for (let step = 0; step < Math.min(after, 2 * (n - 1)); step += 1) {
      const gathers = step >= n - 1;
      const sent = held.map((parts, p) => {
        const c = (gathers ? p + 1 - (step - (n - 1)) : p - step) + 2 * n;
        return { from: p, to: (p + 1) % n, part: c % n, ...parts[c % n] };
      });
      sent.forEach(({ to, part, value, of }) => {
        held[to][part] = gathers ? { value, of } : { value: held[to][part].value + value, of: held[to][part].of + of };
      });
      moved = sent;
    }
    return { held, moved };
  }

  const last = ({ processes }) => 2 * (processes - 1);

  figure("ring", {
    controls: {
      processes: { label: "processes", min: 2, max: 5, step: 1, value: 4 },
      after: { label: "step", min: 0, max: 8, step: 1, value: 2 },
    },
    draw(state, narrow) {
      const n = state.processes;
      const { held, moved } = ring(state);
      const [left, top, width, height] = narrow ? [84, 42, 42, 46] : [150, 44, 84, 50];
      const parts = [label(left + (n * width) / 2, 16, `${n} parts of the gradient`, "soft", { anchor: "middle" })];
      held.forEach((cells, p) => {
        const y = top + p * height;
        parts.push(label(left - 10, y + 25, `process ${p}`, "ink", { anchor: "end", bold: true }));
        cells.forEach(({ value, of }, c) => {
          const x = left + c * width;
          const came = moved.some(({ to, part }) => to === p && part === c);
          const kind = of === n ? "y" : "f";
          parts.push(rect(x + 3, y + 3, width - 6, 34, kind, { filled: came || of === n, strong: came }));
          parts.push(label(x + width / 2, y + 25, value, kind, { anchor: "middle", bold: of === n || came }));
        });
      });
      moved.forEach(({ from, to, part }) => {
        const x = left + (part + 0.5) * width;
        if (to > from) parts.push(arrow(x, top + from * height + 38, x, top + to * height + 2, "ink", { width: 1.5 }));
        else {
          parts.push(arrow(x, top + n * height - 12, x, top + n * height + 8, "ink", { width: 1.5 }));
          parts.push(arrow(x, top - 16, x, top + 2, "ink", { width: 1.5 }));
        }
      });
      return svg(narrow ? 330 : 688, top + n * height + 14, parts);
    },
    say(state) {
      const n = state.processes;
      const after = Math.min(state.after, last(state));
      const { held } = ring(state);
      const done = d3.sum(held.flat(), ({ of }) => (of === n ? 1 : 0));
      if (after === 0) return `Each process has its own gradient, in ${n} parts. Nothing is sent yet.`;
      const what = after < n ? "Each process sends one part to the next, which adds it" : "Each process sends a complete part to the next, which keeps it";
      return `Step ${after} of ${last(state)}: ${what}; the last sends to process 0. ${done} of ${n * n} parts are complete. Each process has sent ${after} of ${n} parts: ${((100 * after) / n).toFixed(0)}% of its gradient.`;
    },
  });
}
