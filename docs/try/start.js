// Starts the worker, and hands the page its answers as promises. A page that was opened as a file may not load a
// worker from another file, nor read one, so the worker is made from the text of its sources (sources.js) and the
// weights of the small network come as a script (recorded-weights.js).

const HERE = document.currentScript.src.replace(/[^/]*$/, "");

/**
 * Start a worker.
 *
 * @returns {{load: function, answer: function, occlude: function, stop: function}} `load(buffer)` promises what a file
 *   of weights holds, `answer({image, height, width, cuts, inside})` what the network says, and
 *   `occlude({image, height, width, target, patch, step, fill})` what counts. A promise fails with an Error whose
 *   message is a sentence for the reader.
 */
function startNetwork() {
  const address = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  // In a page that was opened as a file, the search has put another Worker in its place, which cannot read this address.
  const worker = new (window.WorkerOfBrowser ?? Worker)(address);
  const waiting = new Map(); // by the id of a message: what its promise is kept or broken with
  let sent = 0;
  let ended = ""; // why nothing is answered any more

  const ask = (what, given, handedOver = []) =>
    new Promise((resolve, reject) => {
      if (ended) throw new Error(ended);
      const id = ++sent;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, do: what, ...given }, handedOver);
    });
  const end = (sentence) => {
    ended = sentence;
    for (const { reject } of waiting.values()) reject(new Error(sentence));
    waiting.clear();
  };

  worker.onmessage = ({ data: { id, error, ...answer } }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(answer);
  };
  worker.onerror = () => end("The network cannot be computed in this browser: a newer one is needed.");
  return {
    // The buffer is handed over and not copied: it is empty afterwards.
    load: async (buffer) => (await ask("load", { buffer }, [buffer])).facts,
    answer: (given) => ask("answer", given),
    occlude: (given) => ask("occlude", given),
    stop() {
      worker.terminate();
      URL.revokeObjectURL(address);
      end("The network was stopped.");
    },
  };
}

let recordedBuffer = null; // a promise, once somebody has asked

/** Promise the weights of the small network that the site brings along, as an ArrayBuffer. */
async function recordedNetwork() {
  recordedBuffer ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${HERE}recorded-weights.js`;
    script.onload = () => resolve(Uint8Array.from(atob(recordedWeights), (letter) => letter.charCodeAt(0)).buffer);
    script.onerror = () => {
      recordedBuffer = null;
      reject(new Error("The small network could not be loaded: try again when you are online."));
    };
    document.head.append(script);
  });
  return (await recordedBuffer).slice(); // the worker takes what it gets
}
