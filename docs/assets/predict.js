// Predict, then reveal: what resolves a question stays covered until the reader has answered or asks
// to see it. Answers are kept in this browser and nowhere else. The class "covers" of the page is set
// at its top, before anything is drawn; see docs/pipeline/prose.py.

const ALL = "resnet50:show-all";

/** Storage that may be switched off by the browser; then nothing is kept. */
const kept = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // nothing is kept
    }
  },
};

const coversOf = (key) => document.querySelectorAll(`.cover[data-key="${key}"]`);

function lift(key) {
  for (const cover of coversOf(key)) {
    cover.classList.add("lifted");
    cover.querySelector(".inside").inert = false;
  }
}

function put(key) {
  for (const cover of coversOf(key)) {
    cover.classList.remove("lifted");
    cover.querySelector(".inside").inert = document.documentElement.classList.contains("covers");
  }
}

/** What the reader answers with: buttons, or a field. */
function answerForm(question) {
  const form = document.createElement("form");
  const { key, kind } = question.dataset;
  const list = question.querySelector("ul");
  if (kind === "choice") {
    for (const item of list.children) {
      const button = document.createElement("button");
      Object.assign(button, { type: "submit", innerHTML: item.innerHTML });
      button.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-label", item.textContent.trim()); // a formula alone would have no name
      form.append(button);
    }
    list.hidden = true;
  } else {
    const type = kind === "number" ? 'type="number" step="any"' : 'type="text" maxlength="300"';
    form.innerHTML = `<input ${type} required aria-labelledby="${key}-asks" autocomplete="off"><button type="submit">Keep my answer</button>`;
  }
  form.insertAdjacentHTML("beforeend", '<button type="button" class="reveal">Show me</button><span role="status"></span>');
  return form;
}

function startQuestion(question) {
  const { key, kind } = question.dataset;
  const form = answerForm(question);
  question.append(form);
  const status = form.querySelector("[role=status]");
  const show = (answer, say) => {
    const buttons = form.querySelectorAll("button[aria-pressed]");
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.textContent === answer)));
    const field = form.querySelector("input");
    if (field && answer !== null) field.value = answer;
    const open = answer !== null;
    (open ? lift : put)(key);
    form.querySelector(".reveal").textContent = open ? "Cover again" : "Show me";
    if (say) status.textContent = open ? (answer === "" ? "Shown below." : "Kept. Read on below.") : "Covered.";
    document.dispatchEvent(new Event("predicted"));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = kind === "choice" ? event.submitter.textContent : form.querySelector("input").value;
    kept.set(key, answer);
    show(answer, true);
  });
  form.querySelector(".reveal").addEventListener("click", () => {
    const answer = kept.get(key) === null ? "" : null; // an empty answer: shown without one
    kept.set(key, answer);
    if (answer === null) form.reset();
    show(answer, true);
  });
  for (const cover of coversOf(key)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lid";
    button.textContent = "Covered until you answer: show it";
    button.addEventListener("click", () => {
      kept.set(key, "");
      show("", true);
    });
    cover.prepend(button);
  }
  show(kept.get(key), false);
}

/** A switch in the header: covers on all pages, or on none. */
function startSwitch() {
  const header = document.querySelector(".md-header__inner");
  const root = document.documentElement;
  if (!header) return;
  root.classList.toggle("covers", kept.get(ALL) === null); // pages without questions did not, at their top
  const button = document.createElement("button");
  button.type = "button";
  button.className = "covers-switch";
  const show = () => {
    const covered = root.classList.contains("covers");
    button.innerHTML = covered ? "Show all<span> answers</span>" : "Cover<span> answers</span>";
    button.title = covered ? "On every page, show what predictions cover" : "On every page, cover it until you have answered";
    document.querySelectorAll(".predict").forEach(({ dataset: { key } }) => (kept.get(key) === null ? put(key) : lift(key)));
  };
  button.addEventListener("click", () => {
    root.classList.toggle("covers");
    kept.set(ALL, root.classList.contains("covers") ? null : "yes");
    show();
  });
  header.querySelector(".md-header__option, label[for=__search], .md-search")?.before(button);
  show();
}

document.querySelectorAll(".predict").forEach(startQuestion);
startSwitch();
