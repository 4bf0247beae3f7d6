// From an image file to what the network gets, as `resnet50 predict` does it: the center is cut out as a square, and
// resized by the filters of Pillow. Where the network takes 224×224, the square is that of ImageNet's test images.

const IMAGENET = 224; // a side of the images that a network for ImageNet gets
const SHORTER = 256; // the shorter side of its test images, before their center is cut out

/** The filters: weight by distance in pixels of the smaller image, and how far they reach. */
const FILTERS = {
  bilinear: { reach: 1, weight: (far) => Math.max(1 - far, 0) },
  bicubic: {
    reach: 2,
    weight: (far) => (far < 1 ? (1.5 * far - 2.5) * far * far + 1 : far < 2 ? ((-0.5 * far + 2.5) * far - 4) * far + 2 : 0),
  },
};

/** A number rounded as Python rounds: halves to the even one. */
const rounded = (value) => (value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

/** The part of an image that is resized to size×size: its left and upper edge, width and height; and the filter. */
function partOf(width, height, size) {
  const shorter = Math.min(width, height);
  if (size !== IMAGENET) return { left: (width - shorter) / 2, top: (height - shorter) / 2, wide: shorter, high: shorter, filter: "bicubic" };
  const edges = (side) => {
    const whole = Math.floor((SHORTER * side) / shorter); // of this side, once the image is resized
    return [(rounded((whole - size) / 2) * side) / whole, (size * side) / whole];
  };
  const [[left, wide], [top, high]] = [edges(width), edges(height)];
  return { left, top, wide, high, filter: "bilinear" };
}

/** What each new pixel is a sum of: the first old pixel, and the weights of it and of those that follow. */
function weightsAlong(start, length, size, most, { reach, weight }) {
  const scale = length / size;
  const wide = Math.max(scale, 1); // an image that is reduced is averaged, one that is enlarged is not
  return Array.from({ length: size }, (_, place) => {
    const center = start + (place + 0.5) * scale;
    const first = Math.max(Math.floor(center - reach * wide + 0.5), 0);
    const last = Math.min(Math.floor(center + reach * wide + 0.5), most);
    const weights = [];
    for (let at = first; at < last; at += 1) weights.push(weight(Math.abs(at - center + 0.5) / wide));
    const sum = weights.reduce((all, each) => all + each, 0);
    return { first, weights: weights.map((each) => each / sum) };
  });
}

/**
 * The square of an image as the network gets it: 3·size·size bytes, channel after channel.
 *
 * pixels: four bytes for each pixel, row by row, as a canvas gives them; the fourth is not read.
 */
function resized(pixels, width, height, size) {
  const { left, top, wide, high, filter } = partOf(width, height, size);
  const across = weightsAlong(left, wide, size, width, FILTERS[filter]);
  const down = weightsAlong(top, high, size, height, FILTERS[filter]);
  const bytes = new Uint8ClampedArray(3 * size * size); // keeps to 0 to 255; it would round halves to even
  const narrow = new Uint8ClampedArray(height * size); // one channel, resized along its rows
  for (let channel = 0; channel < 3; channel += 1) {
    for (let row = 0; row < height; row += 1) {
      across.forEach(({ first, weights }, column) => {
        let sum = 0;
        for (let at = 0; at < weights.length; at += 1) sum += weights[at] * pixels[4 * (row * width + first + at) + channel];
        narrow[row * size + column] = Math.floor(sum + 0.5);
      });
    }
    down.forEach(({ first, weights }, row) => {
      for (let column = 0; column < size; column += 1) {
        let sum = 0;
        for (let at = 0; at < weights.length; at += 1) sum += weights[at] * narrow[(first + at) * size + column];
        bytes[(channel * size + row) * size + column] = Math.floor(sum + 0.5);
      }
    });
  }
  return bytes;
}

/** The pixels of an image file, upright, with transparent parts white. */
async function readPhotograph(file) {
  let decoded;
  try {
    decoded = await createImageBitmap(file); // turned as the file says
  } catch {
    throw new Error(`${file.name} is no image that this browser can read: choose a JPEG, PNG or WebP file.`);
  }
  const { width, height } = decoded;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(decoded, 0, 0);
  decoded.close();
  try {
    return { pixels: context.getImageData(0, 0, width, height).data, width, height };
  } catch {
    throw new Error(`${file.name} has ${width}×${height} pixels, too many for this browser: make it smaller.`);
  }
}
