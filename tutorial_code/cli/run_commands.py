"""The commands for finished runs, test to export. Heavy imports are made where they are needed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.overwriting import prepare_to_overwrite

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
Images = Annotated[
    list[Path], typer.Argument(metavar="IMAGE...", help="Image files of any size and mode.")
]
Invert = Annotated[
    bool,
    typer.Option(
        "--invert", help="Exchange light and dark first, for example in a black digit on white."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace an existing file; the old one is kept as .bak.")
]
OUTPUT = ("--output", "-o", "--out")  # the same meaning and spellings in every command


class Format(StrEnum):
    """The formats of a report."""

    html = "html"
    ipynb = "ipynb"
    md = "md"


class Weights(StrEnum):
    """The formats in which a network can be exported."""

    safetensors = "safetensors"
    onnx = "onnx"
    torchvision = "torchvision"


def test(run: RunFolder) -> None:
    """Test a run's checkpoint again on its test set."""
    from tutorial_code.runs.trained_run import test_run

    print(test_run(run))


def predict(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder of a run; none with --pretrained.")
    ],
    images: Annotated[
        list[Path] | None,
        typer.Argument(metavar="IMAGE...", help="Image files of any size and mode."),
    ] = None,
    invert: Invert = False,
    pretrained: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="In place of a run, torchvision's weights for ImageNet in the tutorial's network, "
            "such as resnet50; fetched once.",
            show_default="none",
        ),
    ] = None,
    answer: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="With --pretrained: a file of yours whose block or network is used; may be "
            "repeated.",
            show_default="none",
        ),
    ] = None,
) -> None:
    """Predict the classes of your own images, with probabilities."""
    import sys

    if pretrained:
        from tutorial_code.runs.pretrained import predict_imagenet

        paths = [run, *(images or [])]
        rows = predict_imagenet(pretrained, paths, answer or [], invert)
        for path, classes in zip(paths, rows, strict=True):
            _print_classes(path, classes)
        return
    if answer or not images:
        raise ReaderError(
            "--answer needs --pretrained MODEL: give that, too."
            if answer
            else "Images are missing: give a run and image files, or --pretrained MODEL and image "
            "files."
        )
    from tutorial_code.runs.prediction import predict_files

    for path, (classes, notice) in zip(images, predict_files(run, images, invert), strict=True):
        _print_classes(path, classes)
        if notice:
            print(notice, file=sys.stderr)


def _print_classes(path: Path, classes: list[tuple[str, float]]) -> None:
    print(f"{path}: " + ", ".join(f"{name} {probability:.1%}" for name, probability in classes))


def explain(
    run: RunFolder,
    images: Images,
    target: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="NAME",
            help="The class to explain.",
            show_default="the predicted one",
        ),
    ] = None,
    invert: Invert = False,
    output: Annotated[
        Path | None,
        typer.Option(*OUTPUT, help="The folder for the overlays.", show_default="RUN/explained"),
    ] = None,
    force: Force = False,
) -> None:
    """Show where the network looks in your own images: write Grad-CAM overlays."""
    import sys

    from tutorial_code.runs.explanation import explain_files

    folder = output or run / "explained"
    explained, layer = explain_files(run, images, folder, target, invert, force)
    print(f"Maps of {layer.rows}×{layer.columns} positions, from {layer.name}.")
    for path, each in zip(images, explained, strict=True):
        (name, probability), *_ = each.prediction.classes
        what = "what" if each.found else "nothing"
        print(f"{path}: {name} {probability:.1%}, {what} speaks for {each.target}: {each.path}")
        if each.prediction.notice:
            print(each.prediction.notice, file=sys.stderr)


def report(
    run: RunFolder,
    to: Annotated[Format, typer.Option(help="The format.")] = Format.html,
    output: Annotated[
        Path | None, typer.Option(*OUTPUT, help="The file.", show_default="RUN/report.*")
    ] = None,
    force: Force = False,
) -> None:
    """Write the report of a finished run again."""
    from tutorial_code.runs.chosen_images import load_data
    from tutorial_code.runs.reports.report import write_report
    from tutorial_code.runs.run_record import read_record

    record = read_record(run)
    path = output or run / f"report.{to.value}"
    if output or to is Format.ipynb:  # people work in a notebook, wherever it is
        prepare_to_overwrite(path, force)
    write_report(record, run, load_data(record.config), to.value, path)
    print(path)


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN...", help="The folders of finished runs.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            *OUTPUT, help="The SVG file for the curves.", show_default="comparison-RUN-RUN.svg"
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Compare runs in a table, and in one figure with all their curves."""
    from tutorial_code.runs.reports.compare import compare_runs, draw_runs, read_runs, require_svg

    output = output or Path(
        "-".join(["comparison", *(run.resolve().name for run in runs)]) + ".svg"
    )
    require_svg(output)
    records = read_runs(runs)
    print(compare_runs(records))
    prepare_to_overwrite(output, force)
    draw_runs(records, output)
    print(output)


def export(
    run: RunFolder,
    to: Annotated[Weights, typer.Option(help="The format.")] = Weights.safetensors,
    output: Annotated[
        Path | None, typer.Option(*OUTPUT, help="The file.", show_default="RUN/weights.*")
    ] = None,
    force: Force = False,
) -> None:
    """Write a run's weights for use elsewhere; the torchvision form loads into torchvision's own
    resnet50.
    """
    import sys

    from tutorial_code.runs.export import export_run

    if output:
        prepare_to_overwrite(output, force)
    exported = export_run(run, to.value, output)
    print(exported.path)
    if exported.notice:
        print(exported.notice, file=sys.stderr)
