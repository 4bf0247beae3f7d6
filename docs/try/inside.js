// Inside: of each block the input x as it comes through the shortcut, the branch F(x) and their sum, as maps
// and as norms; and at each block a choice of what is left of the sum.

const PARTS = { x: "x", f: "F(x)", sum: "sum" }; // by their names in an answer
const PART_COLORS = { x: "x", f: "f", sum: "y" };
const MISSING = { x: "shortcut", f: "branch" };

/** A norm in at most four letters. */
const short = (norm) => (norm < 10 ? norm.toFixed(2) : norm < 100 ? norm.toFixed(1) : Math.round(norm).toLocaleString("en"));

/** Start the list of blocks; `changed()` is called whenever something is cut out or put back. */
function startInside(list, back, changed) {
  const cuts = {};
  let rows = new Map(); // by the name of a block
  let shown = null; // the blocks of the last answer

  const paint = () => {
    for (const { name, width, height, norms, maps } of shown ?? []) {
      const row = rows.get(name);
      const most = Math.max(...Object.values(maps).map((map) => Math.max(...map)));
      for (const part of Object.keys(PARTS)) {
        const place = row.querySelector(`.part.${part}`);
        paintMap(place.querySelector("canvas"), maps[part], width, height, most, PART_COLORS[part]);
        place.querySelector(".norm").textContent = short(norms[part]);
        place.classList.toggle("gone", cuts[name] === MISSING[part] && part in MISSING);
      }
      row.classList.toggle("cut", name in cuts);
    }
    back.disabled = !Object.keys(cuts).length;
  };

  const rowOf = ({ name, in: channels, out, stride, projection }) => {
    const row = document.createElement("li");
    const about = `${channels} → ${out}${stride > 1 ? `, stride ${stride}` : ""}${projection ? ", projection" : ""}`;
    const parts = Object.entries(PARTS).map(
      ([part, title]) => `<span class="part ${part}"><span class="title">${title}</span><canvas aria-hidden="true"></canvas><span class="norm">–</span></span>`,
    );
    row.innerHTML =
      `<span class="block"><span class="name"></span><span class="about">${about}</span></span>${parts.join("")}` +
      '<select><option value="">whole</option><option value="shortcut">no shortcut</option><option value="branch">no branch</option></select>';
    row.querySelector(".name").textContent = name;
    const choice = row.querySelector("select");
    choice.setAttribute("aria-label", `what is left of ${name}`);
    choice.addEventListener("change", () => {
      if (choice.value) cuts[name] = choice.value;
      else delete cuts[name];
      changed();
    });
    return row;
  };

  const restore = () => {
    for (const name of Object.keys(cuts)) delete cuts[name];
    for (const choice of list.querySelectorAll("select")) choice.value = "";
  };
  back.addEventListener("click", () => {
    restore();
    changed();
  });
  return {
    paint,
    cuts,
    /** Show the blocks of a network that was loaded. */
    setUp(blocks) {
      restore();
      shown = null;
      rows = new Map(blocks.map((block) => [block.name, rowOf(block)]));
      list.replaceChildren(...rows.values());
      paint();
    },
    /** Show what an answer says of each block. */
    show(blocks) {
      shown = blocks;
      paint();
    },
  };
}
