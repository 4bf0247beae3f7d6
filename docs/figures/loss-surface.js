// The surface of a loss over two weights, seen from above, and the path that SGD takes on it.
{
  const ALL = "all 12 points";
  const FEW = "4 points a batch";
  const [OFFSETS, SLOPES] = [[-0.9, 3.5], [-1.05, 2.25]]; // what the surface shows of the two weights
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  /** A random order of the points for each epoch, the same on every page. */
  function* batches(count, size) {
    let seed = 5;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (;;) {
      const order = [...Array(count).keys()];
      for (let i = count - 1; i > 0; i--) {
        const other = Math.floor(random() * (i + 1));
        [order[i], order[other]] = [order[other], order[i]];
      }
      for (let i = 0; i < count; i += size) yield order.slice(i, i + size);
    }
  }

  const lossAt = ([slope, offset], { x, y }) => mean(x.map((value, i) => (slope * value + offset - y[i]) ** 2));

  function gradientAt([slope, offset], { x, y }, batch) {
    const errors = batch.map((i) => slope * x[i] + offset - y[i]);
    return [2 * mean(errors.map((error, k) => error * x[batch[k]])), 2 * mean(errors)];
  }

  /** What the loss is made of: its lowest place, and how steep it is across and along the valley. */
  function shapeOf({ x, y }) {
    const [meanX, meanY] = [mean(x), mean(y)];
    const square = mean(x.map((value) => value * value));
    const slope = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY))) / (square - meanX ** 2);
    const best = [slope, meanY - slope * meanX];
    // The second derivatives are 2·square, 2·meanX and 2.
    const half = square + 1;
    const root = Math.hypot(square - 1, 2 * meanX);
    const angle = Math.atan2(2 * meanX, square - 1) / 2;
    return { best, steep: half + root, flat: half - root, across: [Math.cos(angle), Math.sin(angle)], along: [-Math.sin(angle), Math.cos(angle)] };
  }

  /** The path: the weights after each step, beginning with the start. */
  function pathOf({ rate, momentum, batch, steps }, data) {
    const order = batches(data.x.length, batch === ALL ? data.x.length : 4);
    let velocity = [0, 0];
    const path = [data.start];
    for (let step = 0; step < steps; step++) {
      const weights = path[step];
      const gradient = gradientAt(weights, data, order.next().value);
      velocity = velocity.map((value, i) => momentum * value + gradient[i]);
      path.push(weights.map((value, i) => value - rate * velocity[i]));
    }
    return path;
  }

  /** The pieces of a line that lie inside a box. */
  function inside(points, [x0, x1], [y0, y1]) {
    const pieces = [];
    points.slice(1).forEach(([bx, by], i) => {
      const [ax, ay] = points[i];
      let [from, to] = [0, 1];
      for (const [a, b, low, high] of [[ax, bx, x0, x1], [ay, by, y0, y1]]) {
        if (a === b && (a < low || a > high)) return;
        if (a === b) continue;
        const ends = [(low - a) / (b - a), (high - a) / (b - a)];
        from = Math.max(from, Math.min(...ends));
        to = Math.min(to, Math.max(...ends));
      }
      if (from >= to) return;
      const at = (t) => [ax + t * (bx - ax), ay + t * (by - ay)];
      const last = pieces.at(-1);
      if (last && from === 0 && last.open) last.points.push(at(to));
      else pieces.push({ points: [at(from), at(to)] });
      pieces.at(-1).open = to === 1;
    });
    return pieces.map((piece) => piece.points);
  }

  const short = (value) => (value > 1e9 ? "over a billion" : d3.format(value < 10 ? ".3f" : ",.0f")(value));

  function told(state, data) {
    const path = pathOf(state, data);
    const { best, across, along } = shapeOf(data);
    const part = (weights, direction) => (weights[0] - best[0]) * direction[0] + (weights[1] - best[1]) * direction[1];
    const sides = path.map((weights) => Math.sign(part(weights, across)));
    const crossings = sides.slice(1).filter((side, i) => side !== sides[i]).length;
    const left = part(path.at(-1), along) / part(path[0], along);
    const [first, last] = [path[0], path.at(-1)].map((weights) => lossAt(weights, data));
    return { path, crossings, left, first, last };
  }

  figure("loss-surface", {
    controls: {
      rate: { label: "learning rate", min: 0.01, max: 0.5, step: 0.01, value: 0.2 },
      momentum: { label: "momentum", min: 0, max: 0.95, step: 0.05, value: 0 },
      batch: { label: "each step sees", options: [ALL, FEW], value: ALL },
      steps: { label: "steps", min: 0, max: 80, value: 40 },
    },
    draw(state, narrow, data) {
      const { path, first, last } = told(state, data);
      const { best, steep, flat, across, along } = shapeOf(data);
      const lowest = lossAt(best, data);
      const wide = narrow ? 280 : 400;
      const high = (wide * (SLOPES[1] - SLOPES[0])) / (OFFSETS[1] - OFFSETS[0]);
      const [left, top] = [40, 26];
      const x = d3.scaleLinear(OFFSETS, [left, left + wide]);
      const y = d3.scaleLinear(SLOPES, [top + high, top]);
      const shown = (points) => inside(points.map(([slope, offset]) => [x(offset), y(slope)]), [left, left + wide], [top, top + high]);
      const contours = [0.03, 0.1, 0.3, 0.7, 1.4, 2.5, 4, 6, 9, 13].map((above) => {
        const ring = d3.range(0, 2 * Math.PI + 0.01, Math.PI / 36).map((turn) => {
          const [a, b] = [Math.sqrt((2 * above) / steep) * Math.cos(turn), Math.sqrt((2 * above) / flat) * Math.sin(turn)];
          return [0, 1].map((i) => best[i] + a * across[i] + b * along[i]);
        });
        return shown(ring).map((points) => line(points.map((point) => point.map((at) => Number(at.toFixed(1)))), "soft", { width: 0.7 }));
      });
      const isIn = ([slope, offset]) => offset >= OFFSETS[0] && offset <= OFFSETS[1] && slope >= SLOPES[0] && slope <= SLOPES[1];
      const dots = path.filter(isIn).map(([slope, offset]) => circle(x(offset), y(slope), 1.8, "x"));
      const cross = ([slope, offset], kind) =>
        [[1, 1], [1, -1]].map(([dx, dy]) => line([[x(offset) - 5 * dx, y(slope) - 5 * dy], [x(offset) + 5 * dx, y(slope) + 5 * dy]], kind, { width: 2.5 }));
      const end = path.at(-1);
      const surface = [
        axes({ x, y, left, top, width: wide, height: high, xLabel: "offset", yLabel: "slope", xTicks: 5, yTicks: 4 }),
        contours,
        rect(left, top, wide, high, "soft", { filled: false, radius: 0 }),
        shown(path).map((points) => line(points, "x", { width: 1.6 })),
        dots,
        cross(best, "y"),
        label(x(data.start[1]) + 9, y(data.start[0]) + 4, "start", "x", { size: 12, bold: true }),
        isIn(end) && circle(x(end[1]), y(end[0]), 5, "x"),
      ];

      const side = narrow ? { left, top: top + high + 66, width: wide, height: 120 } : { left: 492, top, width: 190, height: 120 };
      const px = d3.scaleLinear([0, 3.25], [side.left, side.left + side.width]);
      const py = d3.scaleLinear([0, 4], [side.top + side.height, side.top]);
      const drawnLine = ([slope, offset], kind, options) =>
        inside([[px(0), py(offset)], [px(3.25), py(offset + 3.25 * slope)]], px.range(), [side.top, side.top + side.height]).map((points) => line(points, kind, options));
      const points = [
        axes({ x: px, y: py, ...side, xLabel: "x", yLabel: "the line after the last step", xTicks: 3, yTicks: 4 }),
        drawnLine(best, "y", { width: 1.5, dashed: true }),
        data.x.map((value, i) => circle(px(value), py(data.y[i]), 3, "ink")),
        drawnLine(end, "x", { width: 2.5 }),
      ];

      const below = { ...side, top: side.top + side.height + (narrow ? 66 : 62), height: narrow ? 110 : high - 182 };
      const losses = path.map((weights) => lossAt(weights, data));
      const most = Math.min(Math.max(10, ...losses), 1000);
      const lx = d3.scaleLinear([0, Math.max(state.steps, 1)], [below.left, below.left + below.width]);
      const ly = d3.scaleLog([0.05, most], [below.top + below.height, below.top]);
      const inLoss = inside(losses.map((loss, step) => [lx(step), ly(Math.min(loss, 1e9))]), lx.range(), [below.top, below.top + below.height]);
      const ruled = [0.1, 1, 10, 100, 1000].filter((value) => value <= most);
      const bottom = below.top + below.height;
      const curve = [
        ruled.map((value) => [
          line([[below.left, ly(value)], [below.left + below.width, ly(value)]], "rule", { width: 1 }),
          label(below.left - 6, ly(value) + 4, value, "soft", { anchor: "end", size: 12 }),
        ]),
        line([[below.left, bottom], [below.left + below.width, bottom]], "soft", { width: 1 }),
        lx.ticks(4).filter(Number.isInteger).map((value) => label(lx(value), bottom + 17, value, "soft", { anchor: "middle", size: 12 })),
        label(below.left, below.top - 8, `loss ${short(last)}, at the start ${short(first)}`, "x", { size: 12, bold: true }),
        label(below.left + below.width, bottom + 34, "steps", "soft", { anchor: "end", size: 12 }),
        line([[below.left, ly(lowest)], [below.left + below.width, ly(lowest)]], "y", { width: 1.5, dashed: true }),
        inLoss.map((piece) => line(piece, "x", { width: 2 })),
      ];
      return svg(narrow ? 330 : 688, bottom + 42, [surface, points, curve]);
    },
    say(state, data) {
      const { crossings, left, first, last, path } = told(state, data);
      const lowest = lossAt(shapeOf(data).best, data);
      const how = `Learning rate ${state.rate}, momentum ${state.momentum}${state.batch === ALL ? "" : ", batches of 4 points"}`;
      if (state.steps === 0) return `${how}: at the start the loss is ${short(first)}; the best line (green) has ${short(lowest)}.`;
      const after = `after ${state.steps} ${state.steps === 1 ? "step" : "steps"}`;
      if (last > first && crossings >= state.steps / 3)
        return `${how}: the path swings across the valley, wider and wider; ${after} the loss is ${short(last)}. It diverges.`;
      const times = crossings === 0 ? "never crosses the floor of the valley" : `crosses the floor of the valley ${crossings === 1 ? "once" : `${crossings} times`}`;
      const ways = Math.round(100 * (1 - left));
      const far = left < 0 ? "and is past the lowest point" : `and has come ${ways}% of the way along it`;
      return `${how}: ${after} the loss is ${short(last)}; the best line (green) has ${short(lowest)}. The path ${times} ${far}.`;
    },
  });
}
