// Where parameters and multiply-adds are: two bars for each group.
figure("shares", {
  follows: true, // the calculator, on its page
  draw(state, narrow, groups) {
    const [left, whole] = narrow ? [0, 210] : [80, 420];
    const total = (key) => groups.reduce((sum, group) => sum + group[key], 0);
    const most = Math.max(...groups.flatMap((g) => [g.parameters / total("parameters"), g.multiplyAdds / total("multiplyAdds")]));
    const parts = [];
    let y = 0;
    for (const group of groups) {
      if (narrow) y += 18;
      parts.push(label(0, narrow ? y - 4 : y + 20, group.name, "ink", { bold: true }));
      for (const [row, key, kind, unit] of [[0, "parameters", "f", "M parameters"], [1, "multiplyAdds", "y", "M multiply-adds"]]) {
        const share = group[key] / total(key);
        const width = Math.max((share / most) * whole, 1);
        parts.push(rect(left, y + row * 16, width, 13, kind, { radius: 1 }));
        const millions = (group[key] / 1e6).toLocaleString("en", { maximumFractionDigits: group[key] < 1e8 ? 1 : 0 });
        const words = narrow ? `${(100 * share).toFixed(1)}% · ${millions} M` : `${(100 * share).toFixed(1)}% · ${millions} ${unit}`;
        parts.push(label(left + width + 6, y + row * 16 + 11, words, kind, { size: 12 }));
      }
      y += narrow ? 40 : 44;
    }
    if (narrow) parts.push(label(0, y + 8, "above: parameters", "f", { size: 12 }), label(150, y + 8, "below: multiply-adds", "y", { size: 12 }));
    return svg(narrow ? 330 : 688, y + (narrow ? 14 : 0), parts);
  },
  say(state, groups) {
    const total = (key) => groups.reduce((sum, group) => sum + group[key], 0);
    const percent = (group, key) => `${((100 * group[key]) / total(key)).toFixed(1)}%`;
    const said = groups.map((group) => `${group.name} ${percent(group, "parameters")} and ${percent(group, "multiplyAdds")}`);
    return `Shares of the parameters and of the multiply-adds: ${said.join("; ")}.`;
  },
});
