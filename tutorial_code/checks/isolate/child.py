"""The process that runs an answer: it reports what it saw, and judges nothing. Each answer gets its
own.

It reports that it is ready, takes one job, writes one report, and ends. It is forked from
``zygote.py``; where the system cannot fork, ``main`` runs in a new Python that is started in
advance. The report has a channel of its own, separate from what the answer prints.
"""

import importlib
import json
import os
import sys
import tempfile
import types
from typing import IO, Any

import tutorial_code
from tutorial_code.shared.chapters import PACKAGE
from tutorial_code.shared.whole_sentences import message_of


def main() -> None:
    """Serve one answer over standard input and output, for systems that cannot fork."""
    report = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Re-parent, so that the answer cannot reach the tool through getppid().
    if hasattr(os, "fork"):
        if os.fork():
            os._exit(0)
        os.setsid()
    import torch

    from tutorial_code.checks.isolate import zygote

    torch.set_num_threads(1)  # the networks are small; threads would wait for each other
    if sys.argv[1].encode() == zygote.ANSWER_WITH_OPTIMIZER:
        zygote.import_optimizer()  # before the answer starts, so it does not count
    serve_answer(sys.stdin.buffer, report)
    os._exit(0)  # threads and exit handlers of the answer end here


def serve_answer(read: IO[bytes], write: IO[bytes]) -> None:
    """Take one job, look at its answer, and write the report."""
    _send(write, {"ready": os.getpid()})
    job = json.loads(read.readline() or "null")
    if job is None:
        return
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(tempfile.mkdtemp(dir=job["folder"]))
    tutorial = str(PACKAGE.parent)  # in a checkout it has an exercises/ of its own
    place = sys.path.index(tutorial) if tutorial in sys.path else len(sys.path)
    sys.path[place:place] = job["paths"]
    limit_resources()
    _send(write, look_at(job))


def look_at(job: dict[str, Any]) -> dict[str, Any]:
    """Return what is observed for each name in a job, or the problem with the whole answer."""
    from tutorial_code.checks.exercises import find_exercise
    from tutorial_code.checks.isolate import patches, solutions
    from tutorial_code.checks.isolate.answers import AnswerError, expect_names, use_own
    from tutorial_code.checks.isolate.needed_statements import run_needed
    from tutorial_code.checks.observe import group_member, scenarios_of
    from tutorial_code.checks.observe.exceptions import line_of

    records: dict[str, Any] = {}
    problem: list[str] | None = None
    exercise = find_exercise(job["exercise"])
    watch = solutions.Watch(exercise)
    group_member.heard = watch.found  # also by the processes in which an answer is looked at
    originals, own = own_versions(job["own"])
    watch.start()
    whole = patches.snapshot()
    hide_checks()
    try:
        sys.argv = [job["name"]]  # a file may read the arguments of its own command
        namespace = run_needed(job["source"], job["name"], exercise)
        use_own(namespace, originals, own)
        expect_names(exercise.names, namespace)
        for name in exercise.names:
            found = name in namespace
            records[name] = watch.over(scenarios_of(name, namespace[name])) if found else []
    except AnswerError as error:
        problem = [error.id, str(error)]
    except BaseException as error:
        where = line_of(error)
        text = f"{type(error).__name__}: {message_of(error)}"
        problem = [
            "fails-at-import",
            f"It fails while it is read{f', in {where}' if where else ''}: {text}.",
        ]
    if changed := patches.changes(whole):
        names = ", ".join(changed[:3])
        problem = [
            "patches-torch",
            f"It replaces parts of PyTorch ({names}), so nothing can be judged.",
        ]
    elif watch.found:
        problem = ["not-your-own", solutions.sentence(watch.found)]
    return {"records": records, "problem": problem}


def own_versions(sources: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the reader's earlier answers, each with those before it in place of the chapters'.

    Args:
        sources: the contents of their files, by the ids of their exercises.

    Returns:
        The chapters' versions and the reader's, by the names of the classes and functions.
    """
    from tutorial_code.checks.exercises import EXERCISES
    from tutorial_code.checks.isolate.answers import use_own
    from tutorial_code.checks.isolate.needed_statements import run_needed

    originals: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for exercise in EXERCISES:
        if exercise.id in sources:
            chapter = importlib.import_module(f"tutorial_code.{exercise.chapter}")
            defined = run_needed(sources[exercise.id], exercise.file.name, exercise)
            use_own(defined, originals, own)
            for name in exercise.names:
                originals[name], own[name] = getattr(chapter, name), defined[name]
    return originals, own


def hide_checks() -> None:
    """Hide the checks from an answer, except for a ``check`` that does nothing, because a file may
    call it.
    """
    for name in [name for name in sys.modules if name.startswith("tutorial_code.checks")]:
        del sys.modules[name]
    stub = types.ModuleType("tutorial_code.checks")
    vars(stub)["check"] = lambda *answers: None
    sys.modules[stub.__name__] = vars(tutorial_code)["checks"] = stub


def _send(write: IO[bytes], message: dict[str, Any]) -> None:
    write.write(json.dumps(message).encode() + b"\n")
    write.flush()


def limit_resources(memory: int = 2 << 30, seconds: int = 900) -> None:
    """Limit the process to 2 GiB more than it uses now, and end it if it outlives the tool and
    keeps computing.
    """
    try:
        import resource
        from pathlib import Path

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory,) * 2)
    except (ImportError, OSError, ValueError):
        pass  # only the tool's own limits remain
