"""An answer in several processes: what is seen of each, who waits for whom, and that none stays."""

import time

import psutil
import pytest
import torch
import torch.distributed as dist

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.diagnose import recognize
from tutorial_code.checks.diagnose.reference import reference_record, reference_seconds
from tutorial_code.checks.exercises import find_exercise, looks_of
from tutorial_code.checks.isolate import process_trees
from tutorial_code.checks.isolate.worker import judge_file
from tutorial_code.checks.observe import groups, scenarios_of
from tutorial_code.checks.observe.facts import same
from tutorial_code.checks.observe.groups import in_group

TWO = [{"number": number} for number in range(2)]


def call(answer, look, rank):
    return answer(look, rank)


def children():
    return {each.pid for each in psutil.Process().children(recursive=True)}


def add_up(look, rank):
    x = torch.tensor([1.0 + rank])
    dist.all_reduce(x)
    return [rank, look["number"], x.item()]


def one_waits(look, rank):
    if rank == look["number"]:
        dist.all_reduce(torch.zeros(1))
    return rank


def one_leaves(look, rank):
    if rank:
        raise SystemExit
    dist.barrier()


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "new Python"])
def test_every_process_reports_every_configuration(forks, monkeypatch):
    """A system that cannot fork gets a new Python for each."""
    monkeypatch.setattr(groups, "_can_fork", lambda: forks and groups.CAN_FORK)
    before = children()
    found = in_group(2, call, add_up, TWO)
    assert [[outcome.seen for outcome in look] for look in found] == [
        [[0, 0, 3.0], [1, 0, 3.0]],
        [[0, 1, 3.0], [1, 1, 3.0]],
    ]
    assert children() == before


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "new Python"])
def test_a_process_that_waits_for_ever_says_in_which_call(forks, monkeypatch):
    monkeypatch.setattr(groups, "_can_fork", lambda: forks and groups.CAN_FORK)
    before = children()
    (outcomes,) = in_group(2, call, one_waits, TWO)  # and nothing is looked at after it
    assert outcomes[0].seen is None and outcomes[0].waits == "all_reduce()"
    assert outcomes[1].seen == 1
    assert children() == before


def test_a_process_that_leaves_is_noticed(capfd):
    (outcomes,) = in_group(2, call, one_leaves, TWO)
    assert [outcome.seen for outcome in outcomes] == [None, None]  # the other one loses it
    assert "SystemExit" in capfd.readouterr().err


def test_who_computes_slowly_does_not_wait(monkeypatch):
    """However long it takes: only those that sleep are idle."""
    monkeypatch.setattr(groups, "IDLE_LIMIT", 0.3)
    monkeypatch.setattr(groups, "QUIET_LOOKS", 1)
    (outcomes,) = in_group(2, call, compute_and_add_up, TWO[:1])
    assert [outcome.seen for outcome in outcomes] == [[0, 0, 3.0], [1, 0, 3.0]]


def compute_and_add_up(look, rank):
    end = time.process_time() + 1.5 * rank
    while time.process_time() < end:
        pass
    return add_up(look, rank)


def test_a_thread_that_waits_for_a_processor_is_awake():
    own = psutil.Process().pid
    assert not process_trees.awake_threads(own) or groups.CAN_FORK  # this one runs
    assert process_trees.awake_threads(own) or not groups.CAN_FORK
    assert process_trees.awake_threads(2**22 + 1) == set()  # there is none


def test_the_computing_of_all_processes_counts():
    reference_record.cache_clear()
    reference_seconds.cache_clear()
    before = time.process_time()
    seconds = reference_seconds("SyncBatchNorm")
    assert seconds > time.process_time() - before


def test_new_pythons_see_what_forks_see(monkeypatch):
    """The first configuration is enough: each of them imports PyTorch."""
    monkeypatch.setattr(groups, "_can_fork", lambda: False)
    monkeypatch.setattr("tutorial_code.checks.observe.looks_of", lambda name: looks_of(name)[:1])
    name = "train_distributed"
    (scenario,) = scenarios_of(name, solution(name))
    assert same(scenario["facts"], reference_record(name)[0]["facts"])


def test_what_returns_nothing_is_compared_with_two_mistakes_alone(monkeypatch):
    """Each other one would be tried in several processes, for most of a minute together."""
    tried = set()
    monkeypatch.setattr(recognize, "_behaves_as", lambda mistake, _: tried.add(mistake.id))
    nothing = [
        {**scenario, "facts": {fact: "none" for fact in scenario["facts"]}}
        for scenario in reference_record("train_distributed")
    ]
    assert recognize.recognize("train_distributed", nothing) == []
    assert tried == {"no-return", "returned-by-rank-0-alone"}


HEAD = "import os, signal, torch\nimport torch.distributed as dist\nfrom torch import nn\n"
LAYER = """
class SyncBatchNorm(nn.BatchNorm2d):
    def forward(self, x):
        {}
        return super().forward(x)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("if dist.is_initialized() and dist.get_rank(): os._exit(0)", "has left Python"),
        ("if dist.is_initialized() and dist.get_rank(): os.kill(os.getpid(), 9)", "left Python"),
        ("if dist.is_initialized(): signal.pause()", "waits in forward()"),
        ("if not os.fork(): signal.pause()", ""),
        ("print('x' * 1_000_000)", ""),
        ("from tutorial_code.ch12_machines import SyncBatchNorm", "solution"),
        ("os.kill(os.getppid(), 9)", "ended before everything was seen"),
    ],
)
def test_a_hostile_layer_gets_a_verdict_and_leaves_nothing(code, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "answer.py"
    path.write_text(HEAD + LAYER.format(code), encoding="utf-8")
    verdict = judge_file(path, find_exercise("sync_batch_norm"))
    assert not verdict.passed
    assert words in verdict.mistake.name + verdict.mistake.explanation
    assert [each.name for each in tmp_path.iterdir()] == ["answer.py"]
