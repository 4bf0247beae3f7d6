"""What stops a training, and what has been saved then."""

from pathlib import Path

import pytest
import torch

from tutorial_code.runs.checkpoint import load_checkpoint, previous_checkpoint
from tutorial_code.runs.run_files import write_atomically


def same_run(one, other):
    one, other = (load_checkpoint(folder / "checkpoint.pt") for folder in (one, other))
    assert [row[:4] for row in one["history"]] == [row[:4] for row in other["history"]]
    return all(torch.equal(value, other["model"][name]) for name, value in one["model"].items())


def whole(folder, small, command):
    """Train two epochs without an end between."""
    assert command(*small, "--quiet", "--epochs", "2", "--out", folder)[0] == 0
    return folder


def test_a_time_limit_stops_at_a_batch_and_the_pieces_are_the_whole(
    small_network, small, command, tmp_path
):
    code, out, _ = command(
        *small, "--quiet", "--epochs", "2", "--out", "run", "--time-limit", "0.0001"
    )
    assert code == 0 and "resnet50 train --resume --output run" in out
    run = tmp_path / "run"
    assert load_checkpoint(run / "checkpoint.pt")["progress"]["loader"]["batch"] == 1
    assert not (run / "summary.json").exists()
    pieces = 1
    while not (run / "summary.json").exists():
        assert (
            command("train", "--resume", "--out", "run", "--quiet", "--time-limit", "0.0001")[0]
            == 0
        )
        pieces += 1
    assert pieces == 6  # after each of three batches, in two epochs
    assert same_run(run, whole(tmp_path / "whole", small, command))


def test_the_checkpoint_before_is_as_good_within_an_epoch(small_network, small, command, tmp_path):
    """It is missing when a kill comes between the two renamings of a save."""
    run = tmp_path / "run"
    for more in ([*small, "--quiet", "--epochs", "2"], ["train", "--resume", "--quiet"]):
        assert command(*more, "--out", "run", "--time-limit", "0.0001")[0] == 0
    (run / "checkpoint.pt").unlink()
    assert (
        load_checkpoint(previous_checkpoint(run / "checkpoint.pt"))["progress"]["loader"]["batch"]
        == 1
    )
    code, _, err = command("train", "--resume", "--out", "run", "--quiet", "--time-limit", "0.0001")
    assert code == 0 and "it holds epoch 0 and 1 batches of the next" in err
    (run / "checkpoint.pt").unlink()
    assert command("train", "--resume", "--out", "run", "--quiet")[0] == 0
    assert same_run(run, whole(tmp_path / "whole", small, command))


def test_killed_before_anything_was_written(small_network, small, command, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json.tmp").write_text("{")
    assert command(*small, "--quiet", "--epochs", "1", "--out", "run")[0] == 0


def test_an_unreadable_checkpoint_is_not_taken_for_a_damaged_one(finished, monkeypatch):
    def denied(self, *args):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(PermissionError):
        load_checkpoint(finished / "checkpoint.pt")


@pytest.mark.parametrize("call", [1, 5, 20], ids="at the {}th write".format)
def test_a_second_ctrl_c_while_it_saves_is_no_full_disk(call, tmp_path):
    """PyTorch hides it behind an error of its own."""
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"old")
    values = {str(number): torch.zeros(10_000) for number in range(20)}

    def save(file):
        calls = iter(range(1, 1_000))

        class Interrupted:
            def write(self, part):
                if next(calls) == call:
                    raise KeyboardInterrupt
                return file.write(part)

            def __getattr__(self, name):
                return getattr(file, name)

        torch.save(values, Interrupted())

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, save)
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.pt"]
    assert path.read_bytes() == b"old"
