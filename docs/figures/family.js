// The five networks of Table 1: their blocks, to the scale of their channels, and what they cost.
figure("family", {
  controls: {
    name: { label: "network", options: ["ResNet-18", "ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152"], value: "ResNet-50" },
  },
  draw({ name }, narrow, networks) {
    const chosen = networks.find((each) => each.name === name);
    const left = narrow ? 0 : 108;
    const width = (narrow ? 328 : 620) - 2;
    const parts = [];
    let top = 6;
    chosen.blocks.forEach((blocks, stage) => {
      const channels = 64 * 2 ** stage * chosen.expansion;
      const [across, gap] = [narrow ? 18 : 36, 2];
      const high = 10 + 3 * (stage + (chosen.expansion === 4 ? 2 : 0));
      parts.push(label(0, top + 12, `conv${stage + 2}_x`, "ink", { bold: true }));
      parts.push(label(narrow ? 70 : 0, top + (narrow ? 12 : 28), `${channels} channels`, "soft", { size: 12 }));
      const y = top + (narrow ? 20 : 2);
      const cell = (width - left) / across;
      d3.range(blocks).forEach((i) => {
        const [column, row] = [i % across, Math.floor(i / across)];
        parts.push(rect(left + column * cell, y + row * (high + 3), cell - gap, high, i === 0 && (stage || chosen.expansion === 4) ? "x" : "f", { radius: 1 }));
      });
      const rows = Math.ceil(blocks / across);
      top = Math.max(y + rows * (high + 3), top + (narrow ? 0 : 34)) + (narrow ? 8 : 6);
    });
    top += 12;
    for (const [key, title, form] of [
      ["parameters", "parameters with 1,000 classes", (value) => `${(value / 1e6).toFixed(1)} million`],
      ["work", "multiply-adds for one image of 224×224", (value) => `${(value / 1e9).toFixed(1)} billion`],
    ]) {
      parts.push(label(0, top, title, "soft", { size: 12 }));
      const most = Math.max(...networks.map((each) => each[key]));
      const from = narrow ? 82 : 108;
      networks.forEach((each, place) => {
        const y = top + 8 + 20 * place;
        const own = each === chosen;
        const long = ((narrow ? 150 : 400) * each[key]) / most;
        parts.push(label(0, y + 12, each.name, own ? "f" : "soft", { bold: own, size: 12 }));
        parts.push(rect(from, y, long, 15, own ? "f" : "soft", { radius: 1 }));
        parts.push(label(from + long + 6, y + 12, form(each[key]), own ? "f" : "soft", { bold: own, size: 12 }));
      });
      top += 8 + 20 * networks.length + 22;
    }
    return svg(narrow ? 330 : 688, top - 14, parts);
  },
  say({ name }, networks) {
    const { block, blocks, parameters, work } = networks.find((each) => each.name === name);
    const count = d3.sum(blocks);
    const kind = block === "Bottleneck" ? "bottlenecks" : "basic blocks";
    return `${name} has ${count} ${kind}, ${(parameters / 1e6).toFixed(1)} million parameters and ${(work / 1e9).toFixed(1)} billion multiply-adds. Orange blocks have a projection on their shortcut.`;
  },
});
