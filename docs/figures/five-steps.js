// The five steps, over two batches: which of four things each of them changes.
{
  const LETTERS = { weight: "w", gradient: "g", "running mean": "m", velocity: "v" };
  const KINDS = { weight: "f", gradient: "f", "running mean": "x", velocity: "f" };
  const NAMES = { weight: "weights", gradient: "gradients", "running mean": "running statistics", velocity: "momentum's sum" };
  const EACH = 5;

  /** What stands in each thing after each step: a letter with the number of the batch, or none. */
  function contents({ things, steps }) {
    const values = things.map((thing) => (thing === "weight" || thing === "running mean" ? 0 : null));
    return steps.map(({ changed, none }, place) => {
      const batch = Math.floor(place / EACH) + 1;
      return things.map((thing, i) => {
        if (none[i]) values[i] = null;
        else if (changed[i]) values[i] = batch;
        return { text: values[i] === null ? "none" : `${LETTERS[thing]}${"₀₁₂"[values[i]]}`, changed: changed[i] };
      });
    });
  }

  figure("five-steps", {
    controls: {
      after: { label: "step", min: 1, max: (_, { steps }) => steps.length, value: 4 },
    },
    draw({ after }, narrow, data) {
      const found = contents(data);
      const parts = [];
      const cell = (x, y, width, height, { text, changed }, thing) => [
        changed ? rect(x + 2, y + 2, width - 4, height - 4, KINDS[thing]) : "",
        label(x + width / 2, y + height / 2 + 4.5, text, changed ? KINDS[thing] : "soft", { anchor: "middle", size: 12, bold: changed }),
      ];
      if (narrow) {
        const [left, width, top, height] = [92, 59, 46, 30];
        ["weights", "gradients", "running", "sum v"].forEach((word, i) => {
          const second = ["", "", "mean", ""][i];
          const x = left + (i + 0.5) * width;
          parts.push(label(x, second ? 16 : 32, word, KINDS[data.things[i]], { anchor: "middle", size: 12, bold: true }));
          if (second) parts.push(label(x, 32, second, KINDS[data.things[i]], { anchor: "middle", size: 12, bold: true }));
        });
        data.steps.forEach(({ step }, place) => {
          const y = top + place * height + (place >= EACH ? 34 : 10);
          if (place % EACH === 0) parts.push(label(0, y - 4, `batch ${place / EACH + 1}`, "soft", { size: 12 }));
          parts.push(label(8, y + height / 2 + 4.5, step, "ink", { size: 12, bold: place + 1 === after }));
          found[place].forEach((each, i) => parts.push(cell(left + i * width, y, width, height, each, data.things[i])));
          if (place + 1 === after) parts.push(rect(0, y, left + 4 * width, height, "ink", { filled: false, strong: true }));
        });
        return svg(330, top + 10 * height + 44, parts);
      }
      const [left, width, top, height] = [138, 53, 62, 38];
      data.things.forEach((thing, i) => parts.push(label(left - 10, top + i * height + height / 2 + 4.5, NAMES[thing], KINDS[thing], { anchor: "end", bold: true })));
      data.steps.forEach(({ step }, place) => {
        const x = left + place * width + (place >= EACH ? 16 : 0);
        if (place % EACH === 0) parts.push(label(x, 16, `batch ${place / EACH + 1}`, "soft", { size: 12 }));
        const [first, second] = step.split("_");
        parts.push(label(x + width / 2, second ? 38 : 52, second ? `${first}_` : first, "ink", { anchor: "middle", size: 12 }));
        if (second) parts.push(label(x + width / 2, 52, second, "ink", { anchor: "middle", size: 12 }));
        found[place].forEach((each, i) => parts.push(cell(x, top + i * height, width, height, each, data.things[i])));
        if (place + 1 === after) parts.push(rect(x - 2, 24, width + 4, top + 4 * height - 22, "ink", { filled: false, strong: true }));
      });
      return svg(688, top + 4 * height + 8, parts);
    },
    say({ after }, data) {
      const { step } = data.steps[after - 1];
      const now = contents(data)[after - 1];
      const batch = Math.ceil(after / EACH);
      const changes = data.things.map((thing, i) => (now[i].changed ? `${NAMES[thing]} (now ${now[i].text})` : "")).filter(Boolean);
      return `Batch ${batch}, ${step}: ${changes.length ? `it changes the ${changes.join(" and the ")}` : "it changes none of the four"}.`;
    },
    point(state, atX, atY, narrow, data) {
      if (narrow) {
        const row = (atY - 56) / 30;
        return { after: Math.min(Math.max(Math.ceil(row > EACH ? row - 0.8 : row), 1), data.steps.length) };
      }
      const column = (atX - 138) / 53;
      return column < 0 ? null : { after: Math.min(Math.max(Math.ceil(column > EACH ? column - 0.3 : column), 1), data.steps.length) };
    },
  });
}
