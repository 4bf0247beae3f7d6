"""Lists of the existing chapters: in the navigation, on the home page and in the README.

``python docs/pipeline/tables_of_chapters.py`` rewrites the README's table.
"""

import re
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline import ROOT
from pipeline.execute import Execution
from tutorial_code.shared.chapters import Chapter, read_chapters

WORDS_A_MINUTE = 200
README = ROOT / "README.md"
IN_README = re.compile(r"(<!-- chapters -->\n).*?(<!-- end of chapters -->)", re.DOTALL)


def navigation() -> list[str]:
    """Return the pages of the chapters, as the navigation lists them."""
    return [f"chapters/{chapter.name}.md" for chapter in read_chapters()]


def home_page(executions: dict[Chapter, Execution]) -> str:
    """Return the path through the chapters: what each is about, and how long it takes."""
    rows = ["| chapter | read | runs in | you write |", "| --- | --- | --- | --- |"]
    for chapter, execution in executions.items():
        names = ", ".join(f"`{task.name}`" for task in chapter.tasks)
        link = f"[{chapter.title}](chapters/{chapter.name}.md)"
        minutes = max(1, round(chapter.words / WORDS_A_MINUTE))
        rows.append(f"| {link} | {minutes} min | {execution.seconds:.0f} s | {names} |")
    return "\n".join(rows)


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
