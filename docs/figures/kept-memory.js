// What autograd keeps of a batch for the backward pass, layer by layer.
{
  const said = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);
  const groupOf = (part) => part.split(" ")[0];

  figure("kept-memory", {
    controls: {
      batch: { label: "images a batch", min: 1, max: 256, value: 64 },
      size: { label: "image", options: ["32×32", "224×224"], value: "32×32" },
      autograd: { label: "autograd on", checked: true },
    },
    draw(state, narrow, data) {
      const bytes = data.bytes[state.size.split("×")[0]].map((each) => (state.autograd ? each * state.batch : 0));
      const whole = data.bytes[state.size.split("×")[0]].map((each) => each * state.batch);
      const most = Math.max(...whole);
      const [left, right, row] = narrow ? [62, 244, 17] : [84, 560, 17];
      const parts = [];
      let y = 4;
      let group = "";
      data.parts.forEach((part, number) => {
        if (groupOf(part) !== group) {
          group = groupOf(part);
          if (number) y += 8;
          parts.push(label(0, y + 11, group, "ink", { bold: true }));
        }
        const width = ((right - left) * bytes[number]) / most;
        parts.push(line([[left, y], [left, y + row - 3]], "soft", { width: 1 }));
        if (width > 0.5) parts.push(rect(left, y, width, row - 3, "f", { radius: 1 }));
        parts.push(label(left + width + 6, y + 11, state.autograd ? said(bytes[number]) : "0", state.autograd ? "f" : "soft", { size: 12 }));
        y += row;
      });
      const total = bytes.reduce((sum, each) => sum + each, 0);
      parts.push(label(left, y + 18, `together ${said(total)}`, "f", { bold: true }));
      parts.push(label(narrow ? left : left + 170, y + (narrow ? 36 : 18), `the weights ${said(data.weights)}`, "soft"));
      return svg(narrow ? 330 : 688, y + (narrow ? 44 : 26), parts);
    },
    say(state, data) {
      const images = `${state.batch} ${state.batch === 1 ? "image" : "images"} of ${state.size}`;
      if (!state.autograd) return `With autograd off, nothing is kept of ${images}: each layer's output is freed once the next has used it.`;
      const total = data.bytes[state.size.split("×")[0]].reduce((sum, each) => sum + each * state.batch, 0);
      return `With autograd on, ${said(total)} are kept of ${images} until backward, ${(total / data.weights).toFixed(1)} times what the weights take.`;
    },
  });
}
