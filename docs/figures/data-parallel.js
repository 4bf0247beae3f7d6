// Data parallelism on one weight: every process has the same weight and its own images.
{
  const IMAGES = [2, 4, 6, 8]; // the targets of four images; the loss of one is (w - target)² / 2
  const [START, LR] = [1, 0.5];
  const STEPS = ["forward", "backward", "all-reduce", "step"];
  const shown = (value) => value.toFixed(1).replace("-", "−");

  function of({ processes }) {
    const each = IMAGES.length / processes;
    const shards = Array.from({ length: processes }, (_, p) => IMAGES.slice(p * each, (p + 1) * each));
    const gradients = shards.map((shard) => d3.mean(shard, (target) => START - target));
    const mean = d3.mean(gradients);
    return { shards, gradients, mean, after: START - LR * mean };
  }

  figure("data-parallel", {
    controls: {
      processes: { label: "processes", options: ["1", "2", "4"], value: "2" },
      at: { label: "step", options: STEPS, value: "all-reduce" },
    },
    draw(state, narrow) {
      const processes = Number(state.processes);
      const now = STEPS.indexOf(state.at);
      const { shards, gradients, mean, after } = of({ processes });
      const [total, left] = narrow ? [330, 0] : [688, 96];
      const width = (total - left) / processes;
      const rows = [30, 84, 138, 192, 240];
      const box = (p, y, text, kind, on) => {
        const wide = Math.min(width - 10, 120);
        const x = left + p * width + (width - wide) / 2;
        return [rect(x, y, wide, 32, on ? kind : "soft", { filled: on, dashed: !on }), label(x + wide / 2, y + 21, on ? text : "?", on ? kind : "soft", { anchor: "middle", size: narrow && processes === 4 ? 12 : 13, bold: on })];
      };
      const names = ["images", "weight", "gradient", "their mean", "weight"];
      const parts = narrow ? [] : names.map((name, row) => label(0, rows[row] + 21, name, "soft"));
      shards.forEach((shard, p) => {
        parts.push(label(left + (p + 0.5) * width, 16, narrow && processes === 4 ? `${p}` : `process ${p}`, "ink", { anchor: "middle", bold: true }));
        const [cell, wide] = [26, 26 * shard.length];
        const x = left + (p + 0.5) * width - wide / 2;
        shard.forEach((target, i) => {
          parts.push(rect(x + i * cell + 1, rows[0] + 3, cell - 2, cell, "x"));
          parts.push(label(x + (i + 0.5) * cell, rows[0] + 21, target, "x", { anchor: "middle", bold: true }));
        });
        parts.push(box(p, rows[1], `w = ${shown(START)}`, "f", true));
        parts.push(box(p, rows[2], `g = ${shown(gradients[p])}`, "f", now >= 1));
        parts.push(box(p, rows[4], `w = ${shown(after)}`, "y", now >= 3));
        if (now >= 2) parts.push(arrow(left + (p + 0.5) * width, rows[2] + 33, left + (p + 0.5) * width, rows[3] + 2, "f"));
      });
      const on = now >= 2;
      parts.push(rect(left + 5, rows[3] + 4, total - left - 10, 30, on ? "f" : "soft", { filled: on, dashed: !on }));
      parts.push(label(left + (total - left) / 2, rows[3] + 24, on ? `mean of the gradients = ${shown(mean)}` : "?", on ? "f" : "soft", { anchor: "middle", bold: on }));
      return svg(total, rows[4] + 40, parts);
    },
    say(state) {
      const processes = Number(state.processes);
      const { mean, after, gradients } = of({ processes });
      const many = processes > 1;
      return {
        forward: many ? `Each of the ${processes} processes has the same weight, ${shown(START)}, and its own images.` : "One process has all four images.",
        backward: many ? `Each process computes the gradient of its own images: ${gradients.map(shown).join(", ")}. They differ.` : `The gradient of the four images is ${shown(gradients[0])}.`,
        "all-reduce": `${many ? "The processes exchange their gradients, and each gets the mean" : "There is nothing to exchange: the gradient is"} ${shown(mean)}, the same as with any other number of processes.`,
        step: `Each takes the same step, from ${shown(START)} to ${shown(after)}, so the weights stay equal without being sent.`,
      }[state.at];
    },
  });
}
