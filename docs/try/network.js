// The network of the tutorial once more, in another language: what chapters 2, 3, 4 and 10 build from PyTorch's layers
// is written out here. Read forward() first, which has the order of the layers, and then each layer.
//
// Maps are kept with the channels of one position side by side, as (height, width, channels). Then a convolution is a
// product of two matrices, of patches and of weights, and both are read from left to right.

const EPSILON = 1e-5; // of nn.BatchNorm2d, which adds it to the variance
const BLOCK = 4; // rows and columns of the product that are computed at the same time

/**
 * Map an image to logits.
 *
 * @param {object} network of readNetwork()
 * @param {Float32Array} image 3·height·width values from 0 to 1, channel after channel, not normalized
 * @param {number} height in pixels
 * @param {number} width in pixels
 * @param {object} options `cuts`: for a block's name what is cut out of its sum, "shortcut" or "branch"; `inside`:
 *   whether to return what is inside the blocks, too
 * @returns {{logits: Float32Array, blocks: object[]}}
 */
function forward(network, image, height, width, { cuts = {}, inside = false } = {}) {
  const { facts, layers, scratch } = network;
  const blocks = [];
  let x = normalize(facts, image, height, width, scratch); // (height, width, 3)
  x = relu(convolve(layers.stem, x, scratch("stem"), scratch));
  if (layers.pool) x = maxPool(layers.pool, x, scratch("pool"));
  layers.blocks.forEach((block, number) => {
    // Two outputs take turns, because a block still reads its input when it writes its sum.
    x = residual(block, x, cuts[block.name], scratch(`sum ${number % 2}`), scratch, inside && blocks);
  });
  return { logits: linear(layers.classifier, averageOverPositions(x, scratch("features"))), blocks };
}

/** A block of chapter 3 or 10: relu(F(x) + shortcut(x)). */
function residual(block, x, cut, room, scratch, blocks) {
  let f = x;
  block.branch.forEach((layer, number) => {
    f = convolve(layer, f, scratch(`branch ${number}`), scratch);
    if (number < block.branch.length - 1) relu(f); // the last ReLU comes after the sum
  });
  const shortcut = block.projection ? convolve(block.projection, x, scratch("shortcut"), scratch) : x;
  const sum = shaped(room, f.height, f.width, f.channels);
  for (let place = 0; place < sum.values.length; place++) {
    sum.values[place] =
      (cut === "shortcut" ? 0 : shortcut.values[place]) + (cut === "branch" ? 0 : f.values[place]);
  }
  if (blocks) blocks.push(described(block.name, { x: shortcut, f, sum }));
  return relu(sum);
}

/** What one sees inside a block: the norm of each part, and its root mean square over the channels as a map. */
function described(name, parts) {
  const { height, width, channels } = parts.sum;
  const norms = {};
  const maps = {};
  for (const [part, { values }] of Object.entries(parts)) {
    let whole = 0;
    maps[part] = new Float32Array(height * width);
    for (let position = 0; position < height * width; position++) {
      let squares = 0;
      for (let channel = 0; channel < channels; channel++) squares += values[position * channels + channel] ** 2;
      maps[part][position] = Math.sqrt(squares / channels);
      whole += squares;
    }
    norms[part] = Math.sqrt(whole);
  }
  return { name, channels, height, width, norms, maps };
}

/** Subtract the mean of each channel and divide by its standard deviation, as chapter 1 does. */
function normalize({ mean, std }, image, height, width, scratch) {
  const out = shaped(scratch("image"), height, width, 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let position = 0; position < height * width; position++) {
      const value = image[channel * height * width + position];
      out.values[position * 3 + channel] = (value - mean[channel]) / std[channel];
    }
  }
  return out;
}

/** A convolution with any kernel, stride and padding, and the BatchNorm after it, which is folded into its weights. */
function convolve(layer, x, room, scratch) {
  const { kernel, stride, padding, packed, bias, channels } = layer;
  const height = Math.floor((x.height + 2 * padding - kernel) / stride) + 1;
  const width = Math.floor((x.width + 2 * padding - kernel) / stride) + 1;
  const out = shaped(room, height, width, channels);
  const patches = kernel === 1 && stride === 1 && !padding ? x.values : patchesOf(layer, x, out, scratch("patches"));
  multiply(patches, packed, bias, out.values, height * width, channels, kernel * kernel * x.channels);
  return out;
}

/** For each position of the output the part of the input that its window covers, one after the other: im2col. */
function patchesOf({ kernel, stride, padding }, x, out, room) {
  const { channels } = x;
  const patches = shaped(room, out.height, out.width, kernel * kernel * channels).values;
  let place = 0;
  for (let row = 0; row < out.height; row++) {
    for (let column = 0; column < out.width; column++) {
      for (let i = 0; i < kernel; i++) {
        const y = row * stride - padding + i;
        for (let j = 0; j < kernel; j++, place += channels) {
          const z = column * stride - padding + j;
          const outside = y < 0 || y >= x.height || z < 0 || z >= x.width;
          const from = (y * x.width + z) * channels;
          for (let channel = 0; channel < channels; channel++) {
            patches[place + channel] = outside ? 0 : x.values[from + channel];
          }
        }
      }
    }
  }
  return patches;
}

