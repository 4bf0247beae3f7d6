"""Additions to the prose of a page: MathML for formulas, links to the glossary for terms."""

import re
from html import escape
from pathlib import Path

from math_core import LatexToMathML

_converter = LatexToMathML()
# Code, emphasized text, links and tags are left unchanged.
KEPT = re.compile(
    r"```.*?```|`(?:[^`\n]|\n(?!\n))+`|\*+[^*\n]+\*+"
    r"|\[[^\]]*\]\([^)]*\)|<[^>]+>|^#+ .*?$|^ {4}.*?$",
    re.DOTALL | re.MULTILINE,
)
# The choices of a prediction become buttons, in which no link may stand.
LINKLESS = re.compile(
    r"^\*Predict:\*(?:(?!\n\n).)*\n\n?- (?:(?!\n\n).)*|" + KEPT.pattern, KEPT.flags
)
COLORED = {
    "x": "x",
    "F(x)": "f",
    "y": "y",
}  # what flows through a block has its color in prose, too
MATHS = re.compile(r"\$\$(.+?)\$\$|\$((?:[^$\n]|\n(?!\n))+?)\$", re.DOTALL)


def outside_code(text: str, change, kept: re.Pattern = KEPT) -> str:
    """Apply a change to everything that is not code, a link, a tag or a heading."""
    parts, end = [], 0
    for match in kept.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def mathml(text: str) -> str:
    """Turn ``$…$`` and ``$$…$$`` into MathML."""

    def convert(match: re.Match) -> str:
        shown = match[1] is not None
        formula = (match[1] or match[2]).strip()
        made = _converter.convert_with_local_state(formula, displaystyle=shown)
        if shown:
            return made
        kind = COLORED.get(formula, "")
        # Within a tag of the text: Markdown takes a line that begins with <math> for a block.
        return f'<span class="formula {kind}">{made}</span>'

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
    this page. Where a term is introduced, in bold, the link is there.
    """
    for term, anchor in terms.items():
        word = rf"(?<![\w-]){re.escape(term)}s?(?![\w-])"

        def link(match: re.Match, anchor: str = anchor) -> str:
            return f"[{match[0]}](../glossary.md#{anchor}){{ .term }}"

        if anchor not in linked and re.search(rf"\*\*{word}\*\*", text, re.IGNORECASE):
            linked.add(anchor)
            text = re.sub(rf"\*\*{word}\*\*", link, text, count=1, flags=re.IGNORECASE)

        def link_first(part: str, word: str = word, anchor: str = anchor, link=link) -> str:
            if anchor in linked or not re.search(word, part, re.IGNORECASE):
                return part
            linked.add(anchor)
            return re.sub(word, link, part, count=1, flags=re.IGNORECASE)

        text = outside_code(text, link_first, LINKLESS)
    return text


def folded(kind: str, title: str, content: str) -> str:
    """Return content that the reader opens, under a title."""
    indented = "\n".join(f"    {line}".rstrip() for line in content.splitlines())
    return f'??? {kind} "{title}"\n\n{indented}'


WIDE = 4  # columns: a table with so many is arranged anew on a phone


def in_one(cell: str) -> str:
    """Return a cell of a wide table as one piece: on a phone the pieces of a cell stand side by
    side, and code and links in a sentence would be pieces. An empty cell stays empty.
    """
    return cell and f"<span>{cell}</span>"


def labeled(html: str) -> str:
    """Return a page in which each cell of a wide table knows the heading of its column."""

    def label(table: re.Match) -> str:
        heads = re.findall(r"<th[^>]*>(.*?)</th>", table[0].partition("</thead>")[0], re.DOTALL)
        if len(heads) < WIDE:
            return table[0]
        names = [escape(re.sub(r"<[^>]+>", "", head).strip(), quote=True) for head in heads]

        def number(row: re.Match) -> str:
            cells = iter(names)
            return re.sub(
                r"<(td|th)(?=[ >])",
                lambda cell: f'{cell[0]} data-label="{next(cells, "")}"',
                row[0],
            )

        head, mark, body = table[0].partition("</thead>")
        body = re.sub(r"<tr>.*?</tr>", number, body, flags=re.DOTALL)
        return head.replace("<table", "<table data-stacked", 1) + mark + body

    return re.sub(r"<table>.*?</table>", label, html, flags=re.DOTALL)


def searched(html: str) -> str:
    """Return a page of which the search index leaves out the code and what it printed: each page
    loads the index, and the names of all functions stand in the reference, too.
    """
    return html.replace('<div class="language-', '<div data-search-exclude class="language-')
