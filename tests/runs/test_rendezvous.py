"""What is said when the processes of a job do not find each other, or do not fit the machine."""

import socket

import pytest
import torch
import torch.distributed as dist

from tutorial_code.runs import rendezvous
from tutorial_code.runs.processes import ALONE, Job, join, refuse_unfit
from tutorial_code.shared.errors import ReaderError, is_lost_process
from tutorial_code.shared.job_errors import with_rank


@pytest.fixture
def in_a_job(monkeypatch):
    for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TORCHELASTIC_USE_AGENT_STORE", raising=False)
    monkeypatch.delenv("TORCHELASTIC_ERROR_FILE", raising=False)
    monkeypatch.setenv(rendezvous.LIMIT, "1")
    return monkeypatch


def test_without_torchrun_there_is_no_process_group():
    with join() as job:
        assert job is ALONE and not dist.is_initialized()
    assert job.sum(1, 2.5) == [1, 2.5]
    assert job.from_first(lambda: 3) == 3 and job.to_first(4) == [4]


def test_a_port_that_is_used(in_a_job):
    with socket.socket() as used:
        used.bind(("", 0))
        used.listen()
        in_a_job.setenv("MASTER_PORT", str(used.getsockname()[1]))
        with pytest.raises(ReaderError, match=r"Port \d+ of localhost is used by another program"):
            rendezvous.meet(0, 2)


def test_a_rank_that_does_not_come(in_a_job):
    in_a_job.setenv("MASTER_PORT", "0")
    with pytest.raises(ReaderError, match="Ranks 1, 2 have not started within 1 seconds"):
        rendezvous.meet(0, 3)


def test_a_variable_that_is_missing(in_a_job):
    in_a_job.delenv("MASTER_PORT", raising=False)
    with pytest.raises(ReaderError, match="but MASTER_PORT is not"):
        rendezvous.meet(0, 2)


def test_a_pytorch_without_libuv(in_a_job):
    def no_libuv(*_, **__):
        raise RuntimeError("use_libuv was requested but PyTorch was built without libuv support")

    in_a_job.setenv("MASTER_PORT", "29500")
    in_a_job.setattr(dist, "TCPStore", no_libuv)
    with pytest.raises(ReaderError, match="set USE_LIBUV=0"):
        rendezvous.meet(0, 2)


@pytest.mark.parametrize(
    ("job", "batch_size", "device", "words"),
    [
        (Job(0, 3, 0, 3), 5, "cpu", "give --batch-size 6 or more"),
        (Job(0, 2, 0, 2), 64, "mps", "give --device cpu"),
        (
            Job(0, 2, 0, 2),
            64,
            "cuda",
            "2 processes of this machine need as many GPUs, and it has 1",
        ),
    ],
)
def test_a_job_that_does_not_fit(job, batch_size, device, words, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ReaderError, match=words):
        refuse_unfit(job, batch_size, torch.device(device))
    refuse_unfit(ALONE, batch_size, torch.device(device))


def test_cuda_graphs_are_for_one_process():
    refuse_unfit(ALONE, 64, torch.device("cuda"), cuda_graphs=True)
    with pytest.raises(ReaderError, match="give --no-cuda-graphs"):
        refuse_unfit(Job(0, 2, 0, 2), 64, torch.device("cuda"), cuda_graphs=True)


def test_the_sentence_has_the_rank_only_in_a_job_of_several(in_a_job, tmp_path):
    in_a_job.setenv("TORCHELASTIC_ERROR_FILE", str(tmp_path / "error.json"))
    assert with_rank("A sentence.") == "rank 0 of 2: A sentence."
    assert "rank 0 of 2: A sentence." in (tmp_path / "error.json").read_text()
    in_a_job.setenv("WORLD_SIZE", "1")
    assert with_rank("A sentence.") == "A sentence."


def test_only_a_lost_process_is_taken_for_one():
    lost = "[/pytorch/third_party/gloo/gloo/transport/tcp/pair.cc:534] Connection closed by peer"
    assert is_lost_process(RuntimeError(lost))
    assert is_lost_process(dist.DistBackendError("NCCL communicator was aborted"))
    assert not is_lost_process(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
