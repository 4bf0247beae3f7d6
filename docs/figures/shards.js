// Which process takes which image of an epoch: one order for all, cut into batches and shares.
{
  const [IMAGES, BATCH] = [24, 8];

  /** The order of an epoch: the same from the same number, like that of a seeded generator. */
  function order(number) {
    let state = 97 * number + 11;
    const images = d3.range(IMAGES);
    for (let i = IMAGES - 1; i > 0; i -= 1) {
      state = (state * 1103515245 + 12345) % 2147483648;
      const j = Math.floor((state / 2147483648) * (i + 1));
      [images[i], images[j]] = [images[j], images[i]];
    }
    return images;
  }

  figure("shards", {
    controls: {
      processes: { label: "processes", options: ["1", "2", "4"], value: "2" },
      epoch: { label: "epoch", min: 1, max: 5, step: 1, value: 1 },
      told: { label: "set_epoch", checked: true },
    },
    draw(state, narrow) {
      const processes = Number(state.processes);
      const images = order(state.told ? state.epoch : 1);
      const each = BATCH / processes;
      const [left, cell, top, gap] = narrow ? [48, 31, 50, 4] : [110, 58, 56, 10];
      const place = (slot) => left + slot * cell + Math.floor(slot / each) * gap;
      const parts = [];
      d3.range(processes).forEach((p) => {
        const [from, to] = [place(p * each), place((p + 1) * each - 1) + cell];
        parts.push(label((from + to) / 2, 20, processes === 4 && narrow ? p : `process ${p}`, "ink", { anchor: "middle", bold: true }));
        parts.push(line([[from + 3, 32], [to - 3, 32]], "ink", { width: 1.5 }));
      });
      if (processes === 4 && narrow) parts.push(label(0, 20, "process", "ink", { size: 12 }));
      d3.range(IMAGES / BATCH).forEach((step) => {
        const y = top + step * 44;
        parts.push(label(0, y + 21, narrow ? `${step + 1}` : `step ${step + 1}`, "soft"));
        d3.range(BATCH).forEach((slot) => {
          parts.push(rect(place(slot) + 2, y, cell - 4, 32, "x"));
          parts.push(label(place(slot) + cell / 2, y + 21, images[step * BATCH + slot], "x", { anchor: "middle" }));
        });
      });
      return svg(narrow ? 330 : 688, top + (IMAGES / BATCH) * 44, parts);
    },
    say(state) {
      const processes = Number(state.processes);
      const images = order(state.told ? state.epoch : 1).slice(0, BATCH / processes);
      const told = state.told ? `In epoch ${state.epoch} the first process begins with the images ${images.join(", ")}.` : `Nobody tells the sampler the epoch, so epoch ${state.epoch} has the order of epoch 1.`;
      return `${told} The ${BATCH} images of a step are the same for any number of processes.`;
    },
  });
}
