"""Everything that is generated, by its place on the site.

As a script: ``python docs/pipeline/generate.py FOLDER``.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

import nbformat

from pipeline import (
    CACHE,
    ROOT,
    bank,
    chapter_notebooks,
    chapter_pages,
    pages,
    recorded_runs,
    tables_of_chapters,
    teaching,
    try_page,
)
from pipeline.execute import cached, execute, key_of, run_chapters
from pipeline.figures import figure_in, plot
from pipeline.markdown import read_terms
from pipeline.mistakes import page as mistakes_page
from tutorial_code.checks.exercise_notebook import exercise_notebook, set_up
from tutorial_code.runs import try_files
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.colors import DARK, LIGHT, css_variables

DOCS = ROOT / "docs"
SOLVED = "whole_exercise.ipynb"
RUNS = "runs.md"


def generate(repository: str) -> dict[str, str]:
    """Return the text of every generated page and file, by its place under ``docs/``."""
    set_up.cache_clear()  # ``mkdocs serve`` stays open while chapters change
    with ThreadPoolExecutor(1) as beside:  # this runs longest, so it begins first
        solved = beside.submit(_solved)
        executions = run_chapters(read_chapters())
    terms = read_terms(DOCS / "glossary.md")
    made = {}
    for chapter, execution in executions.items():
        name = chapter.name
        made[f"chapters/{name}.md"] = chapter_pages.page(chapter, execution, terms, repository)
        made[f"notebooks/{name}.ipynb"] = chapter_notebooks.notebook(chapter, None)
        made[f"notebooks/{name}_solved.ipynb"] = chapter_notebooks.notebook(chapter, execution)
        made[f"source/{name}.py"] = chapter.text
    made["notebooks/whole_exercise.ipynb"] = exercise_notebook(solved=False)
    made["notebooks/whole_exercise_solved.ipynb"] = json.dumps(solved.result(), indent=1)
    made["assets/colors.css"] = colors()
    for name, text in try_files.generated().items():
        made[f"try/{name}"] = text
    made["mistakes.md"] = mistakes_page()
    made[RUNS] = recorded_runs.runs()
    made["reference/command.md"] = pages.command()
    for name, parts in {
        "index.md": {
            "path": tables_of_chapters.home_page(),
            "results": pages.results(),
        },
        "bank.md": {"counts": bank.counts(), "results": bank.results()},
        "teaching.md": {
            "needs": teaching.needs(),
            "week": teaching.week(),
            "mistakes": teaching.mistakes(),
            "named": teaching.named_mistakes(),
        },
        "setup.md": {"get": pages.where_to_get(repository)},
        "reference/functions.md": {"chapters": pages.functions(executions)},
        "network.md": {
            "calculator": pages.calculator(),
        },
        "try.md": {"page": try_page.page()},
    }.items():
        text = (DOCS / name).read_text(encoding="utf-8")
        for part, content in parts.items():
            text = text.replace(f"<!-- generated: {part} -->", content)
        made[name] = text
    return made


def colors() -> str:
    """Return the colors of all figures and pages, in both schemes, as a style sheet."""
    return (
        f":root {{ {css_variables(LIGHT)} }}\n"
        f'[data-md-color-scheme="slate"] {{ {css_variables(DARK)} }}\n'
    )


def notebook_page() -> Path:
    """Write the solved notebook as mkdocs-jupyter shows it: with downloads, without its first
    cell's archive.
    """
    notebook = _solved()
    first, _, *rest = notebook["cells"]
    first["source"] += (
        "\n\nTo download: [the notebook to work in](notebooks/whole_exercise.ipynb), and"
        " [this one, solved](notebooks/whole_exercise_solved.ipynb)."
    )
    notebook["cells"] = [first, *rest]
    for output in (output for cell in rest for output in cell.get("outputs", [])):
        if found := figure_in(output):
            output["data"] = {"text/html": plot(found)}
    path = CACHE / "page" / SOLVED
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook, indent=1)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


def _solved() -> dict:
    """Return the whole exercise, solved and executed."""
    fresh = json.loads(exercise_notebook(solved=True))
    code = [cell["source"] for cell in fresh["cells"][2:] if cell["cell_type"] == "code"]

    def run() -> dict:
        notebook = nbformat.from_dict(fresh)
        execute("the whole exercise", notebook, str(ROOT))
        return notebook

    notebook = cached(f"whole_exercise-{key_of(code)}.json", run)
    notebook["cells"][1]["source"] = set_up()  # with the chapters' current prose
    return notebook


if __name__ == "__main__":
    for name, text in generate("").items():
        path = Path(sys.argv[1]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
