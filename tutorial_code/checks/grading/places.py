"""Where the site teaches what a mistake gets wrong: addresses of sections and of mistakes."""

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import NamedTuple

from tutorial_code.checks.catalogue import Mistake, mistakes_of
from tutorial_code.checks.exercises import NAMES, Exercise

# Where `mkdocs serve` shows the site on the machine on which it runs.
LOCAL_SITE = "http://127.0.0.1:8000/"


class Place(NamedTuple):
    """A part of a page, with the words of a link to it."""

    words: str
    address: str


def places_of(exercise: Exercise, mistake_id: str, site: str) -> list[Place]:
    """Return the section that explains a mistake, and the mistake's entry on the page of all.

    Args:
        exercise: what was answered.
        mistake_id: of a diagnosis, which may join the ids of two mistakes.
        site: the address at which the site's pages are.
    """
    site = site.rstrip("/") + "/"
    known = catalogued(exercise, mistake_id)
    section = known[0].section if known else exercise.tasks[0].section
    page = f"{site}chapters/{exercise.chapter}.html#{anchor(section)}"
    places = [Place(f"chapter {exercise.number}, “{section.replace('`', '')}”", page)]
    for mistake in known:
        entry = f"{site}mistakes.html#{_entries()[mistake.answer, mistake.id]}"
        places.append(Place("its entry among the common mistakes", entry))
    return places


def catalogued(exercise: Exercise, mistake_id: str) -> list[Mistake]:
    """Return the mistakes of the catalogue that a diagnosis names; none if it describes another."""
    ids = mistake_id.split("-or-")
    all_of_it = [mistake for name in exercise.names for mistake in mistakes_of(name)]
    exact = [mistake for mistake in all_of_it if mistake.id == mistake_id]
    found = [mistake for mistake in all_of_it if mistake.id in ids]
    return exact[:1] or (found if {mistake.id for mistake in found} == set(ids) else [])


@cache
def _entries() -> dict[tuple[str, str], str]:
    """Return the anchor of each mistake on the page of all, by class or function and id.

    Headings that repeat are numbered there, in the order of the page.
    """
    entries: dict[tuple[str, str], str] = {}
    seen: Counter[str] = Counter()
    for name in NAMES:
        for mistake in mistakes_of(name):
            own = anchor(mistake.name)
            entries[name, mistake.id] = f"{own}_{seen[own]}" if seen[own] else own
            seen[own] += 1
    return entries


def anchor(heading: str) -> str:
    """Return the id that the site gives a heading, by the rule of Python-Markdown's toc.

    Source: https://python-markdown.github.io/extensions/toc/
    """
    text = unicodedata.normalize("NFKD", heading.rstrip(".")).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())
