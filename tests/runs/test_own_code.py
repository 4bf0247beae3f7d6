"""`resnet50 train --mine`: the reader's code is judged, copied into the run, and trained, tested
and shown from it.
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from helpers import ANSWERS, ROOT, refused
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torchvision.models import resnet50

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.runs import export
from tutorial_code.runs.checkpoint import load_checkpoint, save_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.own_code import answer_cells, selection
from tutorial_code.runs.own_code.components import CHAPTERS
from tutorial_code.runs.own_code.own_files import components_of
from tutorial_code.runs.own_code.own_network import blocks_not_found
from tutorial_code.runs.trained_run import TrainedRun, load_run
from tutorial_code.runs.training_setup import build, make_network
from tutorial_code.shared.errors import ReaderError

BLOCKS = sorted((ANSWERS / "bottleneck" / "right").glob("*.py"))
NETWORKS = sorted((ANSWERS / "resnet50" / "right").glob("*.py"))
CPU = torch.device("cpu")
FILES = {
    "bottleneck": "ch03_bottleneck.py",
    "resnet50": "ch04_resnet50.py",
    "training": "ch05_training.py",
    "testing": "ch06_testing.py",
}


def write(folder, **answers):
    """Write answers into a folder: each a path below tests/answers, or a source."""
    folder.mkdir(parents=True, exist_ok=True)
    for exercise, answer in answers.items():
        path = ANSWERS / exercise / answer
        text = path.read_text(encoding="utf-8") if answer.endswith(".py") else answer
        (folder / FILES[exercise]).write_text(text, encoding="utf-8")


UNUSUAL = {  # no layer has the tutorial's name; the loops print
    "bottleneck": "right/07_moduledict.py",
    "resnet50": "right/05_one_big_sequential.py",
    "training": "right/18_progress_prints.py",
    "testing": "right/11_softmax_for_prediction.py",
}


@pytest.fixture
def exercises(tmp_path):
    """Write into exercises/ of the current folder."""
    return lambda **answers: write(tmp_path / "exercises", **answers)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, images_folder, run_command):
    """A finished run of two epochs with nothing but the reader's code, and what it printed; not to
    be changed.
    """
    import contextlib
    import io
    import os

    folder = tmp_path_factory.mktemp("mine")
    write(folder / "exercises", **UNUSUAL)
    before, printed = Path.cwd(), io.StringIO()
    os.chdir(folder)
    try:
        options = [
            "--batch-size",
            "8",
            "--device",
            "cpu",
            "--precision",
            "fp32",
            "--epochs",
            "2",
            "--out",
            "run",
        ]
        with contextlib.redirect_stdout(printed):
            assert (
                run_command("train", "--mine", "--data", f"folder:{images_folder}", *options) == 0
            )
    finally:
        os.chdir(before)
    shutil.rmtree(folder / "exercises")  # from now on the run has nothing but its copies
    return folder / "run", printed.getvalue()


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the finished run."""
    return Path(shutil.copytree(trained[0], tmp_path / "run"))


def test_it_says_whose_everything_is_and_trains_it(trained):
    run, out = trained
    assert (
        "yours      Bottleneck, ResNet50, make_criterion, make_optimizer, train_one_epoch, "
        "evaluate\n" in out
    )
    assert "chapter's" not in out
    # the reader's own loops
    assert out.count("epoch took") == 2 and out.count("Test set: Average loss") == 2
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    assert config["mine"] == [
        "Bottleneck",
        "ResNet50",
        "make_criterion",
        "make_optimizer",
        "train_one_epoch",
        "evaluate",
    ]
    for exercise, answer in UNUSUAL.items():
        copy = run / "answers" / FILES[exercise]
        assert copy.read_text(encoding="utf-8") == (ANSWERS / exercise / answer).read_text(
            encoding="utf-8"
        )
    weights = load_checkpoint(run / "checkpoint.pt")["model"]
    assert "net.4.layers.squeeze.weight" in weights  # the reader's block in the reader's network


