// The weights of two designs as areas: two 3×3 convolutions, and 1×1, 3×3, 1×1.
{
  /** The convolutions of both designs for one choice of channels. */
  function blockDesigns({ channels, narrower }) {
    const outside = Number(channels);
    const inside = Math.max(1, Math.round(outside / narrower));
    const conv = (from, to, kernel) => ({ from, to, kernel, weights: from * to * kernel * kernel });
    return {
      inside,
      two: [conv(outside, outside, 3), conv(outside, outside, 3)],
      three: [conv(outside, inside, 1), conv(inside, inside, 3), conv(inside, outside, 1)],
    };
  }

  const weightsOf = (convs) => convs.reduce((sum, { weights }) => sum + weights, 0);

  figure("block-cost", {
    controls: {
      channels: { label: "channels outside", options: ["64", "128", "256", "512", "1024", "2048"], value: "256" },
      narrower: { label: "times fewer", min: 1, max: 16, step: 1, value: 4 },
    },
    draw(state, narrow) {
      const { two, three } = blockDesigns(state);
      const largest = Math.max(...[...two, ...three].map(({ weights }) => weights));
      const most = narrow ? 150 : 160;
      // Of the squares of a row; on a laptop both rows stand on one line.
      const high = (convs) => (narrow ? Math.max(...convs.map(({ weights }) => side(weights))) : most);
      const side = (weights) => Math.max(2, most * Math.sqrt(weights / largest));
      const count = (value) => value.toLocaleString("en-US");
      // Squares beside each other on one line; each has its name and its count under it.
      const row = (convs, left, top, title, step) => [
        label(left, top + 12, title, "ink", { bold: true }),
        label(left, top + 30, `${count(weightsOf(convs))} weights`, "f"),
        convs.map(({ from, to, kernel, weights }, i) => {
          const size = side(weights);
          const x = left + i * step;
          const base = top + 44 + high(convs);
          return [
            rect(x, base - size, size, size, "f"),
            label(x, base + 17, `${kernel}×${kernel}`, "ink", { size: 12, bold: true }),
            label(x, base + 33, `${from} → ${to}`, "soft", { size: 12 }),
            label(x, base + 49, count(weights), "f", { size: 12 }),
          ];
        }),
      ];
      const second = high(two) + 122;
      return narrow
        ? svg(330, second + high(three) + 98, [
            row(two, 0, 0, "two 3×3", 170),
            row(three, 0, second, "1×1, 3×3, 1×1", 108),
          ])
        : svg(688, most + 98, [row(two, 0, 0, "two 3×3", 176), row(three, 372, 0, "1×1, 3×3, 1×1", 108)]);
    },
    say(state) {
      const { inside, two, three } = blockDesigns(state);
      const [many, few] = [weightsOf(two), weightsOf(three)];
      const count = (value) => value.toLocaleString("en-US");
      return (
        `Two 3×3 convolutions at ${state.channels} channels have ${count(many)} weights; 1×1, 3×3, 1×1 with ${inside} channels inside have ` +
        `${count(few)}, ${(many / few).toFixed(1)} times fewer. At every position of the maps the multiply-adds are as many as the weights.`
      );
    },
  });
}
