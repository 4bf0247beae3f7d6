"""The report of a run: training loss per epoch, test loss, accuracy, curves, confusions,
misclassified.
"""

import base64
import html
import json
from collections.abc import Callable
from importlib.resources import files as package_files
from pathlib import Path
from string import Template

from tutorial_code.ch07_results import Epoch, loss_figure, misclassified_figure
from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import write_atomically
from tutorial_code.runs.reports.report_notebook import notebook_text
from tutorial_code.runs.run_record import Recorded
from tutorial_code.runs.trained_run import Results
from tutorial_code.shared import plots
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.inline_svg import inline_svg


def read_recorded(folder: Path) -> Recorded:
    """Return what the run folder says of a run.

    Raises:
        ReaderError: the run has not finished, or a file is missing or damaged.
    """
    try:
        config, environment, summary = (
            json.loads((folder / name).read_text(encoding="utf-8"))
            for name in (run_files.CONFIG, run_files.ENVIRONMENT, run_files.SUMMARY)
        )
        lines = (folder / run_files.METRICS).read_text(encoding="utf-8").splitlines()
        history = [Epoch(**json.loads(line)) for line in lines]
        paths = sorted((folder / run_files.ANSWERS).glob("*.py")) if config.get("mine") else []
        answers = {path.name: path.read_text(encoding="utf-8") for path in paths}
    except FileNotFoundError as error:
        raise ReaderError(
            f"{folder} holds no finished run (no {Path(error.filename).name}): train first, or "
            "finish it with --resume."
        ) from error
    except (ValueError, TypeError) as error:
        raise ReaderError(
            f"A file of {folder} is damaged ({error}): train again in a new folder."
        ) from error
    return Recorded(config, environment, history, summary, answers)


def write_report(folder: Path, results: Results, kind: str, path: Path) -> None:
    """Write the report of a finished run as one file: ``html``, ``ipynb`` or ``md``."""
    recorded = read_recorded(folder)
    figures = _figures(recorded, results)
    text = FORMATS[kind](recorded, figures)
    write_atomically(path, lambda file: file.write(text.encode()))


def _figures(recorded: Recorded, results: Results) -> dict[str, str]:
    """Return the figures as SVG text by their captions, which say what there is to see."""
    summary = recorded.summary
    figures = {
        f"Training and {recorded.tested_on} loss by epoch": loss_figure(recorded.history),
        f"Confusion matrix: {summary['test_accuracy']:.2f}% lie on the diagonal": plots.confusion(
            results.confusions, results.classes
        ),
    }
    if results.misclassified:
        caption = "The misclassified images that the network is most sure of"
        figures[caption] = misclassified_figure(
            results.misclassified, results.images, results.classes
        )
    return {caption: plots.to_svg(figure) for caption, figure in figures.items()}


def _html(recorded: Recorded, figures: dict[str, str]) -> str:
    template = Template((package_files(__package__) / "report.html").read_text(encoding="utf-8"))
    drawn = "\n".join(
        f"<figure>{inline_svg(svg, f'{caption}.')}"
        f"<figcaption>{html.escape(caption)}.</figcaption></figure>"
        for caption, svg in figures.items()
    )
    return template.substitute(
        title=html.escape(f"ResNet-50 on {recorded.config['data']}"),
        tested_on=recorded.tested_on,
        test_accuracy=f"{recorded.summary['test_accuracy']:.2f}",
        test_loss=f"{recorded.summary['test_loss']:.4f}",
        train_loss=f"{recorded.summary['train_loss']:.4f}",
        epochs=_html_table(recorded.epoch_rows()),
        figures=drawn,
        code=_html_code(recorded),
        details=_html_table(recorded.detail_rows()),
    )


def _html_code(recorded: Recorded) -> str:
    """Return whose the parts are, with the reader's files folded away, or nothing where all are the
    chapters'.
    """
    if not recorded.config.get("mine"):
        return ""
    parts = ["<h2>Whose code</h2>", f"<p>{html.escape(recorded.whose())}</p>"]
    parts += [
        f"<details><summary>{html.escape(name)}</summary>"
        # it scrolls, with the keyboard too
        f'<pre tabindex="0"><code>{html.escape(source)}</code></pre></details>'
        for name, source in recorded.answers.items()
    ]
    return "\n".join(parts)


def _html_table(rows: list[tuple[str, ...]]) -> str:
    head, *body = ([html.escape(cell) for cell in row] for row in rows)
    lines = ["<tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _markdown(recorded: Recorded, figures: dict[str, str]) -> str:
    parts = [
        f"# ResNet-50 on {recorded.config['data']}",
        recorded.sentence(),
        recorded.markdown_table(),
    ]
    parts += [f"![{caption}]({_data_uri(svg)})" for caption, svg in figures.items()]
    if recorded.config.get("mine"):
        parts += ["## Whose code", recorded.whose()]
    for name, source in recorded.answers.items():
        fence = "~" * 4  # a docstring may hold backticks
        parts += [f"### {name}", f"{fence}python\n{source.rstrip()}\n{fence}"]
    return "\n\n".join(parts) + "\n"


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


FORMATS: dict[str, Callable[[Recorded, dict[str, str]], str]] = {
    "html": _html,
    "ipynb": notebook_text,
    "md": _markdown,
}
