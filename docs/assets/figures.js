// Figures that move: their controls, and what the pointer does. How they look is in drawing.js and in
// the folder figures/; without this script their still form and what it shows stay on the page.

/** The lowest and the highest value of a number now; a limit may depend on other controls and data. */
function limitsOf(control, state, data) {
  const limit = (value) => (typeof value === "function" ? value(state, data) : value);
  return [limit(control.min), limit(control.max)];
}

function controlOf(key, control, id) {
  const place = document.createElement("div");
  place.className = "control";
  const name = escaped(control.label);
  if (control.options) {
    const options = control.options.map((option) => `<option>${escaped(option)}</option>`).join("");
    place.innerHTML = `<label for="${id}">${name}</label><select id="${id}">${options}</select>`;
  } else if ("checked" in control) {
    place.innerHTML = `<label><input type="checkbox" id="${id}"> ${name}</label>`;
  } else {
    const step = control.step ?? 1;
    place.innerHTML =
      `<label for="${id}">${name}</label><input type="range" step="${step}" aria-label="${name}, slider">` +
      `<input type="number" id="${id}" step="${step}">`;
  }
  return place;
}

/** Draw a figure anew in a state, for both widths, and say what it shows. */
function redraw(place, state, data) {
  const name = place.dataset.figure;
  place.querySelector(".stage").innerHTML = drawFigure(name, state, false, data) + drawFigure(name, state, true, data);
  const says = place.querySelector(".says");
  const words = figures[name].say(state, data);
  if (says.textContent !== words) says.textContent = words;
}

function startFigure(place, number) {
  const { figure: name } = place.dataset;
  const { controls, point, hover } = figures[name];
  const data = JSON.parse(place.querySelector(".data")?.textContent ?? "null");
  const state = firstState(name, data);
  const stage = place.querySelector(".stage");
  const says = place.querySelector(".says");
  const form = document.createElement("form");
  form.className = "controls";
  form.addEventListener("submit", (event) => event.preventDefault());
  const places = Object.entries(controls).map(([key, control]) => {
    const made = controlOf(key, control, `figure-${number}-${key}`);
    form.append(made);
    return [key, control, made];
  });

  const show = () => {
    for (const [key, control, made] of places) {
      const fields = made.querySelectorAll("input, select");
      if ("checked" in control) fields[0].checked = state[key];
      else if (control.options) fields[0].value = state[key];
      else {
        const [least, most] = limitsOf(control, state, data);
        state[key] = Math.min(Math.max(state[key], least), most);
        for (const field of fields) {
          Object.assign(field, { min: least, max: most });
          if (Number(field.value) !== state[key] || field.value === "") field.value = state[key];
        }
      }
    }
    redraw(place, state, data);
  };

  for (const [key, control, made] of places) {
    made.addEventListener("input", ({ target }) => {
      if ("checked" in control) state[key] = target.checked;
      else if (control.options) state[key] = target.value;
      else if (target.value === "" || !Number.isFinite(Number(target.value))) return; // still being typed
      else state[key] = Number(target.value);
      show();
    });
    made.addEventListener("change", show); // puts back what was left empty
  }
  if (point) {
    stage.classList.add("pointed");
    const move = (event) => {
      const drawn = [...stage.children].find((each) => each.getBoundingClientRect().width > 0);
      const box = drawn.getBoundingClientRect();
      const scale = drawn.viewBox.baseVal.width / box.width;
      const narrow = drawn.classList.contains("narrow");
      const found = point(state, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale, narrow, data);
      if (found) {
        Object.assign(state, found);
        show();
      }
    };
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      move(event);
    });
    stage.addEventListener("pointermove", (event) => {
      if (event.buttons || (hover && event.pointerType === "mouse")) move(event);
    });
  }
  if (places.length) stage.after(form);
  says.setAttribute("aria-live", "polite");
  show();
}

document.querySelectorAll("figure[data-figure]").forEach((place, number) => {
  const drawn = figures[place.dataset.figure];
  if (Object.keys(drawn.controls).length || drawn.point) startFigure(place, number);
});
