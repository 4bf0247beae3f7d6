// Ten test images on several processes: a sampler made for training repeats some of them.
{
  const IMAGES = 10;

  function shares({ processes, padded }) {
    const count = padded ? Math.ceil(IMAGES / processes) * processes : IMAGES;
    const taken = Array.from({ length: processes }, () => []);
    d3.range(count).forEach((place) => taken[place % processes].push({ image: place % IMAGES, again: place >= IMAGES }));
    return taken;
  }

  figure("padded-test", {
    controls: {
      processes: { label: "processes", min: 1, max: 4, step: 1, value: 3 },
      padded: { label: "padded", checked: true },
    },
    draw(state, narrow) {
      const taken = shares(state);
      const [left, cell] = narrow ? [84, 24] : [96, 52];
      const parts = taken.flatMap((images, p) => [
        label(left - 10, p * 40 + 21, `process ${p}`, "ink", { anchor: "end", bold: true }),
        images.map(({ image, again }, place) => [
          rect(left + place * cell + 2, p * 40, cell - 4, 32, again ? "wrong" : "x", { dashed: again }),
          label(left + (place + 0.5) * cell, p * 40 + 21, image, again ? "wrong" : "x", { anchor: "middle", bold: again }),
        ]),
      ]);
      return svg(narrow ? 330 : 688, 4 * 40, parts);
    },
    say(state) {
      const taken = shares(state).flat();
      const again = taken.filter((each) => each.again).map(({ image }) => image);
      const counted = `${taken.length} images are counted`;
      return again.length ? `${counted}, and ${again.length === 1 ? "one is" : `${again.length} are`} counted twice: image ${again.join(" and ")}.` : `${counted}, each of them once.`;
    },
  });
}
