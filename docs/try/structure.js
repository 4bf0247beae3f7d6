// What network a file of weights holds: its layers are found from the names and the shapes of its tensors, and what
// these do not tell, from what `resnet50 export` writes beside them.

/** What a network holds that no tensor tells: the classes, and how images are normalized. */
const NEEDED = ["classes", "mean", "std"];

/**
 * Read a network from a file of weights.
 *
 * @param {ArrayBuffer} buffer the file that `resnet50 export` has written
 * @returns {{facts: object, layers: object, scratch: function}} for forward()
 * @throws {Error} with a sentence for the reader
 */
function readNetwork(buffer) {
  const { tensors, metadata } = readSafetensors(buffer);
  const said = readMetadata(metadata);
  const stem = readStem(tensors, said);
  const blocks = readBlocks(tensors, stem.channels);
  const last = blocks.at(-1).fact.out;
  const classifier = layerOf(tensors, "fc", [said.classes.length, last]);
  const facts = {
    classes: said.classes,
    mean: said.mean,
    std: said.std,
    model: said.model ?? "a network of the family",
    stem: stem.name,
    image_size: said.image_size,
    blocks: blocks.map(({ fact }) => fact),
    parameters: countParameters(tensors),
  };
  const layers = { stem: stem.layer, pool: stem.pool, blocks: blocks.map(({ layer }) => layer), classifier };
  return { facts, layers, scratch: makeScratch() };
}

/** Return what stands beside the tensors; files of version 0.1.0 have lists with commas, and newer ones JSON. */
function readMetadata(metadata) {
  const missing = NEEDED.filter((name) => !metadata[name]);
  if (missing.length) {
    throw new Error(
      `The file does not say its ${missing.join(", ")}, without which no image can be judged: ${HOW}.`,
    );
  }
  const said = {
    classes: readList(metadata.classes),
    mean: readList(metadata.mean).map(Number),
    std: readList(metadata.std).map(Number),
    model: metadata.model,
    stem: metadata.stem,
    image_size: Number(metadata.image_size ?? 32), // version 0.1.0 had no other
  };
  for (const name of ["mean", "std"]) {
    if (said[name].length !== 3 || !said[name].every(Number.isFinite)) {
      throw new Error(`The file is damaged, because its ${name} is not three numbers: export it again.`);
    }
  }
  return said;
}

function readList(text) {
  try {
    const list = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // The older form.
  }
  return text.split(", ");
}

/** The layers before the first block: a 7×7 convolution and a max-pool, or chapter 8's 3×3 convolution. */
function readStem(tensors, said) {
  const [channels, , kernel] = tensorOf(tensors, "conv1.weight").shape;
  if (kernel === 7) {
    const pool = { kernel: 3, stride: 2, padding: 1 };
    return { name: "7x7", channels, pool, layer: convolutionOf(tensors, "conv1", "bn1", 7, 3, channels, 2) };
  }
  const name = said.stem ?? "3x3"; // version 0.1.0 had no other
  const stride = name === "3x3-stride2" ? 2 : 1; // which no shape tells
  return { name, channels, pool: null, layer: convolutionOf(tensors, "conv1", "bn1", 3, 3, channels, stride) };
}

/** All blocks in their order, each as what forward() needs, and as what is said of it. */
function readBlocks(tensors, stemChannels) {
  const numbers = new Map(); // of the blocks of each stage
  for (const name of Object.keys(tensors)) {
    const [, stage, number] = /^(conv\d+_x|layer\d+)\.(\d+)\./.exec(name) ?? [];
    if (stage) numbers.set(stage, Math.max(numbers.get(stage) ?? 0, Number(number)));
  }
  if (!numbers.size) {
    throw new Error(`The file holds no block of the tutorial's network, such as conv2_x.0: ${HOW}.`);
  }
  const stages = [...numbers.keys()].sort((one, two) => one.localeCompare(two, "en", { numeric: true }));
  const blocks = [];
  let channels = stemChannels;
  stages.forEach((stage, place) => {
    for (let number = 0; number <= numbers.get(stage); number++) {
      // The first block of each stage but the first one halves height and width.
      const block = readBlock(tensors, `${stage}.${number}`, channels, place && !number ? 2 : 1);
      channels = block.fact.out;
      blocks.push(block);
    }
  });
  return blocks;
}

