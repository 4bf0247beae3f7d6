// A file of weights, read in the page. The form is described at
// https://huggingface.co/docs/safetensors: 8 bytes with the length of a header, the header, which is JSON and says
// where each tensor lies, and then the numbers of all tensors, one after the other.

const HOW = "write one with resnet50 export RUN, and give weights.safetensors from the folder of the run";

/** What a file of another kind begins with, and what it is called; null stands for any byte. */
const OTHER_KINDS = [
  [[0x50, 0x4b, 0x03, 0x04], "a file that PyTorch or a zip program has written"],
  [[0x80, 0x02], "an old file of PyTorch"],
  [[0x89, 0x50, 0x4e, 0x47], "an image (PNG)"],
  [[0xff, 0xd8, 0xff], "an image (JPEG)"],
  [[0x47, 0x49, 0x46, 0x38], "an image (GIF)"],
  [[0x52, 0x49, 0x46, 0x46], "an image (WebP) or a sound"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF document"],
  [[0x1f, 0x8b], "a compressed file (gzip)"],
  [[0x89, 0x48, 0x44, 0x46], "a file of HDF5 or Keras"],
  [[0x47, 0x47, 0x55, 0x46], "a language model (GGUF)"],
  [[0x08, null, 0x12], "a network in the form of ONNX"], // fields 1 and 2 of its protobuf: a number and a text
];

/** How the numbers of each type are read; a view of the file where that can be, and else a copy. */
const TYPES = {
  F32: { bytes: 4, read: (buffer, begin, count) => floats(Float32Array, buffer, begin, count) },
  F16: { bytes: 2, read: (buffer, begin, count) => floats(Uint16Array, buffer, begin, count, halfValue) },
  BF16: { bytes: 2, read: (buffer, begin, count) => floats(Uint16Array, buffer, begin, count, brainValue) },
  I64: { bytes: 8, read: (buffer, begin, count) => floats(BigInt64Array, buffer, begin, count, Number) },
};

function floats(kind, buffer, begin, count, value) {
  const end = begin + count * kind.BYTES_PER_ELEMENT;
  // A view has to begin at a multiple of the size of its numbers.
  const aligned = begin % kind.BYTES_PER_ELEMENT === 0;
  const stored = aligned ? new kind(buffer, begin, count) : new kind(buffer.slice(begin, end));
  return value ? Float32Array.from(stored, value) : stored;
}

/** The value of 16 bits: a sign, 5 bits of exponent and 10 of fraction (IEEE 754, binary16). */
function halfValue(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
}

const word = new Uint32Array(1);
const wordAsFloat = new Float32Array(word.buffer);

/** The value of 16 bits that are the first half of a float of 32. */
function brainValue(bits) {
  word[0] = bits << 16;
  return wordAsFloat[0];
}

/**
 * Read a file of weights.
 *
 * @param {ArrayBuffer} buffer the whole file
 * @returns {{tensors: Object<string, {shape: number[], values: Float32Array}>, metadata: Object<string, string>}}
 * @throws {Error} with a sentence for the reader: it is no such file, or it is damaged
 */
function readSafetensors(buffer) {
  const { header, begin } = readHeader(buffer);
  const { __metadata__: metadata = {}, ...entries } = header;
  const held = buffer.byteLength - begin;
  const tensors = {};
  let reached = 0; // there are no gaps between tensors, and none lies over another
  for (const [name, entry] of Object.entries(entries).sort(([, one], [, two]) => start(one) - start(two))) {
    const count = checked(name, entry, reached);
    reached += count * TYPES[entry.dtype].bytes;
    if (reached <= held) {
      tensors[name] = { shape: entry.shape, values: TYPES[entry.dtype].read(buffer, begin + start(entry), count) };
    }
  }
  if (reached > held) {
    const missing = (reached - held).toLocaleString("en");
    throw new Error(`The file is cut short, and its last ${missing} bytes are missing: copy or export it again.`);
  }
  if (reached < held) throw new Error("The file is damaged, because something follows its last tensor: export it again.");
  return { tensors, metadata };
}

/** Return the header of a file, and where its tensors begin. */
function readHeader(buffer) {
  const bytes = new Uint8Array(buffer);
  if (!bytes.length) throw new Error(`The file is empty: ${HOW}.`);
  if (bytes[8] !== "{".charCodeAt(0)) {
    const kind = OTHER_KINDS.find(([first]) => first.every((value, place) => bytes[place] === (value ?? bytes[place])));
    throw new Error(`This is ${kind ? kind[1] : "no file of the form safetensors"}, which this page cannot read: ${HOW}.`);
  }
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > bytes.length - 8) {
    throw new Error("The file is damaged or cut short within its first part: copy or export it again.");
  }
  try {
    return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), begin: 8 + length };
  } catch {
    throw new Error("The file is damaged, because its header is no JSON: copy or export it again.");
  }
}

function start(entry) {
  return entry?.data_offsets?.[0] ?? -1; // what has no place fails the check below
}

/** Return how many numbers a tensor has, after a look at what the header says of it. */
function checked(name, entry, reached) {
  const type = TYPES[entry?.dtype];
  if (entry?.dtype && !type) {
    throw new Error(
      `The tensor ${name} holds numbers of the type ${entry.dtype}, and this page reads F32, F16 and BF16: ${HOW}.`,
    );
  }
  const sides = Array.isArray(entry?.shape) ? entry.shape : [NaN];
  const count = sides.reduce((product, side) => product * side, 1);
  const fits = start(entry) === reached && entry.data_offsets[1] - reached === count * type?.bytes;
  if (!fits || !sides.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw new Error(`The file is damaged, because the place of its tensor ${name} does not fit its shape: export it again.`);
  }
  return count;
}
