// The page "Try your network": what is drawn or dropped becomes an image, the worker answers, and all that shows
// the answer follows. The parts are in files of their own: field.js, digit.js, photograph.js, bars.js, inside.js, occlusion.js.

const part = (name) => document.getElementById(`try-${name}`);
const PAUSE = 500; // milliseconds without a new answer, after which it is said

const state = {
  network: null, // the worker, once a file is loaded
  facts: null, // what the file holds
  photograph: null, // {pixels, width, height, name}, or null: then the drawing counts
  seen: null, // {image, size, probabilities}: what was answered last
  map: null, // {falls, words}: of the occlusion of what was answered last
};
const field = startField(part("field"), () => follow(true));
const inside = startInside(part("blocks"), part("back"), () => follow());

/** The image that the network gets now: 3·size·size numbers from 0 to 1. */
function imageNow(values, size) {
  if (!state.photograph) return threeChannels(enlarged(values, size));
  const { pixels, width, height } = state.photograph;
  const inverted = part("invert").checked;
  return Float32Array.from(resized(pixels, width, height, size), (byte) => (inverted ? 255 - byte : byte) / 255);
}

/** Show what the network gets. */
function showInput(values, image, size) {
  paintMap(part("values"), values, CELLS, CELLS, 16, "ink");
  paintImage(part("image"), image, size);
  part("size").textContent = `3×${size}×${size}, as the network gets it`;
  const rows = [...Array(CELLS).keys()].map((row) => values.slice(row * CELLS, (row + 1) * CELLS));
  if (part("numbers").open) {
    const body = rows.map((row) => `<tr>${row.map((value) => `<td>${value}</td>`).join("")}</tr>`);
    part("numbers").querySelector("tbody").innerHTML = body.join("");
  }
}

let pause = 0;

/** Say something once nothing has changed for a moment: whoever listens is not told of every move. */
function say(words, change) {
  clearTimeout(pause);
  pause = setTimeout(() => {
    part("words").textContent = words;
    part("change").textContent = change;
  }, PAUSE);
}

/** Forget the map of occlusion: it was of another image. */
function forgetMap() {
  if (state.map) part("counts").textContent = "The image or the network has changed since: ask again.";
  state.map = null;
  paintPixels(part("occlusion"), 1, 1, () => [0, 0, 0, 0]);
}

/** Answer what stands on the page now. */
async function answerNow() {
  const values = field.values();
  const size = state.facts?.image_size ?? 32;
  const image = imageNow(values, size);
  showInput(values, image, size);
  const empty = !state.photograph && values.every((value) => !value);
  part("occlude").disabled = empty || !state.network;
  const { network, facts } = state;
  if (!network) return say(empty ? "" : "Load a network, and it says what this is.", "");
  if (empty) {
    state.seen = null;
    paintBars(part("bars"), facts.classes, facts.classes.map(() => 0), null);
    return say("Draw something, and the network says what it is.", "");
  }
  const asked = { image, height: size, width: size };
  const cut = Object.keys(inside.cuts).length > 0;
  const whole = await network.answer({ ...asked, cuts: {}, inside: !cut });
  const answer = cut ? await network.answer({ ...asked, cuts: { ...inside.cuts }, inside: true }) : whole;
  if (network !== state.network) return; // another one was loaded in the meantime
  const [probabilities, before] = [[...answer.probabilities], cut ? [...whole.probabilities] : null];
  state.seen = { image, size, probabilities, logits: [...answer.logits] };
  paintBars(part("bars"), facts.classes, probabilities, before);
  inside.show(answer.blocks);
  part("time").textContent = `Computed in ${Math.max(1, Math.round(answer.milliseconds))} ms, in this page.`;
  const words = answerInWords(facts.classes, probabilities, before);
  say(words, cut ? words : "");
}

let running = false;
let again = false;

/** Let the answer follow: never is more than one asked for, and the newest image is always answered. */
async function follow(drawn = false) {
  if (drawn && state.photograph) forgetPhotograph();
  forgetMap();
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    try {
      await answerNow();
    } catch (error) {
      part("words").textContent = error.message;
    }
  }
  running = false;
}

