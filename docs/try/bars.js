// The answer: a bar for each class, and a sentence.

const ROWS = 10; // bars; of more classes, the most probable ones are shown

const percent = (probability) => `${(100 * probability).toFixed(1)}%`;

/** The classes that are shown: all in their order, or of many the most probable ones first. */
function shownClasses(classes, probabilities) {
  const numbers = [...classes.keys()];
  if (numbers.length <= ROWS) return numbers;
  return numbers.sort((one, other) => probabilities[other] - probabilities[one]).slice(0, ROWS);
}

/** Draw the bars of an answer into a list; `whole` is the answer of the network without cuts, or null. */
function paintBars(list, classes, probabilities, whole) {
  const shown = shownClasses(classes, probabilities);
  const best = probabilities.indexOf(Math.max(...probabilities));
  while (list.children.length > shown.length) list.lastChild.remove();
  while (list.children.length < shown.length) {
    list.insertAdjacentHTML("beforeend", '<li><span class="name"></span><span class="track"><span class="bar"></span></span><span class="percent"></span></li>');
  }
  shown.forEach((number, place) => {
    const row = list.children[place];
    const probability = probabilities[number];
    row.querySelector(".name").textContent = classes[number];
    row.querySelector(".percent").textContent = percent(probability);
    const bar = row.querySelector(".bar");
    bar.style.width = `${100 * probability}%`;
    row.classList.toggle("best", number === best && probability > 0);
    row.querySelector(".mark")?.remove();
    if (whole) {
      const mark = Object.assign(document.createElement("span"), { className: "mark" });
      mark.style.left = `${100 * whole[number]}%`;
      bar.after(mark);
    }
  });
}

/** The class and the probability of an answer, in words. */
function bestOf(classes, probabilities) {
  const probability = Math.max(...probabilities);
  return `${classes[probabilities.indexOf(probability)]}, with ${percent(probability)}`;
}

/** The answer in a sentence, and where blocks are cut, what that has changed. */
function answerInWords(classes, probabilities, whole) {
  if (!whole) return `The network says ${bestOf(classes, probabilities)}.`;
  return `With what is cut out, the network says ${bestOf(classes, probabilities)}. The whole network says ${bestOf(classes, whole)}.`;
}
