"""What the guide for teachers shows: time and knowledge, a week's plan, and what goes wrong."""

import re
from itertools import chain

from pipeline.markdown import in_one
from pipeline.seen_mistakes import seen_mistakes
from pipeline.tables_of_chapters import minutes_of
from tutorial_code.checks.catalogue import mistakes_of
from tutorial_code.checks.exercises import EXERCISES, exercises_of
from tutorial_code.runs import epoch_table
from tutorial_code.shared.chapters import Chapter, read_chapters

WEEK = {  # the numbers of the chapters of each day
    "Monday": (1, 2),
    "Tuesday": (3, 4),
    "Wednesday": (5, 6),
    "Thursday": (7, 8),
    "Friday": (10,),
}
GOES_WRONG = "## What goes wrong"
NAMED = re.compile(r"^- \*\*(.+?)[.,]?\*\*", re.MULTILINE | re.DOTALL)
SHOWN = 3  # mistakes of a chapter that are listed
UNMEASURED = {"count", "hang"}  # signs that need no recorded run


def needs() -> str:
    """Return what each chapter takes and presupposes, as a table."""
    rows = [["chapter", "read", "write", "exercises", "students need"]]
    for chapter in read_chapters():
        reading, writing = minutes_of(chapter)
        exercises = ", ".join(
            f"`{each.id}` {_minutes(each.minutes)}" for each in exercises_of(chapter)
        )
        needed = re.sub(r"\((ch\d\d_\w+)\.py\)", r"(chapters/\1.md)", chapter.needs)
        needed = needed[:1].upper() + needed[1:]
        times = _minutes(reading), _minutes(writing)
        rows.append([_link(chapter), *times, in_one(exercises), in_one(needed)])
    return epoch_table.markdown(rows)


def week() -> str:
    """Return a plan for five days, with the minutes of its chapters, as a table."""
    by_number = {chapter.number: chapter for chapter in read_chapters()}
    rows = [["day", "chapters", "read", "write"]]
    for day, numbers in WEEK.items():
        chapters = [by_number[number] for number in numbers]
        reading, writing = map(sum, zip(*map(minutes_of, chapters), strict=True))
        links = "; ".join(map(_link, chapters))
        rows.append([day, in_one(links), _minutes(reading), _minutes(writing)])
    return epoch_table.markdown(rows)


def mistakes() -> str:
    """Return how many mistakes the catalogue has of each exercise, and what was measured of them,
    as a table.
    """
    seen = seen_mistakes()
    rows = [["exercise", "known mistakes", "end in an error", "show nothing"]]
    for exercise in EXERCISES:
        known = [(name, each.id) for name in exercise.names for each in mistakes_of(name)]
        signs = [seen[key].signs for key in known]
        measured = not set(chain(*signs)) <= UNMEASURED
        figures = [
            str(sum(sign in each for each in signs)) if measured else "not measured"
            for sign in ("error", "nothing")
        ]
        link = f"[{len(known)}](mistakes.md#{exercise.names[0].lower()})"
        rows.append([f"`{exercise.id}`", link, *figures])
    return epoch_table.markdown(rows)


def named_mistakes() -> str:
    """Return the mistakes that the chapters describe at their ends, as a list."""
    lines = []
    for chapter in read_chapters():
        place = f"chapters/{chapter.name}.md#what-goes-wrong"
        names = [f"[{name}]({place})" for name in goes_wrong(chapter)[:SHOWN]]
        lines.append(f"- **{chapter.title}**: {'; '.join(names)}.")
    return "\n".join(lines)


def goes_wrong(chapter: Chapter) -> list[str]:
    """Return the mistakes that a chapter's section "What goes wrong" names, in its order."""
    prose = "\n".join(cell.text for cell in chapter.cells if cell.prose)
    section = prose.partition(f"{GOES_WRONG}\n")[2].partition("\n## ")[0]
    return [" ".join(name.split()) for name in NAMED.findall(section)]


def _link(chapter: Chapter) -> str:
    return f"[{chapter.title}](chapters/{chapter.name}.md)"


def _minutes(count: int) -> str:
    """Return a time that stays in one line, or nothing for no time."""
    return f"{count}&nbsp;min" if count else ""
