// The accuracy of each batch, and the two ways to make one number of them.
{
  const batchesOf = ({ images, wrong }, size) =>
    Array.from({ length: Math.ceil(images / size) }, (_, number) => {
      const [first, end] = [number * size, Math.min((number + 1) * size, images)];
      const missed = wrong.filter((place) => place >= first && place < end).length;
      return { first, count: end - first, accuracy: (100 * (end - first - missed)) / (end - first) };
    });
  const meanOf = (batches) => batches.reduce((sum, { accuracy }) => sum + accuracy, 0) / batches.length;
  const allOf = ({ images, wrong }) => (100 * (images - wrong.length)) / images;

  figure("batch-accuracies", {
    controls: { size: { label: "images a batch", min: 20, max: 360, value: 64 } },
    draw({ size }, narrow, data) {
      const [left, width, top, height] = narrow ? [34, 290, 28, 190] : [40, 500, 28, 200];
      const x = d3.scaleLinear([0, data.images], [left, left + width]);
      const lowest = Math.min(60, ...batchesOf(data, size).map(({ accuracy }) => accuracy));
      const y = d3.scaleLinear([Math.floor(lowest / 20) * 20, 100], [top + height, top]);
      const batches = batchesOf(data, size);
      const [mean, all] = [meanOf(batches), allOf(data)];
      const bars = batches.map(({ first, count, accuracy }) =>
        rect(x(first) + 1, y(accuracy), Math.max(x(first + count) - x(first) - 2, 1), Math.max(top + height - y(accuracy), 1), "f", { radius: 1 }),
      );
      const lines = [
        line([[left, y(all)], [left + width, y(all)]], "y", { width: 2.5 }),
        line([[left, y(mean)], [left + width, y(mean)]], "wrong", { width: 2.5, dashed: true }),
      ];
      const names = [
        [`all images ${all.toFixed(2)}%`, "y", all],
        [`mean of bars ${mean.toFixed(2)}%`, "wrong", mean],
      ];
      const apart = Math.abs(y(all) - y(mean)) < 18 ? (all >= mean ? [-9, 9] : [9, -9]) : [0, 0];
      return svg(narrow ? 330 : 688, top + height + (narrow ? 66 : 44), [
        axes({ x, y, left, top, width, height, xLabel: "test images, in order", yLabel: "accuracy of the batch, %", xTicks: narrow ? 4 : 8 }),
        bars,
        lines,
        names.map(([name, kind, value], row) =>
          narrow
            ? label(left - 30 + row * 150, top + height + 58, name, kind, { size: 12, bold: true })
            : label(left + width + 8, y(value) + 4 + apart[row], name, kind, { size: 12, bold: true }),
        ),
      ]);
    },
    say({ size }, data) {
      const batches = batchesOf(data, size);
      const last = batches[batches.length - 1];
      return (
        `${batches.length} ${batches.length === 1 ? "batch" : "batches"}, the last of ${last.count} ${last.count === 1 ? "image" : "images"}. ` +
        `The mean of their accuracies is ${meanOf(batches).toFixed(2)}%, and ${allOf(data).toFixed(2)}% of all images are classified correctly.`
      );
    },
  });
}
