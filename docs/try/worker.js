// The worker computes beside the page, so that the page stays quick: it gets messages, and answers each with its id.

let network = null;
let newestMap = 0; // of the maps of occlusion: only the newest one is computed to its end

const ANSWERS = {
  /** Read a file of weights; return what it holds. */
  load({ buffer }) {
    network = readNetwork(buffer);
    return { facts: network.facts };
  },

  /** Judge an image; return logits, probabilities, and what is inside the blocks, if that is asked for. */
  answer({ image, height, width, cuts, inside }) {
    const began = performance.now();
    const { logits, blocks } = forward(loaded(), image, height, width, { cuts, inside });
    const milliseconds = performance.now() - began;
    return { logits, probabilities: softmax(logits), milliseconds, ...(inside ? { blocks } : {}) };
  },

  /** Return by how much the probability of a class falls when a patch of the image is covered, for each patch. */
  async occlude({ image, height, width, cuts, target, patch, step, fill }) {
    const mine = ++newestMap;
    const probability = (shown) => softmax(forward(loaded(), shown, height, width, { cuts }).logits)[target];
    const whole = probability(image);
    const rows = Math.max(1, Math.ceil((height - patch) / step) + 1);
    const columns = Math.max(1, Math.ceil((width - patch) / step) + 1);
    const map = new Float32Array(rows * columns);
    for (let place = 0; place < map.length; place++) {
      // The last ones end at the edge.
      const top = Math.min(Math.floor(place / columns) * step, Math.max(height - patch, 0));
      const left = Math.min((place % columns) * step, Math.max(width - patch, 0));
      map[place] = whole - probability(covered(image, height, width, top, left, patch, fill));
      await otherMessages();
      if (mine !== newestMap) throw new Error("Another map was asked for before this one was computed.");
    }
    return { map, rows, columns };
  },
};

function loaded() {
  if (!network) throw new Error("No network is loaded yet: load one first.");
  return network;
}

/** A copy of an image with a square filled with one value. */
function covered(image, height, width, top, left, side, fill) {
  const copy = image.slice();
  for (let channel = 0; channel < 3; channel++) {
    for (let row = top; row < Math.min(top + side, height); row++) {
      const from = (channel * height + row) * width;
      copy.fill(fill, from + left, from + Math.min(left + side, width));
    }
  }
  return copy;
}

/** Let messages that came in the meantime be answered first, such as that of a newer drawing. */
function otherMessages() {
  return new Promise((resolve) => setTimeout(resolve));
}

onmessage = async ({ data: { id, do: what, ...given } }) => {
  try {
    postMessage({ id, ...(await ANSWERS[what](given)) });
  } catch (error) {
    postMessage({ id, error: error instanceof RangeError ? "The memory is full: close other pages." : error.message });
  }
};
