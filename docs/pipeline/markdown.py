"""Additions to the prose of a page: MathML for formulas, links to the glossary for terms."""

import re
from pathlib import Path

from math_core import LatexToMathML

_converter = LatexToMathML()
# Code, emphasised text, links and tags are left unchanged.
KEPT = re.compile(
    r"```.*?```|`[^`\n]+`|\*+[^*\n]+\*+|\[[^\]]*\]\([^)]*\)|<[^>]+>|^#+ .*?$|^ {4}.*?$",
    re.DOTALL | re.MULTILINE,
)
MATHS = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)


def outside_code(text: str, change) -> str:
    """Apply a change to everything that is not code, a link, a tag or a heading."""
    parts, end = [], 0
    for match in KEPT.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def mathml(text: str) -> str:
    """Turn ``$…$`` and ``$$…$$`` into MathML."""

    def convert(match: re.Match) -> str:
        shown = match[1] is not None
        return _converter.convert_with_local_state(
            (match[1] or match[2]).strip(), displaystyle=shown
        )

    return outside_code(text, lambda part: MATHS.sub(convert, part))


def read_terms(glossary: Path) -> dict[str, str]:
    """Return the terms of the glossary, longest first, each with its anchor.

    A heading of several words separated by commas names one thing.
    """
    terms = {}
    for heading in re.findall(
        r"^## (.+)$", glossary.read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        title, _, anchor = heading.partition(" {#")
        for term in title.split(", "):
            terms[term] = anchor.rstrip("}")
    return dict(sorted(terms.items(), key=lambda item: -len(item[0])))


def link_terms(text: str, terms: dict[str, str], linked: set[str]) -> str:
    """Link the first mention of each term; ``linked`` holds the anchors that have been linked on
    this page.
    """
    for term, anchor in terms.items():
        pattern = re.compile(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", re.IGNORECASE)

        def link(part: str, pattern=pattern, anchor=anchor) -> str:
            if anchor in linked or not (match := pattern.search(part)):
                return part
            linked.add(anchor)
            return (
                f"{part[: match.start()]}[{match[0]}](../glossary.md#{anchor}){part[match.end() :]}"
            )

        text = outside_code(text, link)
    return text
