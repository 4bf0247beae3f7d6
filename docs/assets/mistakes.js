// The page of common mistakes: show those of one exercise, of one sign, or with given words.

function startFinding(place) {
  const entries = [...document.querySelectorAll(".mistake")];
  const headings = new Map();
  for (const entry of entries) {
    let heading = entry.previousElementSibling;
    while (heading && heading.tagName !== "H2") heading = heading.previousElementSibling;
    headings.set(entry, heading);
  }
  const select = (name, text, options) =>
    `<span><label for="find-${name}">${text}</label><select id="find-${name}" name="${name}"><option value="">any</option>${options
      .map(([value, shown]) => `<option value="${value}">${shown}</option>`)
      .join("")}</select></span>`;
  const answers = place.dataset.answers.split(" ").map((name) => [name, name]);
  const signs = place.dataset.signs.split("|").map((sign) => sign.split(":"));
  const form = document.createElement("form");
  form.innerHTML =
    select("answer", "in", answers) +
    select("sign", "you see", signs) +
    '<span><label for="find-words">with the words</label><input id="find-words" type="search" name="words" autocomplete="off"></span>';
  form.addEventListener("submit", (event) => event.preventDefault());
  const message = document.createElement("p");
  message.setAttribute("role", "status");
  place.prepend(form, message);

  const texts = entries.map((entry) => entry.textContent.toLowerCase());
  const show = () => {
    const { answer, sign, words } = form.elements;
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = entries.filter((entry, place) => {
      const fits =
        (!answer.value || entry.dataset.answer === answer.value) &&
        (!sign.value || entry.dataset.signs.split(" ").includes(sign.value)) &&
        wanted.every((word) => texts[place].includes(word));
      entry.hidden = !fits;
      return fits;
    });
    const used = new Set(shown.map((entry) => headings.get(entry)));
    for (const heading of headings.values()) {
      heading.hidden = !used.has(heading);
      heading.nextElementSibling.hidden = heading.hidden; // the line about its chapter
    }
    for (const link of document.querySelectorAll(".md-nav--secondary a[href*='#']")) {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (target) link.closest("li").hidden = target.hidden || Boolean(target.closest("[hidden]"));
    }
    const count = shown.length;
    message.textContent =
      count === entries.length ? `All ${count} mistakes are shown.` : `${count} of ${entries.length} mistakes ${count === 1 ? "is" : "are"} shown.`;
  };
  // A link to a mistake that is not shown shows all again.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      form.reset();
      show();
      target.scrollIntoView();
    }
  };
  form.addEventListener("input", show);
  addEventListener("hashchange", reveal);
  show();
}

document.querySelectorAll(".find-mistakes").forEach(startFinding);
