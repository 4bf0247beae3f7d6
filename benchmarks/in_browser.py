"""What an image costs in the page "Try your network", beside ONNX Runtime Web.

    uv run python benchmarks/in_browser.py

Each network is written once as safetensors and once as ONNX, and a headless Chromium computes both
for one digit after the other: by the page's own forward pass, which is plain JavaScript in one
thread, and by ONNX Runtime Web, which is WebAssembly with SIMD instructions, in one thread and in
several. The table has the median of the milliseconds of an image, and how many times as long the
page takes.

npm fetches the package onnxruntime-web into a temporary folder; nothing of it ships. Chromium has
to be installed. Weights are random, because no time depends on them, and the statistics are those
of some digits.
"""

import argparse
import functools
import http.server
import logging
import shutil
import subprocess
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Any

import torch
from digits_small import make_network
from playwright.sync_api import sync_playwright
from torch import Tensor, nn

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.ch10_family import make_resnet
from tutorial_code.runs import try_files
from tutorial_code.runs.hardware import describe_machine
from tutorial_code.runs.weights_file import file_content
from tutorial_code.shared.tables import recorded_run

RUNTIME = "onnxruntime-web@1.30.0"
SIZE = 32  # pixels a side
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAGE = """\
<!doctype html>
<script src="sources.js"></script>
<script src="start.js"></script>
<script src="node_modules/onnxruntime-web/dist/ort.wasm.min.js"></script>
<script>
  const middle = (times) => times.sort((one, two) => one - two)[Math.floor(times.length / 2)];
  const read = async (name) => (await fetch(name)).arrayBuffer();

  async function ours(name, images) {
    const network = startNetwork();
    await network.load(await read(`${name}.safetensors`));
    const times = [], logits = [];
    for (const [place, image] of images.entries()) {
      const asked = { image: Float32Array.from(image), height: SIZE, width: SIZE };
      const answer = await network.answer(asked);
      if (place >= WARM) times.push(answer.milliseconds);
      logits.push([...answer.logits]);
    }
    network.stop();
    return { milliseconds: middle(times), logits };
  }

  async function theirs(name, images, threads) {
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = new URL("node_modules/onnxruntime-web/dist/", location).href;
    const options = { executionProviders: ["wasm"] };
    const session = await ort.InferenceSession.create(`${name}.onnx`, options);
    const times = [], logits = [];
    for (const [place, image] of images.entries()) {
      const tensor = new ort.Tensor("float32", Float32Array.from(image), [1, 3, SIZE, SIZE]);
      const began = performance.now();
      const answer = await session.run({ images: tensor });
      if (place >= WARM) times.push(performance.now() - began);
      logits.push([...answer.logits.data]);
    }
    await session.release();
    return { milliseconds: middle(times), logits };
  }
</script>
"""
WARM = 3  # images before those that count: the browser compiles what it has seen run for a while


def networks() -> dict[str, tuple[nn.Module, str]]:
    """Return what is measured, by its name: a network, and its stem."""
    torch.manual_seed(0)
    blocks = recorded_run("digits-small").read("config.json")["blocks"]
    return {
        "resnet50": (make_resnet("resnet50"), "7x7"),
        "resnet50-3x3": (use_small_stem(make_resnet("resnet50")), "3x3"),
        "resnet18": (make_resnet("resnet18"), "7x7"),
        "digits-small": (make_network(blocks, 10), "3x3"),
    }


def with_statistics(network: nn.Module, images: Tensor) -> nn.Module:
    """Set the statistics of BatchNorm to those of some images; return the network."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0  # nothing is left of what they were
    with torch.no_grad():
        network.train()(images)
    return network.eval()


def write(network: nn.Module, stem: str, path: Path) -> None:
    """Write a network as ``path.safetensors`` and as ``path.onnx``."""
    facts = {"classes": list("0123456789"), "mean": [0.0] * 3, "std": [1.0] * 3, "stem": stem}
    path.with_suffix(".safetensors").write_bytes(file_content(network.state_dict(), facts))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # caused by the exporter itself
        program = torch.onnx.export(
            network,
            (torch.zeros(1, 3, SIZE, SIZE),),
            input_names=["images"],
            output_names=["logits"],
            verbose=False,
        )
    path.with_suffix(".onnx").write_bytes(program.model_proto.SerializeToString())


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder so that pages may have threads with common memory."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def measure(folder: Path, images: list[list[float]], threads: list[int]) -> list[dict[str, Any]]:
    """Compute images with each network of a folder; return a row for each.

    Args:
        folder: with the page and the files of the networks.
        images: each with its values in one row; the first ``WARM`` do not count.
        threads: of ONNX Runtime Web, one after the other.
    """
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit("Chromium is missing: apt-get install chromium, or your system's own way.")
    handler = functools.partial(Handler, directory=folder)
    rows = []
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])

        def computed(call: str, *given: Any) -> dict[str, Any]:
            page = browser.new_page()  # the threads of the runtime are chosen once in a page
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
            found = page.evaluate(f"(given) => {call}(...given)", list(given))
            page.close()
            return found

        for name in networks():
            ours = computed("ours", name, images)
            row = {"network": name, "page": ours["milliseconds"]}
            for count in threads:
                theirs = computed("theirs", name, images, count)
                row[f"runtime, {count}"] = theirs["milliseconds"]
                row[f"ratio, {count}"] = ours["milliseconds"] / theirs["milliseconds"]
                apart = torch.tensor(ours["logits"]) - torch.tensor(theirs["logits"])
                row["difference"] = max(apart.abs().max().item(), row.get("difference", 0.0))
            rows.append(row)
        browser.close()
        server.shutdown()
    return rows


def main() -> None:
    """Write the networks, measure them, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=15, help="that count")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="of the runtime")
    arguments = parser.parse_args()

    digits = load_dataset("digits").test_images[: arguments.images + WARM].float() / 255
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", place, RUNTIME]
        subprocess.run(npm, check=True)
        for name in ("sources.js", "start.js"):
            (folder / name).write_text(try_files.text_of(name), encoding="utf-8")
        constants = f"<script>const SIZE = {SIZE}, WARM = {WARM};</script>\n"
        (folder / "index.html").write_text(PAGE + constants, encoding="utf-8")
        for name, (network, stem) in networks().items():
            write(with_statistics(network, digits), stem, folder / name)
        rows = measure(folder, digits.flatten(1).tolist(), arguments.threads)

    machine = describe_machine(torch.device("cpu"))
    print(f"{machine['cpu']}, {machine['cpu_cores']} cores; {RUNTIME}; milliseconds of an image")
    heads = [key for key in rows[0] if key not in ("network", "difference")]
    print("network".ljust(14), *(head.rjust(12) for head in heads), "logits apart".rjust(14))
    for row in rows:
        cells = (f"{row[head]:12.1f}" for head in heads)
        print(row["network"].ljust(14), *cells, f"{row['difference']:14.1e}")


if __name__ == "__main__":
    main()
