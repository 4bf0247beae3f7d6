// What the page "Try your network" shows: a digit, and a bar for each class. It stands there without scripts.
{
  const ROW = 24;

  figure("try-network", {
    draw(state, narrow, { values, probabilities, label: digit }) {
      const cell = narrow ? 24 : 30;
      const side = 8 * cell;
      const inked = values.map((value, place) => {
        if (!value) return "";
        const [row, column] = [Math.floor(place / 8), place % 8];
        return `<rect class="ink-dot" x="${column * cell}" y="${row * cell}" width="${cell + 0.3}" height="${cell + 0.3}" fill-opacity="${value / 16}"/>`;
      });
      const [left, top, most] = narrow ? [0, side + 20, 220] : [side + 60, 0, 300];
      const bars = probabilities.map((probability, place) => {
        const kind = place === digit ? "y" : "soft";
        const y = top + place * ROW;
        return [
          label(left, y + 16, place, kind, { bold: place === digit }),
          rect(left + 20, y + 3, Math.max(most * probability, 1), ROW - 8, kind, { radius: 1 }),
          label(left + 20 + most + 8, y + 16, `${(100 * probability).toFixed(1)}%`, kind),
        ];
      });
      return svg(narrow ? 330 : 688, Math.max(side, top + 10 * ROW), [inked, rect(0, 0, side, side, "soft", { filled: false, radius: 0 }), bars]);
    },
    say(state, { probabilities, label: digit }) {
      const best = probabilities.indexOf(Math.max(...probabilities));
      return `A handwritten ${digit}, 8×8 numbers of ink. The small network says ${best}, with ${(100 * probabilities[best]).toFixed(1)}%.`;
    },
  });
}
