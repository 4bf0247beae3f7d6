// The drawing field: by mouse, finger or pen one draws lines; by keyboard one chooses a recorded digit. What stands in
// the field is shifted by the arrow keys.

const SIDE = 320; // units of the field; points of a line are kept in them
const BRUSH = 26; // its width in these units

/** Start a field on a canvas; `changed()` is called whenever something else stands in it. */
function startField(canvas, changed) {
  let strokes = []; // each a list of points [x, y]
  let recorded = null; // 64 values, where a recorded digit stands in the field
  let shift = [0, 0]; // to the right and down, in pixels of the 8×8 image
  let pen = null; // the id of the pointer that draws
  Object.assign(canvas, { width: 2 * SIDE, height: 2 * SIDE }); // sharp on a phone, too

  const paint = () => {
    const context = canvas.getContext("2d");
    const cell = SIDE / CELLS;
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    const ink = colorOf("ink").join(" ");
    shifted(recorded ?? [], ...shift).forEach((value, place) => {
      context.fillStyle = `rgb(${ink} / ${value / 16})`;
      context.fillRect((place % CELLS) * cell, Math.floor(place / CELLS) * cell, cell + 0.5, cell + 0.5);
    });
    context.translate(shift[0] * cell, shift[1] * cell);
    Object.assign(context, { strokeStyle: `rgb(${ink})`, lineWidth: BRUSH, lineCap: "round", lineJoin: "round" });
    for (const stroke of strokes) {
      context.beginPath();
      stroke.forEach(([x, y]) => context.lineTo(x, y));
      context.lineTo(...stroke[stroke.length - 1]); // a single point is a dot
      context.stroke();
    }
  };
  const change = () => {
    paint();
    changed();
  };
  const clear = () => {
    [strokes, recorded, shift] = [[], null, [0, 0]];
    change();
  };
  const pointAt = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [(clientX - box.left) * scale - (shift[0] * SIDE) / CELLS, (clientY - box.top) * scale - (shift[1] * SIDE) / CELLS];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button > 0) return; // a second finger draws nothing
    if (recorded) clear();
    canvas.setPointerCapture(event.pointerId);
    pen = event.pointerId;
    strokes.push([pointAt(event)]);
    change();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    strokes[strokes.length - 1].push(pointAt(event));
    change();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId === pen) pen = null;
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the page would scroll
    shift = shift.map((old, axis) => Math.min(Math.max(old + step[axis], -CELLS), CELLS));
    change();
  });

  paint();
  return {
    paint,
    clear,
    /** Put the 64 values of a recorded digit into the field. */
    put(values) {
      [strokes, recorded, shift] = [[], values, [0, 0]];
      change();
    },
    /** The 64 values of what stands in the field now, each from 0 to 16. */
    values: () => shifted(recorded ?? valuesOf(strokes), ...shift),
  };
}
