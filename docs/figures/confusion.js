// The confusion matrix of a recorded training; the reader picks a row or a cell.
{
  const place = (narrow) => (narrow ? { left: 84, top: 84, cell: 24 } : { left: 96, top: 84, cell: 40 });
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  figure("confusion", {
    controls: {
      row: { label: "true class", options: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], value: "cat" },
    },
    draw(state, narrow, { classes, counts }) {
      const { left, top, cell } = place(narrow);
      const chosen = Math.max(classes.indexOf(state.row), 0);
      const most = Math.max(...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
      const parts = [label(left, 12, "taken for", "soft", { size: 12 }), label(0, top - 8, "true", "soft", { size: 12 })];
      classes.forEach((name, column) => {
        const x = left + (column + 0.5) * cell + 4;
        parts.push(`<g transform="rotate(-90 ${number(x)} ${top - 6})">${label(x, top - 6, name, "ink", { size: 12 })}</g>`);
        parts.push(label(left - 6, top + (column + 0.5) * cell + 4, name, column === chosen ? "x" : "ink", { anchor: "end", size: 12, bold: column === chosen }));
      });
      counts.forEach((row, i) => {
        row.forEach((count, j) => {
          const [x, y] = [left + j * cell, top + i * cell];
          const kind = i === j ? "y" : "wrong";
          const share = i === j ? 0.35 : count / most;
          if (count) parts.push(`<rect class="shade ${kind}" x="${x}" y="${y}" width="${cell}" height="${cell}" fill-opacity="${number(0.75 * share)}"/>`);
          parts.push(`<rect class="cell" x="${x}" y="${y}" width="${cell}" height="${cell}"/>`);
          if (count && !narrow) parts.push(label(x + cell / 2, y + cell / 2 + 4, count, "ink", { anchor: "middle", size: 12 }));
        });
      });
      parts.push(rect(left, top + chosen * cell, cell * classes.length, cell, "x", { filled: false, strong: true, radius: 2 }));
      return svg(narrow ? 330 : 688, top + cell * classes.length + 6, parts);
    },
    say(state, { classes, counts }) {
      const chosen = Math.max(classes.indexOf(state.row), 0);
      const row = counts[chosen];
      const order = row.map((count, j) => [count, j]).filter(([, j]) => j !== chosen);
      order.sort((a, b) => b[0] - a[0]);
      const worst = order.slice(0, 3).map(([count, j]) => `${count} for ${classes[j]}`);
      return `Of ${sum(row)} test photographs of the class ${classes[chosen]}, ${row[chosen]} were classified correctly; most of the others were taken as follows: ${worst.join(", ")}.`;
    },
    point(state, x, y, narrow, { classes }) {
      const { top, cell } = place(narrow);
      const row = Math.floor((y - top) / cell);
      return row >= 0 && row < classes.length ? { row: classes[row] } : null;
    },
  });
}