/** Load a network: `read()` promises its file's bytes. What was loaded before stays until the new one is read. */
async function load(name, read) {
  const before = part("network").textContent;
  part("wrong").textContent = "";
  part("network").textContent = `${name} is being read …`;
  const network = startNetwork();
  try {
    const buffer = await read();
    const size = buffer.byteLength;
    const facts = await network.load(buffer);
    state.network?.stop();
    Object.assign(state, { network, facts, seen: null });
    part("facts").replaceChildren(...factsAsList(name, facts, size));
    part("network").textContent = `${name}: ${facts.model}, ${facts.parameters.toLocaleString("en")} parameters.`;
    part("first").hidden = true;
    part("photograph-words").textContent = whatItKnows(facts.classes);
    inside.setUp(facts.blocks);
  } catch (error) {
    network.stop();
    part("wrong").textContent = error.message;
    part("network").textContent = state.facts ? before : error.message;
    return;
  }
  follow();
}

/** Take an image file in the place of the drawing. */
async function takePhotograph(file) {
  part("no-image").textContent = "";
  try {
    state.photograph = { ...(await readPhotograph(file)), name: file.name };
  } catch (error) {
    part("no-image").textContent = error.message;
    return;
  }
  part("forget").disabled = false;
  part("photograph-words").textContent = `${file.name} takes the place of the drawing; the answer stands above.`;
  follow();
}

function forgetPhotograph() {
  state.photograph = null;
  part("forget").disabled = true;
  part("photograph-words").textContent = state.facts ? whatItKnows(state.facts.classes) : "";
}

/** Compute and show which part of the image counts for its answer. */
async function showWhatCounts() {
  const { network, facts, seen } = state;
  if (!seen) return;
  const target = seen.probabilities.indexOf(Math.max(...seen.probabilities));
  const fill = state.photograph ? facts.mean.reduce((sum, each) => sum + each, 0) / 3 : 0; // gray, or bare paper
  const asked = occlusionOf(seen.image, seen.size, target, fill, { ...inside.cuts });
  part("occlude").disabled = true;
  part("counts").textContent = `The network is asked ${PLACES} times …`;
  try {
    const { map, rows, columns } = await network.occlude(asked);
    if (seen !== state.seen) return; // the drawing went on in the meantime
    state.map = { falls: spread(map, rows, columns, asked), seen };
    paintOcclusion(part("occlusion"), seen.image, seen.size, state.map.falls);
    part("counts").textContent = occlusionInWords([...map], facts.classes[target], seen.probabilities[target]);
  } catch (error) {
    part("counts").textContent = error.message;
  } finally {
    part("occlude").disabled = !state.seen;
  }
}

/** Paint everything anew: the reader may have switched between light and dark. */
function repaint() {
  field.paint();
  inside.paint();
  const { seen, map } = state;
  const size = seen?.size ?? 32;
  const values = field.values();
  showInput(values, seen?.image ?? imageNow(values, size), size);
  if (map) paintOcclusion(part("occlusion"), map.seen.image, map.seen.size, map.falls);
}

/** Let a place take files that are dropped on it or chosen in its field. */
function takesFiles(place, take) {
  const chooser = place.querySelector("input");
  chooser.addEventListener("change", () => {
    if (chooser.files.length) take(chooser.files[0]);
    chooser.value = ""; // so that the same file can be chosen again
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
    });
  }
}

function start() {
  for (const { label, values } of recordedDigits) part("recorded").add(new Option(label, values.join(" ")));
  part("recorded").addEventListener("change", ({ target }) => {
    if (target.value) field.put(target.value.split(" ").map(Number));
    else field.clear();
  });
  part("field").addEventListener("pointerdown", () => (part("recorded").value = ""));
  part("clear").addEventListener("click", () => {
    part("recorded").value = "";
    field.clear();
  });
  for (const button of document.querySelectorAll(".try .load")) {
    button.addEventListener("click", () => load("The small network", recordedNetwork));
  }
  takesFiles(part("weights"), (file) => load(file.name, () => file.arrayBuffer()));
  takesFiles(part("drop-photograph"), takePhotograph);
  part("invert").addEventListener("change", () => state.photograph && follow());
  part("forget").addEventListener("click", () => {
    forgetPhotograph();
    follow();
  });
  part("occlude").addEventListener("click", showWhatCounts);
  part("numbers").addEventListener("toggle", repaint);
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => event.preventDefault()); // a file beside its place would replace the page
  }
  new MutationObserver(repaint).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  paintBars(part("bars"), [...Array(ROWS).keys()].map(String), new Array(ROWS).fill(0), null);
  if (typeof givenNetwork !== "undefined") load(givenNetwork.name, givenNetwork.load); // resnet50 try RUN
  follow();
}

start();
