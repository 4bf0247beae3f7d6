// What the reader has done, kept in this browser and nowhere else: chapters read, predictions made.

const READ = "resnet50:read:";

function startReadMark(place) {
  const key = READ + place.dataset.chapter;
  place.innerHTML = '<label><input type="checkbox"> I have read this chapter</label>';
  const box = place.querySelector("input");
  box.checked = kept.get(key) !== null;
  box.addEventListener("change", () => kept.set(key, box.checked ? "yes" : null));
}

function showMarks(entry) {
  const { chapter, predictions } = entry.dataset;
  let made = 0;
  try {
    made = Object.keys(localStorage).filter((key) => key.startsWith(`${chapter}-`)).length;
  } catch {
    // nothing is kept
  }
  const words = [
    kept.get(READ + chapter) !== null && "✓ read",
    made && `${Math.min(made, predictions)} of ${predictions} predictions made`,
  ].filter(Boolean);
  if (words.length) entry.insertAdjacentHTML("beforeend", `<span class="mark">${words.join(" · ")}</span>`);
}

document.querySelectorAll(".read-mark").forEach(startReadMark);
document.querySelectorAll(".path [data-predictions]").forEach(showMarks);