/** A Bottleneck, which has three convolutions, or a BasicBlock, which has two. */
function readBlock(tensors, name, input, stride) {
  const inner = tensorOf(tensors, `${name}.conv1.weight`).shape[0];
  const bottleneck = `${name}.conv3.weight` in tensors;
  const output = tensorOf(tensors, `${name}.conv${bottleneck ? 3 : 2}.weight`).shape[0];
  const part = (number, kernel, from, to, step) =>
    convolutionOf(tensors, `${name}.conv${number}`, `${name}.bn${number}`, kernel, from, to, step);
  const branch = bottleneck
    ? [part(1, 1, input, inner, 1), part(2, 3, inner, inner, stride), part(3, 1, inner, output, 1)]
    : [part(1, 3, input, inner, stride), part(2, 3, inner, output, 1)];
  // The chapters call the projection "shortcut", and torchvision "downsample".
  const shortcut = `${name}.downsample.0.weight` in tensors ? "downsample" : "shortcut";
  const needed = stride !== 1 || input !== output;
  const projection = needed
    ? convolutionOf(tensors, `${name}.${shortcut}.0`, `${name}.${shortcut}.1`, 1, input, output, stride)
    : null;
  const kind = bottleneck ? "Bottleneck" : "BasicBlock";
  return {
    layer: { name, branch, projection },
    fact: { name, stride, kind, in: input, out: output, projection: needed },
  };
}

/**
 * A convolution with the BatchNorm after it folded into its weights.
 *
 * In evaluation mode BatchNorm computes scale · (y − mean) / √(variance + ε) + shift with four numbers for each channel
 * that do not depend on the image. And y = w · patch is linear, so factor · w · patch + (shift − factor · mean) with
 * factor = scale / √(variance + ε) is the same: one convolution, whose weights are multiplied once, when they are read.
 */
function convolutionOf(tensors, convolution, norm, kernel, input, output, stride) {
  const { values } = tensorOf(tensors, `${convolution}.weight`, [output, input, kernel, kernel]);
  const [scale, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (name) => tensorOf(tensors, `${norm}.${name}`, [output]).values,
  );
  const factor = Float64Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel] + EPSILON));
  const bias = Float32Array.from(shift, (value, channel) => value - factor[channel] * mean[channel]);
  const packed = pack(values, output, input, kernel * kernel, factor);
  return { kernel, stride, padding: (kernel - 1) / 2, packed, bias, channels: output };
}

function layerOf(tensors, name, [output, input]) {
  const { values } = tensorOf(tensors, `${name}.weight`, [output, input]);
  const bias = tensorOf(tensors, `${name}.bias`, [output]).values;
  return { packed: pack(values, output, input, 1, null), bias: bias.slice(), channels: output };
}

/**
 * Put weights into the order in which multiply() reads them: 4 output channels form a group, which is filled up with
 * zeros, and in it the weights for the first number of a patch come first, then those for the second, and so on.
 */
function pack(values, output, input, window, factor) {
  const length = input * window;
  const packed = new Float32Array(Math.ceil(output / BLOCK) * BLOCK * length);
  for (let out = 0; out < output; out++) {
    const group = (out - (out % BLOCK)) * length + (out % BLOCK);
    for (let channel = 0; channel < input; channel++) {
      for (let place = 0; place < window; place++) {
        const value = values[(out * input + channel) * window + place]; // PyTorch's order: (out, in, row, column)
        packed[group + (place * input + channel) * BLOCK] = factor ? value * factor[out] : value;
      }
    }
  }
  return packed;
}

/** A tensor of this name and, if it is given, of this shape. */
function tensorOf(tensors, name, shape) {
  const tensor = tensors[name];
  if (!tensor) {
    throw new Error(
      `The file has no tensor ${name}, so it is none of the tutorial's networks, or has names of its own: ${HOW}.`,
    );
  }
  if (shape && tensor.shape.join() !== shape.join()) {
    throw new Error(
      `The tensor ${name} has the shape (${tensor.shape.join(", ")}), and (${shape.join(", ")}) fits the others: ${HOW}.`,
    );
  }
  return tensor;
}

function countParameters(tensors) {
  const statistics = /\.(running_mean|running_var|num_batches_tracked)$/; // are measured and not learned
  return Object.entries(tensors)
    .filter(([name]) => !statistics.test(name))
    .reduce((sum, [, { values }]) => sum + values.length, 0);
}
