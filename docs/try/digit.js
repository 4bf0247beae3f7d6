// From what a reader draws to what the network gets, by the steps of chapter 1.
//
// The digits of the data were scanned and brought to one form, and of each 4×4 block of a 32×32 bitmap the dots of
// ink were counted (the description of scikit-learn's load_digits). That form can be read off the data: the ink is as
// high as the bitmap and some 20 dots wide, its first and its last row begin one below the other, and it takes
// a little less than a third of the dots, whatever the digit and the pen. A drawing is brought to the same form.
//
// Nothing here needs a document: tests run this file without a browser.

const DOTS = 32; // a side of the bitmap
const CELLS = 8; // a side of what is counted
const WIDTH = 20; // dots that a digit is wide, in the middle of the bitmap: columns 1 to 6 have ink
const INK = 313; // dots of ink that a digit has on average
const LEAST_PEN = 1.2; // the pen's radius in dots lies between these
const MOST_PEN = 5;
const MOST_STRETCH = 2; // so that a 1 that is one line stays a line
const EDGE = 0.08; // of the height: what counts as its first or its last row
const LAST_BYTE = 255;

/** How far a point is from a line, squared. */
function distanceTo(x, y, [x1, y1, x2, y2]) {
  const [across, down] = [x2 - x1, y2 - y1];
  const length = across * across + down * down;
  const along = length ? Math.min(1, Math.max(0, ((x - x1) * across + (y - y1) * down) / length)) : 0;
  return (x - x1 - along * across) ** 2 + (y - y1 - along * down) ** 2;
}

/** The drawing slanted so that its first and its last row begin one below the other, as in the data. */
function upright(strokes) {
  const points = strokes.flat();
  const ys = points.map(([, y]) => y);
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const band = EDGE * (bottom - top);
  if (!band) return strokes;
  const leftmost = (within) => Math.min(...points.filter(([, y]) => within(y)).map(([x]) => x));
  const lean = (leftmost((y) => y >= bottom - band) - leftmost((y) => y <= top + band)) / (bottom - top);
  return strokes.map((stroke) => stroke.map(([x, y]) => [x - lean * (y - top), y]));
}

/** The lines of a drawing, [x1, y1, x2, y2] in dots, once it fills the bitmap for a pen of this radius. */
function fitted(strokes, pen) {
  const points = strokes.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  let [wide, high] = [(WIDTH - 2 * pen) / (right - left), (DOTS - 2 * pen) / (bottom - top)];
  wide = Math.min(wide, MOST_STRETCH * high);
  high = Math.min(high, MOST_STRETCH * wide);
  if (!Number.isFinite(wide) || !Number.isFinite(high)) [wide, high] = [0, 0]; // a single dot
  const place = ([x, y]) => [DOTS / 2 + wide * (x - (left + right) / 2), DOTS / 2 + high * (y - (top + bottom) / 2)];
  return strokes.flatMap((stroke) => {
    const placed = [place(stroke[0])];
    for (const point of stroke.slice(1).map(place)) {
      const [x, y] = placed[placed.length - 1];
      if (Math.hypot(point[0] - x, point[1] - y) > 0.7) placed.push(point); // steps below a dot change nothing
    }
    placed.push(place(stroke[stroke.length - 1]));
    return placed.slice(1).map((point, number) => [...placed[number], ...point]);
  });
}

/** The bitmap of a drawing, 32 rows of 32 dots, each 0 or 1, by a pen of this radius. */
function bitmap(strokes, pen) {
  const lines = fitted(strokes, pen);
  const dots = new Uint8Array(DOTS * DOTS);
  for (let row = 0; row < DOTS; row += 1) {
    for (let column = 0; column < DOTS; column += 1) {
      const inked = lines.some((line) => distanceTo(column + 0.5, row + 0.5, line) <= pen * pen);
      dots[row * DOTS + column] = inked ? 1 : 0;
    }
  }
  return dots;
}

/**
 * What is counted of a drawing: 64 values from 0 to 16, row by row.
 *
 * strokes: lists of points [x, y], in any unit. The pen is as wide as gives the ink that the digits of the data have.
 */
function valuesOf(strokes) {
  const values = new Array(CELLS * CELLS).fill(0);
  if (!strokes.length) return values;
  const drawn = upright(strokes);
  let [least, most] = [LEAST_PEN, MOST_PEN];
  let dots;
  for (let tries = 0; tries < 7; tries += 1) {
    const pen = (least + most) / 2;
    dots = bitmap(drawn, pen);
    if (dots.reduce((sum, dot) => sum + dot) < INK) least = pen;
    else most = pen;
  }
  const block = DOTS / CELLS;
  dots.forEach((dot, place) => {
    const [row, column] = [Math.floor(place / DOTS), place % DOTS];
    values[Math.floor(row / block) * CELLS + Math.floor(column / block)] += dot;
  });
  return values;
}

/** The values moved to the right and down by whole pixels; what leaves the image is lost. */
function shifted(values, right, down) {
  return values.map((_, place) => {
    const [row, column] = [Math.floor(place / CELLS) - down, (place % CELLS) - right];
    const within = row >= 0 && row < CELLS && column >= 0 && column < CELLS;
    return within ? values[row * CELLS + column] : 0;
  });
}

/**
 * The image that the network gets of 8×8 values: size×size bytes, each computed from its neighbors.
 *
 * As chapter 1 does it: F.interpolate with mode "bilinear", where the centers of the pixels of the small
 * image lie at 0.5, 1.5, … of its own pixels, then rounded to whole numbers from 0 to 255.
 */
function enlarged(values, size) {
  const scaled = CELLS / size;
  const neighbors = Array.from({ length: size }, (_, place) => {
    const at = Math.max((place + 0.5) * scaled - 0.5, 0);
    const first = Math.floor(at);
    return [first, Math.min(first + 1, CELLS - 1), at - first];
  });
  const bytes = new Uint8Array(size * size);
  neighbors.forEach(([upper, lower, down], row) => {
    neighbors.forEach(([left, right, across], column) => {
      const value = (y, x) => values[y * CELLS + x] * (LAST_BYTE / 16);
      const above = value(upper, left) * (1 - across) + value(upper, right) * across;
      const below = value(lower, left) * (1 - across) + value(lower, right) * across;
      bytes[row * size + column] = Math.round(above * (1 - down) + below * down);
    });
  });
  return bytes;
}

/** Bytes of one channel as the network takes them: three equal channels of numbers from 0 to 1. */
function threeChannels(bytes) {
  const image = new Float32Array(3 * bytes.length);
  for (let place = 0; place < image.length; place += 1) image[place] = bytes[place % bytes.length] / LAST_BYTE;
  return image;
}