def test_blocks_start_as_their_shortcuts(exercises, command, small, tmp_path):
    exercises(**UNUSUAL)
    command(*small, "--mine", "--out", "run", "--quiet", "--time-limit", "0.00001")
    scales = [
        value
        for name, value in first_weights(tmp_path / "run").items()
        if name.endswith("widen_bn.weight")
    ]
    assert len(scales) == 16
    assert all((scale.abs() < 0.2).all() for scale in scales)  # after the first step


def first_weights(run):
    return load_checkpoint(run / "checkpoint.pt")["model"]


def test_a_run_is_tested_from_its_copies(trained, command):
    run, _ = trained
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    code, out, _ = command("test", run)
    assert code == 0
    assert (
        f"test loss {summary['test_loss']:.4f}   test accuracy {summary['test_accuracy']:.2f}%"
        in out
    )
    assert "Test set: Average loss" in out


def test_a_run_predicts_and_compares(trained, finished, images_folder, command):
    run, _ = trained
    code, out, _ = command("predict", run, images_folder / "test" / "one" / "0.png")
    assert code == 0 and "zero" in out and "one" in out
    code, out, _ = command("compare", run, finished, "-o", "both.svg")
    assert code == 0 and out.count("basic, mine") == 1


def test_exercises_are_never_run_again(run, command, tmp_path):
    write(
        tmp_path / "exercises",
        bottleneck="raise SystemExit",
        resnet50="raise SystemExit",
        testing="1 / 0",
    )
    (tmp_path / "ch03_bottleneck.py").write_text("raise SystemExit", encoding="utf-8")
    assert command("test", run)[0] == 0


@pytest.mark.parametrize("kind", ["html", "md", "ipynb"])
def test_a_report_shows_the_files_and_says_whose_they_are(kind, trained, command):
    assert command("report", trained[0], "--to", kind, "-o", f"report.{kind}")[0] == 0
    text = Path(f"report.{kind}").read_text(encoding="utf-8")
    assert "Written by the reader: Bottleneck, ResNet50, make_criterion" in text
    assert "squeeze_bn" in text and "class Bottleneck(nn.Module):" in text and "epoch took" in text
    if kind == "html":
        assert text.count("<details><summary>ch0") == 4
        assert "print(f&quot;epoch took" in text
        assert "<td>Bottleneck, ResNet50, make_criterion" in text


def test_a_report_of_the_tutorials_network_says_nothing_of_it(finished):
    text = (finished / "report.html").read_text(encoding="utf-8")
    assert "Written by" not in text and "<details>" not in text and "<td>mine</td>" not in text


def run_notebook(path, capsys):
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    names, printed = {}, []
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        exec(cell.source, names)
        printed.append(capsys.readouterr().out)
    # of the reader's block
    assert any("layers.squeeze.weight" in name for name in names["model"].state_dict())
    return printed


def result_of(run):
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return f"test loss {summary['test_loss']:.4f}, accuracy {summary['test_accuracy']:.2f}%\n"


