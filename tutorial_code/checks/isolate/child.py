"""The process that runs an answer, ``python -m tutorial_code.checks.isolate.child``. It reports, and judges nothing.

Standard output carries the report, and an answer's own prints go to standard error. One answer, one process: it is
started ahead, imports torch, says that it is ready, takes one job from standard input, and ends.
"""

import json
import os
import sys
import tempfile


def main() -> None:
    """Take one job, look at its answer, and write the report as JSON."""
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "fork"):  # with another parent an answer cannot reach the tool by asking for its parent
        if os.fork():
            os._exit(0)
        os.setsid()
    import torch

    from tutorial_code.checks.isolate import patches
    from tutorial_code.checks.isolate.answers import AnswerError, run_source
    from tutorial_code.checks.observe import OBSERVERS

    torch.set_num_threads(1)  # the networks are small, and threads would wait for each other
    if {"make_optimizer", "train_one_epoch", "evaluate"} & set(sys.argv[1:]):
        torch.optim.SGD([torch.zeros(1)])  # the first optimizer imports much: before the answer, not within its time
    print(json.dumps({"ready": os.getpid()}), file=report, flush=True)
    job = json.loads(sys.stdin.readline() or "null")
    if job is None:
        return
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(tempfile.mkdtemp(dir=job["folder"]))
    sys.path += job["paths"]
    limit_memory()
    whole = patches.snapshot()
    hidden = [name for name in sys.modules if name.startswith("tutorial_code.checks")]
    modules = {name: sys.modules.pop(name) for name in hidden}  # whoever imports them gets copies, and changes copies
    seen: dict = {"records": {}, "problem": None}
    try:
        namespace = run_source(job["source"], job["name"])
        for name in job["names"]:
            if name not in namespace:
                found = [key for key, value in namespace.items() if callable(value) and not key.startswith("_")]
                seen["problem"] = [
                    "wrong-name",
                    f"It defines no {name}. It defines: {', '.join(found[-8:]) or 'nothing'}.",
                ]
                break
            seen["records"][name] = list(OBSERVERS[name](namespace[name]))
    except AnswerError as error:
        seen["problem"] = [error.id, str(error)]
    except BaseException as error:
        where = modules["tutorial_code.checks.observe.errors"].line_of(error)
        text = f"{type(error).__name__}: {str(error).splitlines()[0][:300] if str(error) else 'no message'}"
        seen["problem"] = ["fails-at-import", f"It fails while it is read{f', in {where}' if where else ''}: {text}."]
    changed = patches.changes(whole)
    if changed:
        seen["problem"] = [
            "patches-torch",
            f"It replaces parts of PyTorch ({', '.join(changed[:3])}), so nothing can be judged.",
        ]
    print(json.dumps(seen), file=report, flush=True)
    os._exit(0)  # threads and exit handlers of the answer end here


def limit_memory(more: int = 2 << 30) -> None:
    """Let the process take 2 GiB more than it has, where the system can limit it."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more,) * 2)
    except (ImportError, OSError, ValueError):
        pass  # the time limit is left


if __name__ == "__main__":
    main()
