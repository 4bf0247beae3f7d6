// Where parameters and multiply-adds are: two bars for each group.
{
  const BARS = [
    ["parameters", "f", "parameters"],
    ["multiplyAdds", "y", "multiply-adds"],
  ];
  const total = (groups, key) => groups.reduce((sum, group) => sum + group[key], 0);
  const percent = (share) => (share > 0 && share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(1)}%`);
  const counted = (count) =>
    count < 1e5 ? count.toLocaleString("en") : `${(count / 1e6).toLocaleString("en", { maximumFractionDigits: count < 1e8 ? 1 : 0 })} M`;

  figure("shares", {
    follows: true, // the calculator, on its page
    draw(state, narrow, groups) {
      const [left, whole] = narrow ? [0, 210] : [80, 420];
      const shareOf = (group, key) => group[key] / total(groups, key);
      const most = Math.max(...groups.flatMap((group) => BARS.map(([key]) => shareOf(group, key))));
      const parts = [];
      let y = 0;
      for (const group of groups) {
        if (narrow) y += 18;
        parts.push(label(0, narrow ? y - 4 : y + 20, group.name, "ink", { bold: true }));
        BARS.forEach(([key, kind, unit], row) => {
          const share = shareOf(group, key);
          const width = Math.max((share / most) * whole, 1);
          const words = `${percent(share)} · ${counted(group[key])}${narrow ? "" : ` ${unit}`}`;
          parts.push(rect(left, y + row * 16, width, 13, kind, { radius: 1 }));
          parts.push(label(left + width + 6, y + row * 16 + 11, words, kind, { size: 12 }));
        });
        y += narrow ? 40 : 44;
      }
      if (narrow) {
        BARS.forEach(([, kind, unit], row) => parts.push(label(row * 150, y + 8, `${row ? "below" : "above"}: ${unit}`, kind, { size: 12 })));
      }
      return svg(narrow ? 330 : 688, y + (narrow ? 14 : 0), parts);
    },
    say(state, groups) {
      const said = groups.map(
        (group) => `${group.name} ${BARS.map(([key]) => percent(group[key] / total(groups, key))).join(" and ")}`,
      );
      return `Shares of the parameters and of the multiply-adds: ${said.join("; ")}.`;
    },
  });
}
