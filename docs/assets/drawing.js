// The small language in which all figures are drawn: each function returns a piece of SVG as text.
//
// The same code draws a figure in the browser and, when the site is built, its still form. So it is
// plain: no module, no document, nothing but text. A kind ("x", "f", "y", "wrong", "ink", "soft") is
// the color, and means one thing everywhere; the style sheet gives it its value in each scheme.

const figures = {};

/** Register a figure: its controls, and the functions that draw it and say what it shows. */
function figure(name, parts) {
  figures[name] = { controls: {}, ...parts };
}

const escaped = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
const number = (value) => Number(Number(value).toFixed(2));

/** The whole drawing: its size in CSS pixels, and its pieces. */
function svg(width, height, parts) {
  return { width, height, body: parts.flat(Infinity).filter(Boolean).join("\n") };
}

function rect(x, y, width, height, kind = "ink", { radius = 3, filled = true, dashed = false, strong = false } = {}) {
  const names = ["box", kind, filled ? "" : "hollow", dashed ? "dashed" : "", strong ? "strong" : ""];
  const [left, top, wide, high] = [x, y, width, height].map(number);
  return `<rect class="${names.filter(Boolean).join(" ")}" x="${left}" y="${top}" width="${wide}" height="${high}" rx="${radius}"/>`;
}

function label(x, y, text, kind = "ink", { anchor = "start", size = 13, bold = false } = {}) {
  const names = ["label", kind, bold ? "bold" : ""].filter(Boolean).join(" ");
  return `<text class="${names}" x="${number(x)}" y="${number(y)}" text-anchor="${anchor}" font-size="${size}">${escaped(text)}</text>`;
}

function path(d, kind = "ink", { width = 1.5, dashed = false } = {}) {
  const names = ["line", kind, dashed ? "dashed" : ""].filter(Boolean).join(" ");
  return `<path class="${names}" d="${d}" stroke-width="${width}"/>`;
}

function line(points, kind = "ink", options = {}) {
  return path(`M${points.map(([x, y]) => `${number(x)} ${number(y)}`).join("L")}`, kind, options);
}

/** A line with a head at its end. */
function arrow(x1, y1, x2, y2, kind = "ink", { width = 2, dashed = false } = {}) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const corner = (turn) => [x2 - 8 * Math.cos(angle + turn), y2 - 8 * Math.sin(angle + turn)];
  const base = [x2 - 6 * Math.cos(angle), y2 - 6 * Math.sin(angle)];
  const [left, right] = [corner(0.45), corner(-0.45)];
  const head = [[x2, y2], left, right].map(([x, y]) => `${number(x)} ${number(y)}`).join("L");
  return line([[x1, y1], base], kind, { width, dashed }) + `<path class="head ${kind}" d="M${head}Z"/>`;
}

function circle(x, y, r, kind = "ink", { filled = true } = {}) {
  return `<circle class="box ${kind}${filled ? "" : " hollow"}" cx="${number(x)}" cy="${number(y)}" r="${number(r)}"/>`;
}

/**
 * A matrix of numbers, each in its cell.
 *
 * mark: the cells that are framed, as {row, column, rows, columns}. shade: of each value the opacity
 * of its fill, 0 to 1. digits: decimals of what is written; null writes nothing.
 */
function grid(x, y, cell, rows, kind = "ink", { mark = null, digits = 0, shade = () => 0, size = 13 } = {}) {
  const parts = rows.map((row, i) =>
    row.map((value, j) => {
      const [left, top] = [x + j * cell, y + i * cell];
      const fill = shade(value, i, j);
      const text = digits === null ? "" : (Number(value.toFixed(digits)) || 0).toFixed(digits).replace("-", "−");
      return [
        fill ? `<rect class="shade ${kind}" x="${number(left)}" y="${number(top)}" width="${cell}" height="${cell}" fill-opacity="${number(fill)}"/>` : "",
        `<rect class="cell" x="${number(left)}" y="${number(top)}" width="${cell}" height="${cell}"/>`,
        text && label(left + cell / 2, top + cell / 2 + size * 0.36, text, kind, { anchor: "middle", size }),
      ];
    }),
  );
  if (mark) {
    const { row, column, rows: high = 1, columns: wide = 1 } = mark;
    parts.push(rect(x + column * cell, y + row * cell, wide * cell, high * cell, kind, { filled: false, strong: true, radius: 2 }));
  }
  return parts.flat(Infinity).filter(Boolean).join("");
}

/** A picture from data: every pixel of it stays a square. */
function image(x, y, width, height, href) {
  return `<image class="pixels" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" href="${href}" preserveAspectRatio="none"/>`;
}

/** The rules, ticks and names of two axes; x and y are scales of D3 whose ranges are positions. */
function axes({ x, y, left, top, width, height, xLabel, yLabel, xTicks = 5, yTicks = 4 }) {
  const bottom = top + height;
  const form = (scale, count) => scale.tickFormat(count);
  return [
    y.ticks(yTicks).map((value) => [
      line([[left, y(value)], [left + width, y(value)]], "rule", { width: 1 }),
      label(left - 6, y(value) + 4, form(y, yTicks)(value), "soft", { anchor: "end", size: 12 }),
    ]),
    line([[left, bottom], [left + width, bottom]], "soft", { width: 1 }),
    x.ticks(xTicks).map((value) => [
      line([[x(value), bottom], [x(value), bottom + 4]], "soft", { width: 1 }),
      label(x(value), bottom + 17, form(x, xTicks)(value), "soft", { anchor: "middle", size: 12 }),
    ]),
    xLabel && label(left + width, bottom + 34, xLabel, "soft", { anchor: "end", size: 12 }),
    yLabel && label(left, top - 8, yLabel, "soft", { anchor: "start", size: 12 }),
  ];
}

/** The values of the controls as the page opens; one may depend on the data. */
function firstState(name, data) {
  const first = ({ checked, value }) => checked ?? (typeof value === "function" ? value(data) : value);
  return Object.fromEntries(Object.entries(figures[name].controls).map(([key, control]) => [key, first(control)]));
}

/** The whole SVG of a figure in a state, for a page that is wide or narrow. */
function drawFigure(name, state, narrow, data) {
  const { width, height, body } = figures[name].draw(state, narrow, data);
  const words = escaped(figures[name].say(state, data));
  return (
    `<svg class="${narrow ? "narrow" : "wide"}" role="img" aria-label="${words}" viewBox="0 0 ${width} ${height}" ` +
    `style="max-width: ${narrow ? width * 1.35 : width}px">\n${body}\n</svg>`
  );
}