def test_the_code_in_the_notebook_is_the_code_of_the_run(trained, command, capsys):
    assert command("report", trained[0], "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    printed = run_notebook("r.ipynb", capsys)
    assert any(result_of(trained[0]) in text for text in printed)
    assert sum("epoch took" in text for text in printed)


@pytest.mark.filterwarnings("ignore")
def test_exports(trained, command, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    from safetensors.torch import load_file

    run, _ = trained
    for kind in ("safetensors", "onnx"):
        assert command("export", run, "--to", kind, "-o", f"weights.{kind}")[0] == 0
    network = load_run(run).network.eval()
    images = torch.randn(3, 3, 32, 32)
    tutorials = ResNet50(num_classes=2)
    tutorials.load_state_dict(load_file("weights.safetensors"))
    assert torch.allclose(tutorials.eval()(images), network(images), atol=1e-5)
    logits = onnxruntime.InferenceSession("weights.onnx").run(
        ["logits"], {"images": images.numpy()}
    )[0]
    assert torch.allclose(torch.from_numpy(logits), network(images), atol=1e-3)
    assert command("export", run, "--to", "torchvision", "-o", "weights.pth")[0] == 0
    theirs = resnet50(num_classes=2)
    theirs.load_state_dict(torch.load("weights.pth"))
    assert torch.allclose(theirs.eval()(images), network(images), atol=1e-5)


def a_run_of(network):
    """What `load_run` returns, of a network of the reader's."""
    checkpoint = {"classes": ["a", "b"], "mean": [0.0] * 3, "std": [1.0] * 3}
    pieces = CHAPTERS._replace(mine=("ResNet50",))
    return TrainedRun(network, network, checkpoint, Config(), CPU, pieces)


def test_weights_of_a_network_that_is_none_of_the_tutorials_keep_their_names(tmp_path):
    """And a layer with two names is written twice."""
    from safetensors.torch import load_file

    network = nn.Sequential(nn.Flatten(), nn.Linear(3072, 2))
    network.head = network[1]
    notice = export._safetensors(a_run_of(network), tmp_path / "weights.safetensors")
    assert notice == export.OWN_NAMES
    assert set(load_file(tmp_path / "weights.safetensors")) == {
        "1.weight",
        "1.bias",
        "head.weight",
        "head.bias",
    }


@pytest.mark.filterwarnings("ignore")
def test_a_network_that_cannot_be_exported_to_onnx_is_said(tmp_path):
    pytest.importorskip("onnxscript")

    class Branching(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ReaderError, match="cannot export your network to ONNX"):
        export._onnx(a_run_of(Branching()), tmp_path / "weights.onnx")


@pytest.mark.parametrize(
    ("block", "change"),
    [
        ("05_functional_conv_parameters.py", ("", "")),
        ("29_einsum.py", ("", "")),
        ("20_own_batchnorm_function.py", ("", "")),
        ("01_torchvision_style.py", ("return self.relu(", "return 1.00001 * self.relu(")),
    ],
)
def test_own_weights_get_torchvisions_names_if_the_same_is_computed_with_them(
    block, change, tmp_path
):
    write(tmp_path / "answers", bottleneck=f"right/{block}", resnet50="right/04_modulelist_flat.py")
    own = tmp_path / "answers" / FILES["bottleneck"]
    source = own.read_text(encoding="utf-8")
    assert change[0] in source
    own.write_text(source.replace(*change), encoding="utf-8")
    network = components_of(tmp_path, ["Bottleneck", "ResNet50"]).ResNet50(num_classes=3)
    images = torch.randn(4, 3, 32, 32)
    network(images)  # moves the statistics
    run = a_run_of(network)
    run.checkpoint["classes"] = ["a", "b", "c"]
    path = tmp_path / "weights.pth"
    if change != ("", ""):
        with pytest.raises(ReaderError, match="safetensors or onnx"):
            export._torchvision(run, path)
        assert not path.exists()
        return
    export._torchvision(run, path)
    theirs = resnet50(num_classes=3)
    theirs.load_state_dict(torch.load(path))
    assert torch.allclose(theirs.eval()(images), network.eval()(images), atol=1e-5)


def test_what_does_not_pass_is_said_and_not_trained_with(exercises, command, small, tmp_path):
    exercises(
        bottleneck="right/07_moduledict.py",
        training="right/20_two_param_groups.py",
        testing="wrong/04_fraction.py",
    )
    code, out, _ = command(*small, "--mine", "--epochs", "1", "--out", "run")
    assert code == 0
    assert "\nresnet50   not started\n" in out
    assert "\ntesting    not trained with. The accuracy is a fraction" in out
    assert "uv run resnet50 check testing\n" in out
    assert "\nyours      Bottleneck, make_criterion, make_optimizer, train_one_epoch\n" in out
    assert "\nchapter's  ResNet50, evaluate\n" in out
    state = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    # the chapter's network of the reader's blocks
    assert "conv2_x.0.layers.squeeze.weight" in state["model"]
    assert len(state["optimizer"]["param_groups"]) == 2
    assert state["history"][0][3] > 1  # percent
    assert {path.name for path in (tmp_path / "run" / "answers").iterdir()} == {
        "ch03_bottleneck.py",
        "ch05_training.py",
    }
    assert command("report", "run", "--to", "ipynb")[0] == 0


def test_the_notebook_of_a_mixed_run_runs_too(exercises, command, small, tmp_path, capsys):
    training = (ANSWERS / "training" / "right" / "18_progress_prints.py").read_text(
        encoding="utf-8"
    )
    broken = training.replace("return nn.CrossEntropyLoss()", "return nn.MSELoss()")
    assert broken != training
    testing = (
        (ANSWERS / "testing" / "right" / "10_numpy.py")
        .read_text(encoding="utf-8")
        .replace("float(", "(")
    )
    exercises(
        bottleneck="right/07_moduledict.py",
        resnet50="right/04_modulelist_flat.py",
        training=broken,
        testing=testing,  # it returns NumPy's numbers, which a checkpoint cannot hold
    )
    code, out, _ = command(*small, "--mine", "--epochs", "1", "--out", "run")
    assert code == 0
    assert "yours      Bottleneck, ResNet50, make_optimizer, train_one_epoch, evaluate\n" in out
    assert "chapter's  make_criterion\n" in out
    assert command("test", "run")[0] == 0
    assert "training   not trained with." in out
    assert command("report", "run", "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    assert any(result_of(tmp_path / "run") in text for text in run_notebook("r.ipynb", capsys))


def test_nothing_passes(exercises, command, small, tmp_path):
    refused(
        command(*small, "--mine"), "Nothing in exercises passes its check yet", "resnet50 check"
    )
    exercises(testing="wrong/04_fraction.py")
    refused(command(*small, "--mine"), "Nothing in exercises passes its check yet")
    assert {path.name for path in tmp_path.iterdir()} == {"exercises"}


def test_the_network_is_judged_with_the_readers_own_block(exercises, command, small):
    """The first network asks its blocks for bn3, which the reader's block does not have."""
    exercises(bottleneck="right/07_moduledict.py", resnet50="right/11_zero_init.py")
    code, out, _ = command(*small, "--mine", "--epochs", "1", "--out", "run")
    assert code == 0 and "resnet50   not trained with." in out and "chapter's  ResNet50, " in out
    exercises(bottleneck="right/01_torchvision_style.py")
    code, out, _ = command(*small, "--mine", "--epochs", "1", "--out", "other")
    assert code == 0 and "yours      Bottleneck, ResNet50\n" in out


def network_that_imports(place):
    """Return a network that takes its block from an earlier answer and its widths from a file
    beside it.
    """
    source = (ANSWERS / "resnet50" / "right" / "04_modulelist_flat.py").read_text(encoding="utf-8")
    imports = (
        f"from {place}ch03_bottleneck import Bottleneck as Block\nfrom {place}widths import WIDTHS"
    )
    source = source.replace("from tutorial_code.ch03_bottleneck import Bottleneck", imports)
    return source.replace("Bottleneck(", "Block(").replace("(64, 128, 256, 512)", "WIDTHS")


WIDTHS = "WIDTHS = (64, 128, 256, 512)\n"


def test_an_answer_may_import_earlier_answers_and_other_files(
    exercises, command, small, tmp_path, capsys, monkeypatch
):
    monkeypatch.syspath_prepend(ROOT / "exercises")  # as where pytest has collected them, too
    exercises(bottleneck="right/07_moduledict.py", resnet50=network_that_imports(""))
    (tmp_path / "exercises" / "widths.py").write_text(WIDTHS, encoding="utf-8")
    assert command(*small, "--mine", "--epochs", "1", "--out", "run", "--quiet")[0] == 0
    assert (
        "blocks.0.layers.squeeze.weight"
        in load_checkpoint(tmp_path / "run" / "checkpoint.pt")["model"]
    )
    shutil.rmtree(tmp_path / "exercises")
    assert command("test", "run")[0] == 0
    assert command("report", "run", "--to", "ipynb", "-o", "r.ipynb")[0] == 0
    shutil.rmtree(tmp_path / "run" / "answers")  # the notebook needs no file of the run
    for name in ("ch03_bottleneck", "widths"):
        del sys.modules[name]
    assert any(result_of(tmp_path / "run") in text for text in run_notebook("r.ipynb", capsys))


def test_a_cell_imports_nothing_that_an_earlier_cell_defines():
    source = """import torch
from tutorial_code.ch03_bottleneck import (
    Bottleneck,
)
from tutorial_code.ch05_training import make_optimizer, train_one_epoch as train
from tutorial_code.ch01_images import load_dataset
from exercises.ch03_bottleneck import Bottleneck as Block
from widths import *

def f():
    from ch03_bottleneck import Bottleneck
    return Bottleneck
"""
    answers = {
        "ch06_testing.py": source,
        "ch03_bottleneck.py": "",
        "widths.py": "from ch03_bottleneck import x\nx = 1",
    }
    assert (
        answer_cells.as_cell("ch06_testing.py", answers, ["Bottleneck", "train_one_epoch"])
        == """import torch
from tutorial_code.ch05_training import make_optimizer
train = train_one_epoch
from tutorial_code.ch01_images import load_dataset
Block = Bottleneck

def f():
    pass
    return Bottleneck"""
    )
    assert answer_cells.helpers(answers) == ["x = 1"]


def test_copies_import_each_other_by_the_folders_name_too(tmp_path):
    """In the project's own folder ``exercises`` is a package, and another run's copies have the
    same names.
    """
    for name, block in (("one", "07_moduledict"), ("other", "04_ordereddict")):
        folder = tmp_path / name / "answers"
        write(folder, bottleneck=f"right/{block}.py", resnet50=network_that_imports("exercises."))
        (folder / "widths.py").write_text(WIDTHS, encoding="utf-8")
    for name, squeezes in (("one", True), ("other", False), ("one", True)):
        network = components_of(tmp_path / name, ["ResNet50"]).ResNet50([1, 1, 1, 1])
        assert ("blocks.0.layers.squeeze.weight" in network.state_dict()) == squeezes


def test_files_that_are_imported_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "exercises", bottleneck="import deeper, torch", testing="x = 1")
    (tmp_path / "exercises" / "deeper.py").write_text("from beside import x", encoding="utf-8")
    (tmp_path / "beside.py").write_text("x = 1", encoding="utf-8")
    for line in (
        "from exercises.ch03_bottleneck import B",
        "from exercises import ch03_bottleneck as c",
    ):
        found = selection.imported_files({"ch04_resnet50.py": f"def f():\n    {line}"})
        assert set(found) == {"ch03_bottleneck.py", "deeper.py", "beside.py"}


def test_resumed_from_the_copies_it_is_the_same_run(exercises, command, small, tmp_path):
    exercises(**UNUSUAL)
    arguments = [*small, "--mine", "--epochs", "2", "--quiet"]
    assert command(*arguments, "--out", "whole")[0] == 0
    assert command(*arguments, "--out", "run", "--time-limit", "0.00001")[0] == 0
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["progress"]["loader"]["batch"] == 1
    exercises(bottleneck="1 / 0", resnet50="1 / 0", training="1 / 0", testing="1 / 0")
    assert command("train", "--resume", "--mine", "--out", "run", "--quiet")[0] == 0
    whole, pieces = (
        load_checkpoint(tmp_path / name / "checkpoint.pt") for name in ("whole", "run")
    )
    assert all(torch.equal(value, pieces["model"][name]) for name, value in whole["model"].items())
    assert [row[:4] for row in whole["history"]] == [row[:4] for row in pieces["history"]]


def test_a_run_that_is_older_than_mine_opens(finished, command, tmp_path):
    run = Path(shutil.copytree(finished, tmp_path / "run"))
    state = load_checkpoint(run / "checkpoint.pt")
    del state["config"]["mine"]
    save_checkpoint(run / "checkpoint.pt", state)
    (run / "config.json").write_text(json.dumps(state["config"]), encoding="utf-8")
    assert command("test", run)[0] == 0
    for kind in ("html", "md", "ipynb"):
        assert command("report", run, "--to", kind, "-o", f"report.{kind}")[0] == 0
    assert command("compare", run, finished)[0] == 0
    assert command("train", "--resume", "--out", run, "--quiet")[0] == 0


def test_a_run_without_mine_is_not_resumed_with_it(finished, command, tmp_path):
    run = Path(shutil.copytree(finished, tmp_path / "run"))
    refused(command("train", "--resume", "--mine", "--out", run), "without --mine")


def test_a_copy_that_is_missing_or_broken(run, command):
    path = run / "answers" / "ch03_bottleneck.py"
    for text, words in (
        ("1 / 0", "ZeroDivisionError"),
        ("def", "not Python"),
        ("x = 1", "defines no Bottleneck"),
    ):
        path.write_text(text, encoding="utf-8")
        for arguments in (["test", run], ["train", "--resume", "--out", run]):
            refused(command(*arguments), str(path), words)
    path.unlink()
    refused(command("test", run), f"{path} is missing")
    assert (run / "checkpoint.pt").exists()


def test_a_file_that_changes_while_it_is_judged(exercises, tmp_path, monkeypatch):
    exercises(testing="right/01_no_grad_context.py")
    monkeypatch.chdir(tmp_path)
    real = selection.judge_files

    def judge_and_edit(files, jobs, own):
        files = list(files)
        yield from real(files, jobs, own=own)
        files[0][0].write_text("edited", encoding="utf-8")

    monkeypatch.setattr(selection, "judge_files", judge_and_edit)
    with pytest.raises(ReaderError, match="was changed while it was being judged"):
        selection.choose("resnet50")


def test_an_error_of_the_readers_code_is_a_sentence(exercises, command, small, tmp_path):
    testing = (ANSWERS / "testing" / "right" / "01_no_grad_context.py").read_text(encoding="utf-8")
    raises = testing.replace(
        "outputs = model(images)",
        "outputs = model(images if len(images[0, 0]) < 9 else images[:0])",
    )
    exercises(testing=raises)
    result = command(*small, "--mine", "--epochs", "1", "--out", "run", "--quiet")
    refused(
        result,
        "Your code stopped in line 14 of ch06_testing.py (ValueError: Expected input "
        "batch_size (0)",
    )
    exercises(testing=testing)
    assert command(*small, "--mine", "--epochs", "1", "--out", "other", "--quiet")[0] == 0
    (tmp_path / "other" / "answers" / "ch06_testing.py").write_text(raises, encoding="utf-8")
    refused(command("test", "other"), "Your code stopped in line")


# What follows builds trainings without the command, from copies.


@pytest.fixture
def data():
    images = torch.randint(1, 256, (12, 3, 32, 32), dtype=torch.uint8)
    labels = torch.arange(12) % 2
    return ImageData(
        images[:8], labels[:8], images[8:], labels[8:], ("a", "b"), max_shift=4, may_flip=True
    )


CONFIG = Config(device="cpu", precision="fp32", batch_size=4, epochs=1, ema=True)
HARDWARE = choose_hardware(CONFIG)


def build_with(options, data, pieces):
    config = replace(CONFIG, **options)
    return build(config, data, choose_hardware(config), pieces)


@pytest.mark.parametrize(
    "path", [*BLOCKS, *NETWORKS], ids=lambda path: f"{path.parent.parent.name}-{path.stem}"
)
def test_every_right_answer_trains_and_opens_again(path, data, tmp_path):
    exercise = path.parent.parent.name
    write(tmp_path / "answers", **{exercise: f"right/{path.name}"})
    pieces = components_of(tmp_path, ["Bottleneck" if exercise == "bottleneck" else "ResNet50"])
    assert pieces.ResNet50 is not CHAPTERS.ResNet50
    setup = build(CONFIG, data, HARDWARE, pieces)
    assert blocks_not_found(CONFIG, setup.network) == ""
    pieces.train_one_epoch(setup.model, setup.train_loader, setup.criterion, setup.optimizer, CPU)
    again = AveragedModel(make_network(CONFIG, HARDWARE, 2, pieces))
    again.load_state_dict(setup.ema.state_dict())
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(again.eval()(images), setup.ema.eval()(images))


def with_network(tmp_path, answer):
    write(tmp_path / "answers", resnet50=answer)
    return components_of(tmp_path, ["ResNet50"])


@pytest.mark.parametrize("answer", ["04_modulelist_flat", "14_relu_after_pool"])
def test_a_stem_that_cannot_be_replaced_is_said(answer, data, tmp_path):
    """The first has other names; the second has conv1, and pools without a layer."""
    pieces = with_network(tmp_path, f"right/{answer}.py")
    with pytest.raises(ReaderError, match="give --stem 7x7"):
        build_with({"stem": "3x3"}, data, pieces)


@pytest.mark.parametrize(("stem", "stride"), [("3x3", (1, 1)), ("3x3-stride2", (2, 2))])
def test_a_stem_with_the_tutorials_names_is_replaced(stem, stride, data, tmp_path):
    pieces = with_network(tmp_path, "right/06_subclass_sequential.py")
    network = build_with({"stem": stem}, data, pieces).network
    assert (network.conv1.kernel_size, network.conv1.stride) == ((3, 3), stride)
    assert isinstance(network.maxpool, nn.Identity)


def test_products_are_used_where_they_can_be(data, tmp_path):
    def blocks(answer):
        write(tmp_path / "answers", bottleneck=answer)
        return components_of(tmp_path, ["Bottleneck"])

    images = torch.randn(2, 3, 32, 32)
    plain, products = (
        build_with({"conv1x1_matmul": on}, data, blocks("right/07_moduledict.py")).network.eval()(
            images
        )
        for on in ("off", "on")
    )
    assert torch.allclose(plain, products, atol=1e-4) and not torch.equal(plain, products)
    with pytest.raises(ReaderError, match="--conv1x1-matmul"):
        build_with(
            {"conv1x1_matmul": "on"},
            data,
            blocks("right/05_functional_conv_parameters.py"),
        )
    own_class = (ANSWERS / "bottleneck" / "right" / "01_torchvision_style.py").read_text(
        encoding="utf-8"
    )
    own_class = own_class.replace("nn.Conv2d(", "Conv(").replace(
        "class B", "class Conv(nn.Conv2d):\n    pass\nclass B", 1
    )
    with pytest.raises(ReaderError, match="--conv1x1-matmul"):
        build_with({"conv1x1_matmul": "on"}, data, blocks(own_class))


def test_decay_of_weights_alone_needs_one_group(data, tmp_path):
    write(tmp_path / "answers", training="right/20_two_param_groups.py")
    pieces = components_of(tmp_path, ["make_optimizer"])
    with pytest.raises(ReaderError, match="add --decay-on all"):
        build_with({"decay_on": "weights"}, data, pieces)


def test_a_run_that_an_option_cannot_be_applied_to_leaves_nothing(
    exercises, command, small, tmp_path
):
    exercises(bottleneck="right/07_moduledict.py", resnet50="right/04_modulelist_flat.py")
    refused(command(*small, "--mine", "--stem", "3x3", "--out", "run", "--quiet"), "--stem 7x7")
    assert not (tmp_path / "run").exists()


def test_label_smoothing_is_not_the_readers(exercises, command, small, tmp_path):
    exercises(training="right/01_zero_grad_first.py")
    options = ["--label-smoothing", "0.1", "--epochs", "1", "--out", "run"]
    code, out, _ = command(*small, "--mine", *options)
    assert code == 0 and "your make_criterion is not used" in out
    assert "yours      make_optimizer, train_one_epoch\n" in out


def test_a_memory_format_that_a_network_cannot_take_is_said(data, tmp_path):
    source = (ANSWERS / "resnet50" / "right" / "04_modulelist_flat.py").read_text(encoding="utf-8")
    source = source.replace("self.conv(x)", "self.conv(x.view(-1).view(x.shape))")
    assert "x.view(-1)" in source
    with pytest.raises(ReaderError, match="--no-channels-last"):
        build(CONFIG, data, HARDWARE, with_network(tmp_path, source))
    build_with({"channels_last": False}, data, with_network(tmp_path, source))


def test_blocks_that_are_not_found_are_said():
    network = CHAPTERS.ResNet50([1, 1, 1, 1])
    assert (
        blocks_not_found(Config(), network)
        == "4 of 16 were found; the others do not start as their shortcuts"
    )
    assert blocks_not_found(Config(zero_init=False), network) == ""


def test_explain_shows_where_the_readers_own_network_looks(run, images_folder, command, tmp_path):
    image = images_folder / "test" / "one" / "0.png"
    code, out, err = command("explain", run, image, "-o", "seen")
    assert code == 0 and not err and out.startswith("Maps of 4×4 positions, from ")
    assert (tmp_path / "seen" / "0.png").exists()
