// How many devices pay: a step's computing beside the exchange of its gradients.
{
  const DEVICES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

  /** The seconds of computing and of the exchange on so many devices, and what of it is not hidden. */
  function step({ speed, batch, megabytes, bandwidth, latency, hidden }, devices) {
    const computing = batch / speed;
    const exchange = devices === 1 ? 0 : (2 * (devices - 1) * megabytes) / devices / (1000 * bandwidth) + (2 * (devices - 1) * latency) / 1e6;
    const behind = hidden ? (2 / 3) * computing : 0; // backward is about two thirds of a step
    const waits = Math.max(0, exchange - behind);
    return { computing, exchange, waits, efficiency: computing / (computing + waits) };
  }

  figure("scaling", {
    controls: {
      speed: { label: "images/s of one device", min: 10, max: 5000, step: 10, value: 140 },
      batch: { label: "images per device", min: 1, max: 512, step: 1, value: 32 },
      megabytes: { label: "gradient in MB", min: 1, max: 500, step: 1, value: 102 },
      bandwidth: { label: "network in GB/s", min: 0.1, max: 50, step: 0.1, value: 6.2 },
      latency: { label: "delay of a message in µs", min: 0, max: 200, step: 1, value: 20 },
      hidden: { label: "during backward", checked: false },
    },
    draw(state, narrow) {
      const [left, top, width, height] = narrow ? [46, 30, 270, 210] : [56, 30, 470, 240];
      const x = d3.scaleLog([1, 256], [left, left + width]).base(2);
      const y = d3.scaleLinear([0, 100], [top + height, top]);
      const points = DEVICES.map((devices) => [x(devices), y(100 * step(state, devices).efficiency)]);
      const below = top + height;
      const table = [8, 64, 256].map((devices) => ({ devices, ...step(state, devices) }));
      const rows = table.map(({ devices, efficiency }) => [`${devices}: ${(100 * efficiency).toFixed(0)}%`, `${Math.round(devices * state.speed * efficiency).toLocaleString("en-US")} images/s`]);
      return svg(narrow ? 330 : 688, below + (narrow ? 112 : 44), [
        [0, 25, 50, 75, 100].map((value) => [line([[left, y(value)], [left + width, y(value)]], "rule", { width: 1 }), label(left - 6, y(value) + 4, value, "soft", { anchor: "end", size: 12 })]),
        label(left, top - 12, "share of the devices' speed that is left, %", "soft", { size: 12 }),
        DEVICES.map((devices) => label(x(devices), below + 17, devices, "soft", { anchor: "middle", size: 12 })),
        label(left + width, below + 36, "devices", "soft", { anchor: "end", size: 12 }),
        line(points, "y", { width: 2.5 }),
        points.map(([px, py]) => circle(px, py, 4, "y")),
        rows.map(([share, speed], i) =>
          narrow
            ? label(left, below + 62 + i * 20, `${share}, ${speed}`, "y")
            : [label(left + width + 18, top + 16 + i * 50, share, "y", { bold: true }), label(left + width + 18, top + 34 + i * 50, speed, "soft")],
        ),
      ]);
    },
    say(state) {
      const { computing, exchange, waits, efficiency } = step(state, 256);
      const ms = (seconds) => `${(1000 * seconds).toFixed(0)} ms`;
      return `On 256 devices a step computes for ${ms(computing)} and exchanges gradients for ${ms(exchange)}, of which ${ms(waits)} are waited for. ${Math.round(256 * state.speed * efficiency).toLocaleString("en-US")} images/s are left, ${(100 * efficiency).toFixed(0)}% of 256 times one.`;
    },
  });
}
