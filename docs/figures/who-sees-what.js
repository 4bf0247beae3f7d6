// Three sets of images, and what each of them may decide.
{
  const ROWS = [
    ["training", "images", "x", "the weights", "in every step", "in every epoch"],
    ["validation", "images", "f", "your choices", "rate, epochs, which network", "whenever you compare"],
    ["test", "images", "y", "nothing", "they give the number that you report", "once, at the end"],
  ];

  figure("who-sees-what", {
    draw(state, narrow) {
      const width = narrow ? 330 : 688;
      const parts = [];
      if (!narrow) {
        ["", "decide", "are looked at"].forEach((head, column) => parts.push(label([0, 236, 540][column], 16, head, "soft", { size: 12 })));
      }
      const [high, step, first] = narrow ? [52, 132, 8] : [56, 84, 30];
      ROWS.forEach(([name, noun, kind, what, how, often], row) => {
        const y = first + row * step;
        const wide = narrow ? 150 : 170;
        parts.push(rect(1, y, wide, high, kind, { strong: row === 2 }));
        parts.push(label(wide / 2, y + high / 2 + 5, `${name} ${noun}`, kind, { anchor: "middle", bold: true }));
        if (narrow) {
          if (row < 2) parts.push(arrow(wide + 4, y + high / 2, wide + 38, y + high / 2, kind));
          else parts.push(line([[wide + 22, y + 8], [wide + 22, y + high - 8]], "soft", { width: 3 }));
          parts.push(label(wide + 48, y + high / 2 + 5, what, row < 2 ? kind : "ink", { bold: true }));
          parts.push(label(1, y + high + 20, how, "ink", { size: 12 }));
          parts.push(label(1, y + high + 38, `looked at ${often}`, "soft", { size: 12 }));
        } else {
          if (row < 2) parts.push(arrow(wide + 6, y + high / 2, 226, y + high / 2, kind));
          else parts.push(line([[200, y + 10], [200, y + high - 10]], "soft", { width: 3 }));
          parts.push(label(236, y + high / 2 - 3, what, row < 2 ? kind : "ink", { bold: true }));
          parts.push(label(236, y + high / 2 + 16, how, "ink", { size: 12 }));
          parts.push(label(540, y + high / 2 + 5, often, "soft", { size: 12 }));
        }
      });
      return svg(width, first + 2 * step + high + (narrow ? 46 : 6), parts);
    },
    say() {
      return (
        "Training images decide the weights, in every step. Validation images decide your choices: the rate, the number of epochs, " +
        "which network. Test images decide nothing: they are looked at once, at the end, and give the number that you report."
      );
    },
  });
}
