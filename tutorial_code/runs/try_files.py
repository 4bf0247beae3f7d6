"""The files of the page "Try your network", which the site and ``resnet50 try`` share.

They lie in ``docs/try``. Some are made from others and from data, because a page that was opened as
a file may read none: the source of its worker, ten digits, and the weights of a small network.
"""

import base64
import json
import re
from typing import Any

from tutorial_code.shared.chapters import PACKAGE
from tutorial_code.shared.tables import recorded_run

# In the project's folder; inside the package if it is installed.
PLACES = (PACKAGE.parent / "docs" / "try", PACKAGE / "page_files")
WORKER = ("safetensors.js", "structure.js", "network.js", "worker.js")
# What the page loads, in this order.
SCRIPTS = (
    "sources.js",
    "recorded.js",
    "start.js",
    "paint.js",
    "digit.js",
    "field.js",
    "photograph.js",
    "bars.js",
    "facts.js",
    "inside.js",
    "occlusion.js",
    "page.js",
)
STYLES = "page.css"
RECORDED_WEIGHTS = "recorded-weights.js"  # loaded when the reader asks for the small network


def text_of(name: str) -> str:
    """Return the text of a file of the page.

    Raises:
        LookupError: there is none of this name.
    """
    if name in GENERATED:
        return GENERATED[name]()
    for place in PLACES:
        if (place / name).is_file():
            return (place / name).read_text(encoding="utf-8")
    raise LookupError(f"no file of the page is called {name}")


def fragment() -> str:
    """Return what stands on the page, HTML, with what depends on the recorded network."""
    kilobytes = f"{len(recorded_weights()) / 1000:.0f}"
    return text_of("page.html").replace("{{KILOBYTES}}", kilobytes)


def without_links(html: str) -> str:
    """Return the fragment without its links to other pages of the site, for where these are not."""
    return re.sub(r'<a\s[^>]*href="(?!https?:|#)[^"]*"[^>]*>(.*?)</a>', r"\1", html, flags=re.S)


def generated() -> dict[str, str]:
    """Return the files that are made, by their names."""
    return {name: make() for name, make in GENERATED.items()}


def recorded_weights() -> bytes:
    """Return the file of the recorded run ``digits-small``."""
    return (recorded_run("digits-small").folder / "weights.safetensors").read_bytes()


def recorded_digits() -> list[dict[str, Any]]:
    """Return ten test digits with their labels: the first of each class in the test set.

    Their values are those that scikit-learn gives: 8×8, row by row, from 0 to 16.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    # The test set of chapter 1.
    _, test = train_test_split(
        range(len(digits.target)), test_size=0.2, stratify=digits.target, random_state=0
    )
    return [
        {"label": label, "values": digits.data[first].astype(int).tolist()}
        for label in range(10)
        for first in [next(number for number in test if digits.target[number] == label)]
    ]


def _sources() -> str:
    source = "\n".join(text_of(name) for name in WORKER)
    return f"const workerSource = {_literal(source)};\n"


def _recorded() -> str:
    return (
        f"const recordedDigits = {_literal(recorded_digits())};\n"
        f"const recordedNetworkBytes = {len(recorded_weights())};\n"
    )


def _recorded_weights() -> str:
    return f'const recordedWeights = "{base64.b64encode(recorded_weights()).decode()}";\n'


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


GENERATED = {
    "sources.js": _sources,
    "recorded.js": _recorded,
    RECORDED_WEIGHTS: _recorded_weights,
}
