"""The prose of a page: its paragraphs, and among them figures, predictions and questions."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline import ROOT
from pipeline.drawings import drawing
from pipeline.figures import DRAWN, drawn
from pipeline.markdown import folded, mathml

PAGES = "mistakes|network|try"  # that chapters link by these names alone
ASKS = re.compile(r"\*Predict(?P<kind>| a number| in a line):\*\s*")
KINDS = {"": "choice", " a number": "number", " in a line": "line"}
QUESTION, ANSWER = "*Question:* ", "*Answer:* "
# Runs before anything is drawn, so that nothing that is covered is seen while the page loads.
COVERS = (
    "<script>try { if (!localStorage.getItem('resnet50:show-all')) throw 0 } catch { "
    "document.documentElement.classList.add('covers') }</script>"
)


class PageError(Exception):
    """A page is written in a way that a reader could not use."""


class Figures:
    """The figures of a page: numbers them, and knows the scripts that they need."""

    def __init__(self, chapter: str, root: str) -> None:
        self.chapter = chapter  # its number, or nothing on a page that is no chapter
        self.root = root  # the way from the page to the site's folder
        self.count = 0
        self.scripts: dict[Path, None] = {}

    def number(self) -> str:
        """Return the number of the next figure."""
        self.count += 1
        return f"{self.chapter}.{self.count}" if self.chapter else ""

    def drawn(self, name: str, caption: str, data: Any = None) -> str:
        """Return a figure that is drawn by code, with its caption.

        Args:
            name: of its file in ``docs/figures``.
            caption: Markdown.
            data: what it is drawn from, where its own file does not say it.
        """
        figure = drawing(name, data)
        if figure.moves:
            self.scripts |= dict.fromkeys(figure.scripts)
        return drawn(figure, caption, self.number())

    def loaded(self) -> str:
        """Return the tags that load the scripts of the page's figures."""
        docs = ROOT / "docs"
        return "\n".join(
            f'<script src="{self.root}{path.relative_to(docs).as_posix()}" defer></script>'
            for path in self.scripts
        )


def blocks(text: str) -> Iterator[str]:
    """Yield the blocks of a Markdown text that blank lines separate; fenced code stays whole."""
    held: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        held.append(block)
        if "\n\n".join(held).count("```") % 2 == 0:
            yield "\n\n".join(held)
            held = []
    if held:
        yield "\n\n".join(held)


def covered(key: str, content: str) -> str:
    """Return content that stays covered until the question of this key is answered."""
    return (
        f'<div class="cover" data-key="{key}" markdown>\n<div class="inside" markdown>\n\n'
        f"{content}\n\n</div>\n</div>"
    )


class Questions:
    """The predictions of a page, and the one that is still to be resolved."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.open = ""  # the key of the question that the next paragraph resolves
        self.last = ""  # the key of the last question, resolved or not
        self.shown = False  # whether code after the open question has given something

    def asked(self, block: str, choices: str) -> str:
        """Return a question with what it is answered by; what follows stays covered."""
        found = ASKS.match(block)
        assert found
        kind = KINDS[found["kind"]]
        if (kind == "choice") != bool(choices):
            raise PageError(f"{self.page}: choices follow *Predict:*, and no other form: {block}")
        digest = hashlib.sha256(" ".join(block.split()).encode()).hexdigest()[:8]
        self.open = f"{self.page}-{digest}"
        self.shown, self.last = False, self.open
        question = block[found.end() :]
        if question.split()[0].isalpha():  # not the name of something in code
            question = question[:1].upper() + question[1:]
        return (
            f'<div class="predict" data-key="{self.open}" data-kind="{kind}" markdown>\n\n'
            f"Predict\n{{ .kind }}\n\n{question}\n{{ #{self.open}-asks }}\n\n"
            f"{choices}\n\n</div>"
        )

    def resolved_by_output(self, outputs: str) -> str:
        """Return what code gave, covered; the paragraph after it still resolves the question."""
        self.shown = True
        return covered(self.open, outputs)

    def resolved(self, block: str) -> str:
        """Return a block as it follows the open question: covered, up to its first paragraph."""
        if not self.open:
            return block
        if block.startswith("#") and self.shown:
            self.open = ""  # what the code gave resolves it
            return block
        if block.startswith("#"):
            raise PageError(f"{self.page}: a prediction is not resolved before {block!r}")
        key = self.open
        if not block.startswith(("<figure", "```", "|")):
            self.open = ""
        return covered(key, block)


def render(text: str, figures: Figures, questions: Questions) -> Iterator[str]:
    """Yield the blocks of a page's prose, figures, predictions and questions made ready."""
    waiting = list(blocks(text))
    while waiting:
        block = waiting.pop(0)
        if ASKS.match(block):
            question, _, choices = block.partition("\n- ")
            choices = f"- {choices}" if choices else ""
            if not choices and waiting and waiting[0].startswith("- "):
                choices = waiting.pop(0)
            yield questions.asked(question.strip(), choices)
        elif block.startswith(QUESTION):
            answer = waiting.pop(0) if waiting else ""
            if not answer.startswith(ANSWER):
                raise PageError(f"a question without its answer: {block}")
            yield _question(block.removeprefix(QUESTION), answer.removeprefix(ANSWER))
        elif found := DRAWN.fullmatch(block):
            yield questions.resolved(figures.drawn(found["name"], found["caption"]))
        else:
            yield questions.resolved(block)


def _question(question: str, answer: str) -> str:
    """Return a question of a chapter's end whose answer is opened by the reader."""
    asked = " ".join(question.split()).replace('"', "&quot;")
    # Within a fold the answer is indented, as code is, and formulas in code stay as they are.
    return folded("question", asked, mathml(answer))
