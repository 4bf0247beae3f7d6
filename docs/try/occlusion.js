// Which part counts: a square is laid over the image, place by place, and the map says how much of the probability of the
// answer goes with each place (Zeiler and Fergus 2014, section 4.2).

const PATCHES = 4; // squares that stand side by side in an image
const LEAST = 0.05; // a change of the probability that is painted in full color even where none is larger
const PLACES = 49; // where a square is laid, with half a square between two of them

/** What a map of occlusion is asked with: an image of size×size pixels, and the class whose probability is watched. */
function occlusionOf(image, size, target, fill, cuts) {
  const patch = Math.max(Math.round(size / PATCHES), 2);
  return { image: image.slice(), height: size, width: size, target, patch, step: Math.max(Math.floor(patch / 2), 1), fill, cuts };
}

/** The mean of the map at each pixel, over the squares that cover it. */
function spread(map, rows, columns, { height, width, patch, step }) {
  const sums = new Float32Array(height * width);
  const counts = new Uint16Array(height * width);
  for (let place = 0; place < rows * columns; place += 1) {
    const top = Math.min(Math.floor(place / columns) * step, height - patch); // the last ones end at the edge
    const left = Math.min((place % columns) * step, width - patch);
    for (let row = top; row < top + patch; row += 1) {
      for (let column = left; column < left + patch; column += 1) {
        sums[row * width + column] += map[place];
        counts[row * width + column] += 1;
      }
    }
  }
  return sums.map((sum, pixel) => (counts[pixel] ? sum / counts[pixel] : 0));
}

/** Paint where the probability falls, in green, and where it rises, in red, over the image in gray. */
function paintOcclusion(canvas, image, size, falls) {
  const most = Math.max(...falls.map(Math.abs), LEAST);
  const [paper, ink, fallen, risen] = ["paper", "ink", "y", "wrong"].map(colorOf);
  const channel = size * size;
  paintPixels(canvas, size, size, (place) => {
    const light = (image[place] + image[channel + place] + image[2 * channel + place]) / 3;
    const share = Math.abs(falls[place]) / most;
    const over = falls[place] > 0 ? fallen : risen;
    return paper.map((value, each) => {
      const gray = value + (ink[each] - value) * light * 0.45;
      return gray + (over[each] - gray) * 0.85 * share;
    }).concat(255);
  });
}

/** What the map says, in a sentence. */
function occlusionInWords(map, name, whole) {
  const most = Math.max(...map);
  if (most < 0.005) return `Whatever is covered, the probability of ${name} falls by less than half a point: no single place decides.`;
  return `Where the green is strongest, a covered square takes most from the ${name}. Its probability falls from ${percent(whole)} to ${percent(whole - most)} there. Red is where it rises.`;
}
