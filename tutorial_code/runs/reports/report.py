"""The report of a run: losses and accuracy by epoch, curves, confusions, misclassified images."""

import base64
import html
from collections.abc import Callable
from importlib.resources import files as package_files
from pathlib import Path
from string import Template

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch07_results import loss_figure, misclassified_figure
from tutorial_code.runs import epoch_table, run_files
from tutorial_code.runs.reports.report_notebook import notebook_text
from tutorial_code.runs.results import Results, read_results
from tutorial_code.runs.run_record import RunRecord
from tutorial_code.shared import plots
from tutorial_code.shared.colors import DARK, LIGHT, css_variables
from tutorial_code.shared.inline_svg import inline_svg


def write_report(
    record: RunRecord, folder: Path, data: ImageData, kind: str, path: Path | None = None
) -> None:
    """Write the report of a finished run as one file, made from what the run's folder holds.

    Args:
        record: the record of the run.
        folder: the folder of the run.
        data: the images that it was tested on.
        kind: ``html``, ``ipynb`` or ``md``.
        path: the file, if it is not ``report.html`` in the folder.

    Raises:
        ReaderError: a file of the run is missing or damaged, or the report cannot be written.
    """
    text = FORMATS[kind](record, _figures(record, read_results(folder, data)))
    run_files.write_text(path or folder / run_files.REPORT, text)


def _figures(record: RunRecord, results: Results) -> dict[str, str]:
    """Return the figures as SVG text, keyed by their captions, which say what they show."""
    summary = record.summary
    figures = {
        f"Training and {record.tested_on} loss by epoch": loss_figure(record.history),
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


def _html(record: RunRecord, figures: dict[str, str]) -> str:
    template = Template((package_files(__package__) / "report.html").read_text(encoding="utf-8"))
    drawn = "\n".join(
        f"<figure>{inline_svg(svg, f'{caption}.')}"
        f"<figcaption>{html.escape(caption)}.</figcaption></figure>"
        for caption, svg in figures.items()
    )
    return template.substitute(
        light=css_variables(LIGHT),
        dark=css_variables(DARK),
        title=html.escape(f"{record.config.title} on {record.config.data}"),
        tested_on=record.tested_on,
        test_accuracy=record.accuracy,
        test_loss=f"{record.summary['test_loss']:.4f}",
        train_loss=f"{record.summary['train_loss']:.4f}",
        epochs=_html_table(record.epoch_rows()),
        figures=drawn,
        code=_html_code(record),
        details=_html_table(record.detail_rows()),
    )


def _html_code(record: RunRecord) -> str:
    """Return who wrote which part, with the reader's files; nothing if all are the chapters'."""
    if not record.config.mine:
        return ""
    parts = ["<h2>Who wrote what</h2>", f"<p>{html.escape(record.whose())}</p>"]
    parts += [
        f"<details><summary>{html.escape(name)}</summary>"
        # it can be scrolled with the keyboard, too
        f'<pre tabindex="0"><code>{html.escape(source)}</code></pre></details>'
        for name, source in record.answers.items()
    ]
    return "\n".join(parts)


def _html_table(rows: list[epoch_table.Row]) -> str:
    return epoch_table.html([[html.escape(cell) for cell in row] for row in rows])


def _markdown(record: RunRecord, figures: dict[str, str]) -> str:
    parts = [
        f"# {record.config.title} on {record.config.data}",
        record.sentence(),
        epoch_table.markdown(record.epoch_rows()),
    ]
    parts += [f"![{caption}]({_data_uri(svg)})" for caption, svg in figures.items()]
    if record.config.mine:
        parts += ["## Who wrote what", record.whose()]
    for name, source in record.answers.items():
        fence = "~" * 4  # a docstring may hold backticks
        parts += [f"### {name}", f"{fence}python\n{source.rstrip()}\n{fence}"]
    return "\n\n".join(parts) + "\n"


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


FORMATS: dict[str, Callable[[RunRecord, dict[str, str]], str]] = {
    "html": _html,
    "ipynb": notebook_text,
    "md": _markdown,
}
