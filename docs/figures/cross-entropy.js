// From three logits to the loss: probabilities, minus the logarithm of the right one, and its slope.
{
  const CLASSES = ["cat", "dog", "fox"];
  const logitsOf = ({ cat, dog, fox }) => [cat, dog, fox];
  const written = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

  function softmax(logits) {
    const most = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }

  /** The loss of the right class, if its logit had another value and the others stayed. */
  const lossWith = (logits, right, logit) => -Math.log(softmax(logits.map((value, i) => (i === right ? logit : value)))[right]);

  figure("cross-entropy", {
    controls: {
      cat: { label: "logit of cat", min: -6, max: 6, step: 0.5, value: 2 },
      dog: { label: "of dog", min: -6, max: 6, step: 0.5, value: 1 },
      fox: { label: "of fox", min: -6, max: 6, step: 0.5, value: -1 },
      right: { label: "the image shows a", options: CLASSES, value: "cat" },
    },
    draw(state, narrow) {
      const logits = logitsOf(state);
      const right = CLASSES.indexOf(state.right);
      const shares = softmax(logits);
      const loss = lossWith(logits, right, logits[right]);

      const bars = narrow ? { left: 70, width: 200, top: 26 } : { left: 36, width: 110, top: 36 };
      const rows = CLASSES.map((name, i) => {
        const y = bars.top + (narrow ? 30 : 62) * i;
        const kind = i === right ? "y" : "soft";
        const value = label(bars.left + bars.width * shares[i] + 6, y + 15, `${written(100 * shares[i], 1)}%`, kind, { size: 12, bold: i === right });
        return [label(bars.left - 6, y + 15, name, kind, { anchor: "end", size: 12, bold: i === right }), rect(bars.left, y, Math.max(1, bars.width * shares[i]), 20, kind), value];
      });
      const parts = [label(narrow ? 40 : 0, bars.top - 14, "probability, by softmax", "soft", { size: 12 }), rows];

      const boxes = narrow
        ? [{ left: 40, top: 158, width: 280, height: 150 }, { left: 40, top: 400, width: 280, height: 150 }]
        : [{ left: 248, top: 36, width: 190, height: 190 }, { left: 492, top: 36, width: 190, height: 190 }];
      const curves = [
        { domain: [0, 1], xLabel: "probability of the right class", at: shares[right], of: (p) => -Math.log(p), from: Math.exp(-8) },
        { domain: [-6, 6], xLabel: "logit of the right class", at: logits[right], of: (logit) => lossWith(logits, right, logit), from: -6 },
      ];
      const high = 8;
      curves.forEach(({ domain, xLabel, at, of, from }, place) => {
        const box = boxes[place];
        const x = d3.scaleLinear(domain, [box.left, box.left + box.width]);
        const y = d3.scaleLinear([0, high], [box.top + box.height, box.top]);
        const [first, last] = domain;
        const points = d3.range(0, 201).map((i) => from + ((last - from) * i) / 200);
        const fine = place === 0 ? points.map((p) => Math.max(first + 1e-4, p ** 3)).concat(1) : points;
        const inside = fine.map((p) => [p, of(p)]).filter(([, value]) => value <= high);
        parts.push(
          axes({ x, y, ...box, xLabel, yLabel: "loss", xTicks: 4, yTicks: 4 }),
          line(inside.map(([p, value]) => [x(p), y(value)]), "ink", { width: 2 }),
          loss <= high && circle(x(at), y(loss), 5, "y"),
        );
      });
      const bottom = Math.max(...boxes.map(({ top, height }) => top + height));
      return svg(narrow ? 330 : 688, bottom + 42, parts);
    },
    say(state) {
      const right = CLASSES.indexOf(state.right);
      const logits = logitsOf(state);
      const share = softmax(logits)[right];
      const loss = lossWith(logits, right, logits[right]);
      const percent = share < 0.001 ? "less than 0.1%" : `${written(100 * share, 1)}%`;
      return (
        `The right class gets ${percent}, so the loss is ${written(loss, 3)}. ` +
        `If its logit grows a little, the loss falls ${written(1 - share, 3)} times as much: the slope is the probability minus 1.`
      );
    },
  });
}
