// What a page can do more with a script: a calculator of the network, and names for
// what assistive technology meets. Without it everything stays readable.

const STAGE_CHANNELS = [64, 128, 256, 512];

/** Count a ResNet of bottleneck blocks as torchinfo does: one multiply-add a weight and position. */
function countNetwork({ size, stem, blocks, width, classes }) {
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
      convolution(channels, inside, 1);
      if (block === 0 && stage > 0) side = halve(side); // the 3×3 carries the stride
      convolution(inside, inside, 3);
      convolution(inside, 4 * inside, 1);
      if (block === 0) convolution(channels, 4 * inside, 1); // the projection
      channels = 4 * inside;
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
  const fields = [
    ["size", "input size, pixels", number(8, 1024, place.dataset.size)],
    ["stem", "stem", '<select><option value="7">7×7/2 and max-pool</option><option value="3">3×3/1</option></select>'],
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
      blocks: [0, 1, 2, 3].map((stage) => value(`blocks${stage}`)),
      width: value("width"),
      classes: value("classes"),
    });
    const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
    const layers = 2 + 3 * rows.reduce((sum, row) => sum + (row.blocks || 0), 0);
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
  form.addEventListener("input", show);
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
