"""The report of a class as one HTML file: who did what, what went wrong and where it is taught."""

import html
from importlib.resources import files as package_files
from string import Template
from textwrap import dedent

from tutorial_code.checks.diagnose.verdict import NOT_YOUR_OWN
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.grading.common_mistakes import CommonMistake, common_mistakes
from tutorial_code.checks.grading.gradebook import NOT_HANDED_IN, Gradebook, state_of
from tutorial_code.checks.grading.groups_alike import Alike, groups_alike
from tutorial_code.checks.grading.places import LOCAL_SITE, places_of
from tutorial_code.shared.colors import DARK, LIGHT, css_variables

MARKS = {"right": "✓", "wrong": "✗", "unfinished": "·", "not started": "·", NOT_HANDED_IN: "–"}
SHORT = 12  # lines; so short an answer has few forms


def class_report(book: Gradebook, site: str | None) -> str:
    """Return the report as HTML, which asks nothing of any other place.

    Args:
        book: the class.
        site: the address of the site that links lead to; without one, that of ``mkdocs serve``.
    """
    template = Template(
        (package_files(__package__) / "class_report.html").read_text(encoding="utf-8")
    )
    mistakes = common_mistakes(book)
    number = {(m.exercise.id, m.id): place for place, m in enumerate(mistakes, start=1)}
    return template.substitute(
        light=css_variables(LIGHT),
        dark=css_variables(DARK),
        title=f"Class report: {html.escape(book.folder.resolve().name)}",
        summary=_summary(book),
        heads="".join(f'<th scope="col">{each.id}</th>' for each in book.exercises),
        rows="\n".join(_row(book, student, number) for student in book.students),
        counts="".join(_count(book, exercise) for exercise in book.exercises),
        mistakes="\n".join(
            [_mistake(mistake, place, site) for place, mistake in enumerate(mistakes, start=1)]
        )
        or "<p>No answer that was judged has a mistake.</p>",
        not_started=_not_done(book),
        refused=_refused(book),
        alike=_alike(groups_alike(book)),
        left_out=_left_out(book),
        links=_links(site),
    )


def _summary(book: Gradebook) -> str:
    judged = list(book.verdicts.values())
    right = sum(verdict.passed for verdict in judged)
    return (
        f"{_many(len(book.students), 'student')}, {_many(len(book.exercises), 'exercise')}: "
        f"{right} of {_many(len(judged), 'answer')} right."
    )


def _row(book: Gradebook, student: str, number: dict[tuple[str, str], int]) -> str:
    cells = []
    for exercise in book.exercises:
        verdict = book.verdicts.get((student, exercise.id))
        state = state_of(verdict)
        said = f"{MARKS[state]} {state}"
        kind = state if state in {"right", "wrong", "unfinished"} else "none"
        if verdict and verdict.mistake:
            if verdict.mistake.id == NOT_YOUR_OWN:
                said = '<a href="#refused">✗ refused</a>'
            elif place := number.get((exercise.id, verdict.mistake.id)):
                said += f', <a href="#mistake-{place}">mistake {place}</a>'
        cells.append(f'<td class="{kind}">{said}</td>')
    return f'<tr><th scope="row">{html.escape(student)}</th>{"".join(cells)}</tr>'


def _count(book: Gradebook, exercise: Exercise) -> str:
    right = sum(verdict.passed for (_, id), verdict in book.verdicts.items() if id == exercise.id)
    return f"<td>{right} of {len(book.students)}</td>"


def _mistake(mistake: CommonMistake, place: int, site: str | None) -> str:
    links = " and ".join(
        f'<a href="{html.escape(where.address)}">{html.escape(where.words)}</a>'
        for where in places_of(mistake.exercise, mistake.id, site or LOCAL_SITE)
    )
    example = ""
    if mistake.example:
        code = html.escape(dedent("\n".join(mistake.example)))
        example = (
            f"<p>Lines of one answer that the nearest right version does not have:</p>\n"
            f'<pre tabindex="0"><code>{code}</code></pre>'
        )
    return (
        f'<h3 id="mistake-{place}">{place}. {html.escape(mistake.name)}</h3>\n'
        f'<p class="soft">{mistake.exercise.id}, made by '
        f"{mistake.made_by} of {_many(mistake.of, 'answer')}</p>\n"
        f"<p>{html.escape(mistake.explanation)}</p>\n<p>Teach it again: {links}.</p>\n{example}"
    )


def _not_done(book: Gradebook) -> str:
    parts = []
    for exercise in book.exercises:
        for state in (NOT_HANDED_IN, "not started", "unfinished"):
            names = [
                student
                for student in book.students
                if state_of(book.verdicts.get((student, exercise.id))) == state
            ]
            if names:
                said = html.escape(", ".join(names))
                parts.append(f"<li>{exercise.id}, {state} ({len(names)}): {said}</li>")
    return f"<ul>{''.join(parts)}</ul>" if parts else "<p>Everybody has done everything.</p>"


def _refused(book: Gradebook) -> str:
    parts = [
        f"<li>{html.escape(student)}, {exercise.id}: {html.escape(verdict.mistake.name)}</li>"
        for student, exercise, verdict in book.rows()
        if verdict and verdict.mistake and verdict.mistake.id == NOT_YOUR_OWN
    ]
    said = f"<ul>{''.join(parts)}</ul>" if parts else "<p>None.</p>"
    return f'<div id="refused">{said}</div>'


def _alike(groups: list[Alike]) -> str:
    if not groups:
        return "<p>No two answers are.</p>"
    parts = [
        f"<li>{group.exercise.id}, {_many(group.lines, 'line')}{_why(group)}: "
        f"{html.escape(', '.join(group.students))}</li>"
        for group in groups
    ]
    return (
        "<p>The answers of these students have the same syntax tree once the names that they "
        "chose, comments, type hints and the form of the lines are left out. That does not show "
        "who wrote what: students who read one chapter and work together write alike, and the "
        "shorter an answer is, the fewer forms it can have. Ask before you conclude.</p>"
        f"<ul>{''.join(parts)}</ul>"
    )


def _why(group: Alike) -> str:
    if group.of_the_chapter:
        return ", which are the chapter's own, as it shows them"
    return ", so few that equal answers are likely" if group.lines <= SHORT else ""


def _left_out(book: Gradebook) -> str:
    if not book.left_out:
        return ""
    names = "".join(
        f"<li>{html.escape(path.relative_to(book.folder).as_posix())}</li>"
        for path in book.left_out
    )
    return (
        "<h2>Files that answer no exercise</h2>\n<p>They define nothing that an exercise asks for, "
        f"and their names have no exercise's id.</p><ul>{names}</ul>"
    )


def _links(site: str | None) -> str:
    if site:
        return "The links lead to the tutorial's site."
    return (
        "The links lead to the site as <code>uv run mkdocs serve</code> shows it on this machine; "
        "<code>--site ADDRESS</code> names another place."
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
