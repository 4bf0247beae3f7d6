// The ten logits of one image in a hundred different batches, beside those of evaluation mode.
{
  const best = (logits) => logits.indexOf(Math.max(...logits));
  const wrongs = ({ label, train }, size) => train[size].filter((logits) => best(logits) !== label).length;

  figure("logits-in-batches", {
    controls: {
      size: { label: "images a batch", options: ["4", "16", "64"], value: "16" },
      image: { label: "image", options: ["clear", "doubtful"], value: "doubtful" },
    },
    draw(state, narrow, data) {
      const shown = data[state.image];
      const every = ["clear", "doubtful"].flatMap((name) => Object.values(data[name].train).flat(2));
      const [left, width, top, height] = narrow ? [34, 290, 46, 250] : [40, 524, 30, 260];
      const x = d3.scaleLinear([0, 10], [left, left + width]);
      const y = d3.scaleLinear([Math.min(...every), Math.max(...every)], [top + height, top]).nice();
      const wide = width / 10;
      const inside = wide - (narrow ? 7 : 12);
      const place = (digit, number) => x(digit) + (wide - inside) / 2 + (number / 100) * inside;
      const dots = { f: "", wrong: "" };
      shown.train[state.size].forEach((logits, number) => {
        const won = best(logits);
        logits.forEach((logit, digit) => {
          const kind = digit === won && won !== shown.label ? "wrong" : "f";
          const at = [place(digit, number), y(logit)].map((value) => Number(value.toFixed(1)));
          dots[kind] += `M${at[0]} ${at[1]}h2.5`;
        });
      });
      const rows = y.ticks(5).map((value) => [
        line([[left, y(value)], [left + width, y(value)]], "rule", { width: 1 }),
        label(left - 6, y(value) + 4, value, "soft", { anchor: "end", size: 12 }),
      ]);
      const classes = shown.eval.map((logit, digit) => [
        line([[x(digit) + 3, y(logit)], [x(digit) + wide - 3, y(logit)]], "y", { width: 3 }),
        label(x(digit) + wide / 2, top + height + 18, digit, digit === shown.label ? "y" : "soft", { anchor: "middle", bold: digit === shown.label }),
      ]);
      const names = [
        ["training mode", "f"],
        ["a wrong answer", "wrong"],
        ["evaluation mode", "y"],
      ];
      const beside = names.map(([name, kind], row) =>
        narrow
          ? label([0, 104, 216][row], 12, name, kind, { size: 12, bold: true })
          : label(left + width + 12, top + 30 + row * 20, name.replace("a wrong", "wrong"), kind, { size: 12, bold: true }),
      );
      return svg(narrow ? 330 : 688, top + height + 42, [
        label(left, top - 10, "logit", "soft", { size: 12 }),
        rows,
        dots.f && path(dots.f, "f", { width: 2.5 }),
        dots.wrong && path(dots.wrong, "wrong", { width: 3 }),
        classes,
        label(left + width, top + height + 36, "class", "soft", { anchor: "end", size: 12 }),
        beside,
      ]);
    },
    say(state, data) {
      const shown = data[state.image];
      const wrong = wrongs(shown, state.size);
      return (
        `The same image of the digit ${shown.label} in a hundred batches of ${state.size}. In training mode its logits differ from batch to batch, and ` +
        `${wrong || "none"} of the hundred answers ${wrong === 1 ? "is" : "are"} wrong. In evaluation mode all hundred are equal, and the answer is ${best(shown.eval)}.`
      );
    },
  });
}
