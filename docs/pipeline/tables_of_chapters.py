"""Lists of the existing chapters: in the navigation, on the home page and in the README.

``python docs/pipeline/tables_of_chapters.py`` rewrites the README's table.
"""

import re
import sys
from itertools import groupby
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline import ROOT
from pipeline.figures import DRAWN
from pipeline.prose import ASKS
from tutorial_code.checks.exercises import exercises_of
from tutorial_code.shared.chapters import Chapter, read_chapters

# What the times rest on; the home page says so.
WORDS_A_MINUTE = 150
LINES_OF_CODE_A_MINUTE = 15
README = ROOT / "README.md"
IN_README = re.compile(r"(<!-- chapters -->\n).*?(<!-- end of chapters -->)", re.DOTALL)


def navigation() -> list[dict[str, list[dict[str, str]]]]:
    """Return the pages of the chapters in their parts, as the navigation lists them."""
    return [
        {
            f"{part.numeral} · {part.title}": [
                {chapter.title.replace(".", "", 1): f"chapters/{chapter.name}.md"}
                for chapter in chapters
            ]
        }
        for part, chapters in groupby(read_chapters(), key=lambda chapter: chapter.part)
    ]


def predictions_of(chapter: Chapter) -> int:
    """Return how many predictions a chapter asks for."""
    return sum(
        len(re.findall(rf"^{ASKS.pattern}", cell.text, re.MULTILINE))
        for cell in chapter.cells
        if cell.prose
    )


def minutes_of(chapter: Chapter) -> tuple[int, int]:
    """Return how long a chapter takes: to read, with a minute for each figure and each prediction,
    and to write its exercises; an estimate, to five minutes.
    """
    code = "\n".join(cell.code for cell in chapter.cells if not cell.prose)
    figures = len(DRAWN.findall(chapter.text)) + code.count("plots.show(")
    reading = (
        chapter.words / WORDS_A_MINUTE
        + len(code.splitlines()) / LINES_OF_CODE_A_MINUTE
        + figures
        + predictions_of(chapter)
    )
    writing = sum(exercise.minutes for exercise in exercises_of(chapter))
    return max(5, 5 * round(reading / 5)), writing


def home_page() -> str:
    """Return the path through the chapters: the question of each, what one writes in it, how long
    it takes, and the place for the reader's mark.
    """
    made = []
    for part, chapters in groupby(read_chapters(), key=lambda chapter: chapter.part):
        rows = []
        for chapter in chapters:
            reading, writing = minutes_of(chapter)
            names = ", ".join(f"<code>{task.name}</code>" for task in chapter.tasks)
            you_write = f"<span>You write {names}.</span>" if names else ""
            rows.append(
                f'<li data-chapter="{chapter.name}" data-predictions="{predictions_of(chapter)}">'
                f'<a href="chapters/{chapter.name}.html">{chapter.title}</a>'
                f"<em>{chapter.question}</em>{you_write}"
                f'<span class="time">{reading + writing} min</span></li>'
            )
        title = f"Part {part.numeral}. {part.title}"
        made.append(f"### {title}\n\n<ol class='path'>\n" + "\n".join(rows) + "\n</ol>")
    return "\n\n".join(made)


def readme() -> str:
    """Return the README with the table of the existing chapters."""
    rows = ["| chapter | at its end you have |", "| --- | --- |"]
    for chapter in read_chapters():
        rows.append(f"| [{chapter.title}](tutorial_code/{chapter.name}.py) | {chapter.gives} |")
    table = "\n".join(rows)
    text = README.read_text(encoding="utf-8")
    return IN_README.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
