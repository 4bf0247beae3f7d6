"""The page "Try your network": what the site puts around the fragment of ``docs/try/page.html``."""

import json
import re
from contextlib import closing
from typing import Any

from py_mini_racer import MiniRacer

from pipeline import ROOT
from tutorial_code.runs import try_files

HEADING = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>')
FOLDER = "try"  # of the page's files, beside the page
# What the scripts need and only a browser has; the header of the recorded file is plain ASCII.
DECODER = "class TextDecoder { decode(bytes) { return String.fromCharCode(...bytes); } }"
DIGIT = 3  # the recorded digit of the picture that stands without scripts


def page() -> str:
    """Return the page's fragment as Markdown, so that its headings are those of the site, and the
    tags that load its files.
    """
    sections = HEADING.sub(r"\n## \2 {#\1}\n", try_files.fragment())
    styles = f'<link rel="stylesheet" href="{FOLDER}/{try_files.STYLES}">'
    scripts = "\n".join(
        f'<script src="{FOLDER}/{name}" defer></script>' for name in try_files.SCRIPTS
    )
    return f"{styles}\n\n{sections}\n\n{scripts}"


def example() -> dict[str, Any]:
    """Return a recorded digit and what the recorded network says of it, computed by the page's own
    scripts: ``label``, ``values`` (64), and ``probabilities`` (10).
    """
    digit = try_files.recorded_digits()[DIGIT]
    weights = json.dumps(list(try_files.recorded_weights()))
    sources = [*try_files.WORKER[:-1], "digit.js"]  # all but what answers messages
    with closing(MiniRacer()) as engine:
        engine.eval(DECODER)
        for name in sources:
            engine.eval((ROOT / "docs" / FOLDER / name).read_text(encoding="utf-8"))
        found = engine.eval(f"""
            const network = readNetwork(Uint8Array.from({weights}).buffer);
            const size = network.facts.image_size;
            const image = threeChannels(enlarged({json.dumps(digit["values"])}, size));
            JSON.stringify([...softmax(forward(network, image, size, size).logits)]);
        """)
    return {**digit, "probabilities": json.loads(str(found))}
