// The loss around two trained networks, without and with shortcuts, as two surfaces that turn together.
{
  const [LOWEST, HIGHEST] = [-4, 2]; // of the logarithm of the loss, as drawn
  const KINDS = [["plain", "f"], ["residual", "x"]];
  const ticks = [0.0001, 0.01, 1, 100];
  const radians = (degrees) => (degrees * Math.PI) / 180;

  const clipped = (value) => Math.min(Math.max(value, LOWEST), HIGHEST);
  const chosen = ({ layers, seed }, data, kind) => data.surfaces.find((each) => each.kind === kind && String(each.layers) === layers && String(each.seed) === seed);

  const complete = (state, data) => KINDS.every(([kind]) => chosen(state, data, kind));

  /** Where a place of the surface is seen: from the center of its drawing, x to the right, y down. */
  function viewed({ turn, tilt }, size, high) {
    const [a, b] = [radians(turn), radians(tilt)];
    return (u, v, z) => {
      const [x, depth] = [u * Math.cos(a) - v * Math.sin(a), u * Math.sin(a) + v * Math.cos(a)];
      const rise = ((z - LOWEST) / (HIGHEST - LOWEST)) * high;
      return [x * size, -depth * size * Math.sin(b) - rise * Math.cos(b), depth];
    };
  }

  /** The surface as strips between two rows of places, the farthest first. */
  function strips({ steps }, { at, factor }, view, kind, cx, cy) {
    const last = at.length - 1;
    const place = (i, j) => view(at[i], at[j], clipped(steps[i][j] / factor));
    // Rows run across the view: along the first direction or the second.
    const depth = (u, v) => view(u, v, 0)[2];
    const alongFirst = Math.abs(depth(1, 0) - depth(-1, 0)) > Math.abs(depth(0, 1) - depth(0, -1));
    const of = (row, step) => (alongFirst ? place(row, step) : place(step, row));
    const order = d3.range(last);
    const farther = alongFirst ? depth(1, 0) > depth(-1, 0) : depth(0, 1) > depth(0, -1);
    if (farther) order.reverse();
    // The first point, and from there each step in tenths of a pixel: half as long as the points.
    const tenths = ([x, y]) => [Math.round(10 * (cx + x)), Math.round(10 * (cy + y))];
    const way = (points) => {
      const [first, ...rest] = points.map(tenths);
      let [x, y] = first;
      const steps = rest.map(([nextX, nextY]) => {
        const step = `${(nextX - x) / 10} ${(nextY - y) / 10}`;
        [x, y] = [nextX, nextY];
        return step;
      });
      return `M${first[0] / 10} ${first[1] / 10}l${steps.join(" ")}`;
    };
    return order.map((row) => {
      const near = d3.range(last + 1).map((step) => of(farther ? row : row + 1, step));
      const far = d3.range(last + 1).map((step) => of(farther ? row + 1 : row, step));
      const outline = `${way([...near, ...[...far].reverse()])}z`;
      const ribs = d3.range(2, last, 2).map((step) => way([near[step], far[step]])).join("");
      return `<path class="box ${kind}" style="stroke-width:.7" d="${outline}${ribs}"/>`;
    });
  }

  figure("loss-surfaces", {
    controls: {
      layers: { label: "layers", options: ["20", "32", "56"], value: "20" },
      seed: { label: "seed", options: ["0", "1", "2"], value: "0" },
      turn: { label: "turn", min: 0, max: 360, step: 5, value: 35 },
      tilt: { label: "tilt", min: 10, max: 80, step: 5, value: 30 },
    },
    draw(state, narrow, data) {
      if (!complete(state, data)) return svg(narrow ? 330 : 688, 60, [label(0, 34, "not recorded yet", "soft")]);
      const size = narrow ? 96 : 98;
      const high = 170;
      const view = viewed(state, size, high);
      const block = 300;
      const parts = KINDS.map(([kind, color], number) => {
        const found = chosen(state, data, kind);
        const cx = narrow ? 184 : 195 + 345 * number;
        const cy = (narrow ? block * number : 0) + 208;
        const corners = [[-1, -1], [-1, 1], [1, 1], [1, -1]].map(([u, v]) => [...view(u, v, LOWEST), u, v]);
        const leftmost = corners.reduce((best, each) => (each[0] < best[0] ? each : best));
        const [, , , u, v] = leftmost;
        const rises = ticks.map((loss) => [loss, view(u, v, Math.log10(loss))]);
        const center = clipped(Math.log10(found.center));
        const [px, py] = view(0, 0, center);
        return [
          label(cx - (narrow ? 176 : 170), cy - 190, kind === "plain" ? "without shortcuts" : "with shortcuts", color, { bold: true }),
          line([...corners, corners[0]].map(([x, y]) => [cx + x, cy + y]), "rule", { width: 1 }),
          line([rises[0], rises.at(-1)].map(([, [x, y]]) => [cx + x - 4, cy + y]), "soft", { width: 1 }),
          rises.map(([loss, [x, y]]) => [
            line([[cx + x - 8, cy + y], [cx + x - 4, cy + y]], "soft", { width: 1 }),
            label(cx + x - 11, cy + y + 4, loss, "soft", { anchor: "end", size: 12 }),
          ]),
          label(cx + rises.at(-1)[1][0] - 11, cy + rises.at(-1)[1][1] - 12, "loss", "soft", { anchor: "end", size: 12 }),
          strips(found, data, view, color, cx, cy),
          circle(cx + px, cy + py, 4, "y"),
        ];
      });
      return svg(narrow ? 330 : 688, narrow ? 2 * block : block, parts);
    },
    say(state, data) {
      if (!complete(state, data)) return "Not recorded yet.";
      const told = KINDS.map(([kind]) => {
        const { center, below } = chosen(state, data, kind);
        const loss = center.toFixed(Math.max(1, 1 - Math.floor(Math.log10(center))));
        return `${kind === "plain" ? "without" : "with"} shortcuts the loss is ${loss} at the trained weights (green), and below 1 in ${Math.round(100 * below)}% of the places`;
      });
      return `${state.layers} layers, seed ${state.seed}: ${told.join("; ")}.`;
    },
    point(state, x, y, narrow) {
      const share = Math.min(Math.max(x / (narrow ? 330 : 688), 0), 1);
      return { turn: 5 * Math.round(72 * share) };
    },
  });
}
