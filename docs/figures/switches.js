// Sixteen trainings and eight switches: whichever is chosen, it is on in eight of them.
figure("switches", {
  controls: {
    part: {
      label: "part",
      options: ["A: crop and mirror", "B: cutout", "C: label smoothing", "D: cosine", "E: weight decay", "F: sparing norms and biases", "G: zero-initialization", "H: Nesterov"],
      value: "A: crop and mirror",
    },
    measured: { label: "accuracies", checked: false },
  },
  draw({ part, measured }, narrow, { parts, rows }) {
    const chosen = parts.indexOf(part.slice(3));
    const [wide, high] = narrow ? [25, 17] : [34, 19];
    const [left, top] = narrow ? [34, 46] : [180, 50];
    const bars = left + parts.length * wide + 14;
    const reach = d3.extent(rows, ({ accuracy }) => accuracy);
    const length = d3.scaleLinear([reach[0] - 3, reach[1]], [0, (narrow ? 330 : 688) - bars - (narrow ? 42 : 54)]);
    return svg(narrow ? 330 : 688, top + rows.length * high + 8, [
      label(left - 6, top - 10, narrow ? "" : "training", "soft", { anchor: "end", size: 12 }),
      parts.map((name, column) => label(left + (column + 0.5) * wide, top - 10, String.fromCharCode(65 + column), column === chosen ? "f" : "soft", { anchor: "middle", size: 13, bold: column === chosen })),
      label(left, 16, part, "f", { bold: true }),
      measured ? label(bars, top - 10, "accuracy", "soft", { size: 12 }) : "",
      rows.map(({ on, accuracy }, row) => {
        const y = top + row * high;
        const kind = on[chosen] ? "f" : "soft";
        return [
          label(left - 8, y + high / 2 + 4, row + 1, kind, { anchor: "end", size: 12, bold: on[chosen] }),
          on.map((is, column) => {
            const [x, of] = [left + column * wide, column === chosen ? "f" : "soft"];
            return [
              rect(x + 3, y + 3, wide - 6, high - 6, of, { filled: false, radius: 2 }),
              is ? line([[x + 6, y + high / 2], [x + wide - 6, y + high / 2]], of, { width: high - 11 }) : "",
            ];
          }),
          measured
            ? [
                rect(bars, y + 4, length(accuracy), high - 8, kind, { filled: on[chosen], radius: 1 }),
                label(bars + length(accuracy) + 6, y + high / 2 + 4, `${accuracy.toFixed(1)}`, kind, { size: 12 }),
              ]
            : "",
        ];
      }),
    ]);
  },
  say({ part, measured }, { parts, rows }) {
    const name = part.slice(3);
    const chosen = parts.indexOf(name);
    const of = (is) => rows.filter(({ on }) => on[chosen] === is);
    const shared = `Eight trainings have ${name}, and eight have not. Each other part is on in four of the ones and in four of the others`;
    if (!measured) return `${shared}.`;
    const [yes, no] = [of(true), of(false)].map((group) => d3.mean(group, ({ accuracy }) => accuracy));
    return `${shared}. The mean accuracy is ${yes.toFixed(2)}% with it and ${no.toFixed(2)}% without it: ${(yes - no).toFixed(2)} points.`.replace("-", "−");
  },
});
