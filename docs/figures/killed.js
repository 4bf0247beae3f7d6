// A training with checkpoints, killed at a step: which steps are done twice.
figure("killed", {
  controls: {
    step: { label: "killed after step", min: 1, max: 99, step: 1, value: 67 },
    every: { label: "steps between checkpoints", min: 5, max: 50, step: 5, value: 20 },
  },
  draw({ step, every }, narrow) {
    const [left, width] = narrow ? [12, 300] : [20, 640];
    const x = d3.scaleLinear([0, 100], [left, left + width]);
    const saved = Math.floor(step / every) * every;
    const marks = d3.range(every, 101, every);
    const [first, second] = [56, 124];
    return svg(narrow ? 330 : 688, 178, [
      label(left, 18, "first process", "soft", { size: 12 }),
      line([[x(0), first], [x(step), first]], "f", { width: 5 }),
      marks.filter((mark) => mark <= step).map((mark) => rect(x(mark) - 4, first - 11, 8, 22, "y", { strong: true })),
      line([[x(step) - 7, first - 9], [x(step) + 7, first + 9]], "wrong", { width: 3 }),
      line([[x(step) - 7, first + 9], [x(step) + 7, first - 9]], "wrong", { width: 3 }),
      label(x(step), first - 18, "killed", "wrong", { anchor: step > 85 ? "end" : step < 12 ? "start" : "middle", bold: true }),
      label(left, 96, "second process", "soft", { size: 12 }),
      line([[x(saved), second], [x(step), second]], "x", { width: 5 }),
      line([[x(step), second], [x(100), second]], "f", { width: 5 }),
      marks.filter((mark) => mark > saved).map((mark) => rect(x(mark) - 4, second - 11, 8, 22, "y", { strong: true })),
      saved ? arrow(x(saved), first + 14, x(saved), second - 16, "y") : "",
      [0, 20, 40, 60, 80, 100].map((value) => label(x(value), 164, value, "soft", { anchor: value === 0 ? "start" : value === 100 ? "end" : "middle", size: 12 })),
      label(x(10) + 2, 164, "step", "soft", { anchor: "middle", size: 12 }),
    ]);
  },
  say({ step, every }) {
    const saved = Math.floor(step / every) * every;
    const again = step - saved;
    const from = saved ? `goes on from the checkpoint of step ${saved}` : "begins anew, because nothing was saved yet";
    const twice = again ? `${again} ${again === 1 ? "step is" : "steps are"} done twice` : "no step is done twice";
    return `The second process ${from}, and ${twice}.`;
  },
});
