// The pair of layers of chapter 3's stacks, twice: plain, and with the addition.
figure("plain-and-residual", {
  draw(state, narrow) {
    // From the left edge of a drawing 330 wide: the path of x through one pair.
    const pair = (left, top, residual) => {
      const middle = top + 92;
      const box = (x, first, second) => [
        rect(left + x, middle - 23, 70, 46, "f"),
        label(left + x + 35, middle - 4, first, "f", { anchor: "middle", bold: true }),
        label(left + x + 35, middle + 14, second, "f", { anchor: "middle", size: 12 }),
      ];
      const step = (from, to, kind) => arrow(left + from, middle, left + to, middle, kind);
      return [
        label(left, residual || !narrow ? top + 13 : top + 35, residual ? "residual: y = ReLU(F(x) + x)" : "plain: y = ReLU(F(x))", "ink", { bold: true }),
        label(left, middle + 5, "x", "x", { bold: true, size: 14 }),
        step(12, 36, "x"),
        box(36, "3×3", "BN, ReLU"),
        step(106, 126, "f"),
        box(126, "3×3", "BN"),
        residual
          ? [
              step(196, 216, "f"),
              circle(left + 227, middle, 11, "y"),
              label(left + 227, middle + 5, "+", "y", { anchor: "middle", bold: true, size: 14 }),
              circle(left + 21, middle, 3, "x"),
              path(`M${left + 21} ${middle}V${middle - 30}q0 -12 12 -12H${left + 215}q12 0 12 12V${middle - 18}`, "x", { width: 2 }),
              arrow(left + 227, middle - 22, left + 227, middle - 11, "x"),
              label(left + 126, middle - 48, "shortcut: x, unchanged", "x", { anchor: "middle", size: 12 }),
              step(238, 256, "y"),
            ]
          : step(196, 256, "f"),
        label(left + 280, middle + 5, "ReLU", "y", { anchor: "middle" }),
        step(302, 316, "y"),
        label(left + 320, middle + 5, "y", "y", { bold: true, size: 14 }),
        label(left + 116, middle + 42, "F(x)", "f", { anchor: "middle", bold: true }),
      ];
    };
    return narrow
      ? svg(330, 312, [pair(0, -22, false), pair(0, 158, true)])
      : svg(688, 144, [pair(0, 0, false), pair(356, 0, true)]);
  },
  say() {
    return (
      "Two pairs of 3×3 convolutions with BatchNorm. In the plain pair, y is the ReLU of what the pair computes, F(x). " +
      "In the residual pair, x also goes around the pair unchanged and is added to F(x) before the last ReLU."
    );
  },
});
