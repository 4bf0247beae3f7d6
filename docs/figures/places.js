// The places of a window in one row of numbers, and why there are as many as the formula says.
{
  const longest = (state) => state.n + 2 * state.p;

  figure("places", {
    controls: {
      n: { label: "row n", min: 3, max: 12, value: 7 },
      k: { label: "window k", min: 1, max: (state) => Math.min(7, longest(state)), value: 3 },
      s: { label: "stride s", min: 1, max: 4, value: 2 },
      p: { label: "padding p", min: 0, max: 3, value: 1 },
    },
    draw({ n, k, s, p }, narrow) {
      const width = narrow ? 330 : 688;
      const whole = n + 2 * p;
      const cell = Math.min((width - 2) / whole, 40);
      const left = (width - whole * cell) / 2;
      const places = Math.floor((whole - k) / s) + 1;
      const unseen = whole - ((places - 1) * s + k);
      const step = places > 9 ? 13 : 20;
      const high = step - 5;
      const parts = [...Array(whole).keys()].map((i) => {
        const zero = i < p || i >= p + n;
        const text = label(left + (i + 0.5) * cell, 48, zero ? "0" : "x", zero ? "soft" : "x", { anchor: "middle", size: 12 });
        return [rect(left + i * cell, 28, cell, 32, zero ? "soft" : "x", { radius: 0, dashed: zero, filled: !zero }), text];
      });
      parts.unshift(label(left, 18, p ? `${n} numbers and ${p} + ${p} zeros` : `${n} numbers`, "x", { bold: true }));
      for (let place = 0; place < places; place += 1) {
        const [x, y] = [left + place * s * cell, 72 + place * step];
        parts.push(rect(x + 1, y, k * cell - 2, high, "f", { radius: 2, strong: place === 0 }));
      }
      const bottom = 72 + places * step;
      if (unseen) {
        const x = left + (whole - unseen) * cell;
        parts.push(rect(x + 1, 72, unseen * cell - 2, bottom - 72 - 5, "wrong", { radius: 0, dashed: true, filled: false }));
        parts.push(label(Math.min(x + unseen * cell, width), bottom + 14, "never seen", "wrong", { anchor: "end", size: 12 }));
      }
      parts.push(label(left, bottom + 14, `${places} ${places === 1 ? "place" : "places"}`, "f", { bold: true }));
      return svg(width, 72 + 17 * 13 + 24 > bottom + 24 ? Math.max(bottom + 24, 230) : bottom + 24, parts);
    },
    say({ n, k, s, p }) {
      const rest = n + 2 * p - k;
      const steps = Math.floor(rest / s);
      return (
        `The row is ${n + 2 * p} long and the window ${k}. Beside its first place ${rest} numbers are left, enough for ` +
        `${steps} ${steps === 1 ? "step" : "steps"} of ${s}: ${steps + 1} ${steps ? "places" : "place"}.`
      );
    },
  });
}