/**
 * out = patches · weights + bias, the product of two matrices, in which nearly all of the time is spent.
 *
 * A sum at a time would load two numbers for each multiplication, and each addition would wait for the one before. Here
 * a block of 4 × 4 sums is kept in 16 variables, which the machine can hold in registers: 8 numbers are loaded for 16
 * multiplications, and no sum has to wait for another. The block is written out, because a loop over an array of sums
 * would keep them in memory. The sums are in double precision, as all arithmetic of JavaScript. What an image costs is
 * measured by benchmarks/in_browser.py.
 *
 * @param {Float32Array} patches (rows, length)
 * @param {Float32Array} weights of pack(): groups of 4 columns, in each of which the 4 weights of a row stand together
 * @param {Float32Array} bias for each column
 * @param {Float32Array} out (rows, columns)
 */
function multiply(patches, weights, bias, out, rows, columns, length) {
  for (let column = 0; column < columns; column += BLOCK) {
    for (let row = 0; row < rows; row += BLOCK) {
      if (rows - row < BLOCK) {
        for (; row < rows; row++) multiplyRow(patches, weights, bias, out, row, column, columns, length);
        break;
      }
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0; // prettier-ignore
      let b0 = 0, b1 = 0, b2 = 0, b3 = 0; // prettier-ignore
      let c0 = 0, c1 = 0, c2 = 0, c3 = 0; // prettier-ignore
      let d0 = 0, d1 = 0, d2 = 0, d3 = 0; // prettier-ignore
      const first = row * length;
      for (let k = 0, w = column * length; k < length; k++, w += BLOCK) {
        const w0 = weights[w], w1 = weights[w + 1], w2 = weights[w + 2], w3 = weights[w + 3]; // prettier-ignore
        const a = patches[first + k];
        const b = patches[first + length + k];
        const c = patches[first + 2 * length + k];
        const d = patches[first + 3 * length + k];
        a0 += a * w0; a1 += a * w1; a2 += a * w2; a3 += a * w3; // prettier-ignore
        b0 += b * w0; b1 += b * w1; b2 += b * w2; b3 += b * w3; // prettier-ignore
        c0 += c * w0; c1 += c * w1; c2 += c * w2; c3 += c * w3; // prettier-ignore
        d0 += d * w0; d1 += d * w1; d2 += d * w2; d3 += d * w3; // prettier-ignore
      }
      write(out, bias, row, column, columns, a0, a1, a2, a3);
      write(out, bias, row + 1, column, columns, b0, b1, b2, b3);
      write(out, bias, row + 2, column, columns, c0, c1, c2, c3);
      write(out, bias, row + 3, column, columns, d0, d1, d2, d3);
    }
  }
}

/** The same for a single row: those that are left over, and the maps of one position in which an image of 32×32 ends. */
function multiplyRow(patches, weights, bias, out, row, column, columns, length) {
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0; // prettier-ignore
  for (let k = 0, w = column * length; k < length; k++, w += BLOCK) {
    const a = patches[row * length + k];
    a0 += a * weights[w]; a1 += a * weights[w + 1]; a2 += a * weights[w + 2]; a3 += a * weights[w + 3]; // prettier-ignore
  }
  write(out, bias, row, column, columns, a0, a1, a2, a3);
}

/** Write four sums of a row; of the last group fewer may be needed. */
function write(out, bias, row, column, columns, s0, s1, s2, s3) {
  const place = row * columns + column;
  out[place] = s0 + bias[column];
  if (column + 1 < columns) out[place + 1] = s1 + bias[column + 1];
  if (column + 2 < columns) out[place + 2] = s2 + bias[column + 2];
  if (column + 3 < columns) out[place + 3] = s3 + bias[column + 3];
}

/** Set what is below zero to zero, in place. */
function relu(x) {
  const { values } = x;
  for (let place = 0; place < values.length; place++) if (values[place] < 0) values[place] = 0;
  return x;
}

/** The largest value of each window. */
function maxPool({ kernel, stride, padding }, x, room) {
  const height = Math.floor((x.height + 2 * padding - kernel) / stride) + 1;
  const width = Math.floor((x.width + 2 * padding - kernel) / stride) + 1;
  const { channels } = x;
  const out = shaped(room, height, width, channels);
  out.values.fill(-Infinity); // the padding is below everything
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const to = (row * width + column) * channels;
      for (let y = Math.max(row * stride - padding, 0); y < Math.min(row * stride - padding + kernel, x.height); y++) {
        const left = column * stride - padding;
        for (let z = Math.max(left, 0); z < Math.min(left + kernel, x.width); z++) {
          const from = (y * x.width + z) * channels;
          for (let channel = 0; channel < channels; channel++) {
            const value = x.values[from + channel];
            if (value > out.values[to + channel]) out.values[to + channel] = value;
          }
        }
      }
    }
  }
  return out;
}

/** The mean of each channel over all positions. */
function averageOverPositions({ values, height, width, channels }, room) {
  const out = shaped(room, 1, 1, channels).values;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let place = channel; place < values.length; place += channels) sum += values[place];
    out[channel] = sum / (height * width);
  }
  return out;
}

/** The classifier: a logit for each class. */
function linear({ packed, bias, channels }, features) {
  const logits = new Float32Array(channels);
  multiply(features, packed, bias, logits, 1, channels, features.length);
  return logits;
}

/** Probabilities of logits; the largest is subtracted first, so that no exponential is too large. */
function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/** Memory that is kept from image to image: `scratch(name)` returns a room, as large as the largest map that it held. */
function makeScratch() {
  const rooms = {};
  return (name) => (rooms[name] ??= { values: new Float32Array(0) });
}

/** A map of this shape in a room. */
function shaped(room, height, width, channels) {
  const length = height * width * channels;
  if (room.values.length < length) room.values = new Float32Array(length);
  return { values: room.values.subarray(0, length), height, width, channels };
}
