// What a page can do more with a script: a calculator of the network, and names for
// what assistive technology meets. Without it everything stays readable.

const STAGE_CHANNELS = [64, 128, 256, 512];

const FAMILY = {
  "ResNet-18": { block: "basic", blocks: [2, 2, 2, 2] },
  "ResNet-34": { block: "basic", blocks: [3, 4, 6, 3] },
  "ResNet-50": { block: "bottleneck", blocks: [3, 4, 6, 3] },
  "ResNet-101": { block: "bottleneck", blocks: [3, 4, 23, 3] },
  "ResNet-152": { block: "bottleneck", blocks: [3, 8, 36, 3] },
};

/** Count a ResNet as torchinfo does: one multiply-add a weight and position. */
function countNetwork({ size, stem, kind, blocks, width, classes }) {
  const expansion = kind === "basic" ? 1 : 4;
  const rows = [];
  let side = size;
  let parameters = 0;
  let multiplyAdds = 0;
  const halve = (n) => Math.floor((n - 1) / 2) + 1;
  const convolution = (inputs, outputs, kernel) => {
    const weights = inputs * outputs * kernel * kernel;
    parameters += weights + 2 * outputs; // with its BatchNorm
    multiplyAdds += weights * side * side + 2 * outputs;
  };
  const close = (name, shape, count) => {
    rows.push({ name, shape, blocks: count, parameters, multiplyAdds });
    parameters = 0;
    multiplyAdds = 0;
  };

  if (stem === "7") side = halve(side);
  convolution(3, width, stem === "7" ? 7 : 3);
  close("conv1", [width, side, side], "");
  if (stem === "7") side = halve(side);
  let channels = width;
  blocks.forEach((count, stage) => {
    const inside = (width * STAGE_CHANNELS[stage]) / 64;
    for (let block = 0; block < count; block += 1) {
      const strided = block === 0 && stage > 0;
      if (kind === "bottleneck") convolution(channels, inside, 1);
      if (strided) side = halve(side); // the first 3×3 carries the stride
      convolution(kind === "bottleneck" ? inside : channels, inside, 3);
      convolution(inside, expansion * inside, kind === "bottleneck" ? 1 : 3);
      if (strided || channels !== expansion * inside) convolution(channels, expansion * inside, 1); // the projection
      channels = expansion * inside;
    }
    close(`conv${stage + 2}_x`, [channels, side, side], count);
  });
  parameters = channels * classes + classes;
  multiplyAdds = parameters;
  close("fc", [classes], "");
  return rows;
}

function startCalculator(place) {
  const body = place.querySelector("tbody");
  const number = (least, most, value) =>
    `<input type="number" required min="${least}" max="${most}" value="${value}">`; // an empty one is not a 0
  const select = (options) => `<select>${options.map(([value, text]) => `<option value="${value}">${text}</option>`).join("")}</select>`;
  const fields = [
    ["network", "network", select([...Object.keys(FAMILY), "another one"].map((name) => [name, name]))],
    ["size", "input size, pixels", number(8, 1024, place.dataset.size)],
    ["stem", "stem", select([["7", "7×7/2 and max-pool"], ["3", "3×3/1"]])],
    ["block", "blocks are", select([["bottleneck", "bottlenecks"], ["basic", "basic blocks"]])],
    ...[3, 4, 6, 3].map((count, stage) => [`blocks${stage}`, `blocks, conv${stage + 2}_x`, number(1, 99, count)]),
    ["width", "channels, stem", number(1, 512, 64)],
    ["classes", "classes", number(1, 100000, place.dataset.classes)],
  ];
  const form = document.createElement("form");
  form.innerHTML = fields
    .map(([name, text, control]) => `<label>${text}${control.replace(/^<(\w+)/, `<$1 name="${name}"`)}</label>`)
    .join("");
  form.addEventListener("submit", (event) => event.preventDefault());
  const message = document.createElement("p");
  message.setAttribute("role", "status");
  place.prepend(form, message);
  form.elements.network.value = "ResNet-50";

  /** The blocks follow a network that is chosen, and the network's name follows the blocks. */
  const agree = (changed) => {
    const { elements } = form;
    const chosen = FAMILY[elements.network.value];
    if (changed === elements.network && chosen) {
      elements.block.value = chosen.block;
      chosen.blocks.forEach((count, stage) => (elements[`blocks${stage}`].value = count));
    }
    const same = ([, { block, blocks }]) =>
      block === elements.block.value && blocks.every((count, stage) => count === Number(elements[`blocks${stage}`].value));
    elements.network.value = Object.entries(FAMILY).find(same)?.[0] ?? "another one";
  };

  const show = () => {
    if (!form.checkValidity()) {
      message.textContent =
        "Whole numbers within the limits are needed: the table and the bars keep the last ones that were right.";
      return;
    }
    const value = (name) => Number(form.elements[name].value);
    const rows = countNetwork({
      size: value("size"),
      stem: form.elements.stem.value,
      kind: form.elements.block.value,
      blocks: [0, 1, 2, 3].map((stage) => value(`blocks${stage}`)),
      width: value("width"),
      classes: value("classes"),
    });
    const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
    const each = form.elements.block.value === "basic" ? 2 : 3;
    const layers = 2 + each * rows.reduce((sum, row) => sum + (row.blocks || 0), 0);
    message.textContent = `A network of ${layers} layers.`;
    redraw(document.querySelector("figure[data-figure=shares]"), {}, rows);
    rows.push({ name: "sum", shape: [], blocks: "", parameters: total("parameters"), multiplyAdds: total("multiplyAdds") });
    body.innerHTML = rows
      .map(
        (row) =>
          `<tr><th scope="row">${row.name}</th><td data-label="output">${row.shape.join("×")}</td>` +
          `<td data-label="blocks">${row.blocks}</td>` +
          `<td data-label="parameters">${row.parameters.toLocaleString("en")}</td>` +
          `<td data-label="multiply-adds">${row.multiplyAdds.toLocaleString("en")}</td></tr>`,
      )
      .join("");
  };
  form.addEventListener("input", ({ target }) => {
    agree(target);
    show();
  });
  show();
}

function nameParts() {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .highlight pre > code, .jp-Notebook pre, .jp-RenderedHTMLCommon")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // so that keys scroll it, too
  }
}

/** Material gives every code block a landmark; landmarks need names of their own. */
function nameCodeButtons() {
  document.querySelectorAll(".md-code__nav:not([aria-label])").forEach((nav) => {
    nav.setAttribute("aria-label", `Code block ${document.querySelectorAll(".md-code__nav[aria-label]").length + 1}`);
  });
}

new MutationObserver(nameCodeButtons).observe(document.body, { childList: true, subtree: true });
nameCodeButtons();
const calculator = document.getElementById("calculator");
if (calculator) startCalculator(calculator);
window.addEventListener("load", nameParts);
window.addEventListener("resize", nameParts);
