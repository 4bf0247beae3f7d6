// A number in the bits of three formats, rounded as a processor rounds it.
const formats = [
  { name: "fp32", exponent: 8, fraction: 23 },
  { name: "bf16", exponent: 8, fraction: 7 },
  { name: "fp16", exponent: 5, fraction: 10 },
];
const roundedTo = (value, { exponent, fraction }) => {
  const bias = 2 ** (exponent - 1) - 1;
  if (value === 0) return { value: 0, bits: "0".repeat(1 + exponent + fraction) };
  const sign = value < 0 ? "1" : "0";
  const size = Math.abs(value);
  let power = Math.max(Math.floor(Math.log2(size)), 1 - bias);
  if (size < 2 ** power && power > 1 - bias) power -= 1; // log2 was rounded up
  const unit = 2 ** (power - fraction);
  let count = size / unit;
  const below = Math.floor(count);
  const rest = count - below;
  count = rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below; // half to even
  if (count === 2 ** (fraction + 1)) [count, power] = [2 ** fraction, power + 1];
  if (power > bias) return { value: Math.sign(value) * Infinity, bits: sign + "1".repeat(exponent) + "0".repeat(fraction) };
  const normal = count >= 2 ** fraction;
  const stored = normal ? power + bias : 0;
  const tail = (normal ? count - 2 ** fraction : count).toString(2).padStart(fraction, "0");
  return {
    value: Math.sign(value) * count * 2 ** (power - fraction),
    bits: sign + stored.toString(2).padStart(exponent, "0") + tail,
  };
};
figure("number-formats", {
  controls: {
    number: { label: "number", options: ["0.1", "1", "1.005", "1000.5", "3.14159265", "0.00001", "70000"], value: "1.005" },
  },
  draw({ number: typed }, narrow) {
    const cell = narrow ? 9.6 : 16;
    const left = narrow ? 6 : 76;
    const high = narrow ? 84 : 62;
    return svg(narrow ? 330 : 688, 24 + formats.length * high, [
      label(left, 14, "sign", "ink", { size: 12 }),
      label(left + (narrow ? 36 : 40), 14, "exponent", "f", { size: 12, bold: true }),
      label(left + (narrow ? 106 : 170), 14, "digits", "x", { size: 12, bold: true }),
      formats.map((format, row) => {
        const { value, bits } = roundedTo(Number(typed), format);
        const y = 28 + row * high;
        const at = narrow ? y + 18 : y;
        return [
          narrow ? label(left, y + 12, format.name, "ink", { bold: true }) : label(10, y + 17, format.name, "ink", { bold: true }),
          [...bits].map((bit, i) => {
            const kind = i === 0 ? "ink" : i <= format.exponent ? "f" : "x";
            return rect(left + i * cell, at, cell - (narrow ? 1.4 : 2), 22, kind, { filled: bit === "1", radius: 2, strong: bit === "1" });
          }),
          label(left, at + 40, String(Number(value.toPrecision(10))).replace("Infinity", "too large"), "ink", { size: 13 }),
        ];
      }),
    ]);
  },
  say({ number: typed }) {
    const said = formats.map((format) => {
      const { value } = roundedTo(Number(typed), format);
      if (!Number.isFinite(value)) return `is too large for ${format.name}`;
      return `becomes ${Number(value.toPrecision(10))} in ${format.name}`;
    });
    return `${typed} ${said[0]}, ${said[1]}, and ${said[2]}. A filled square is a bit that is 1.`;
  },
});
