"""One scenario: facts are collected to the end, or until the answer raises an exception."""

from typing import Any, Self

from tutorial_code.checks.observe.exceptions import error_facts
from tutorial_code.checks.observe.facts import Fact, Scenario
from tutorial_code.checks.observe.trace import as_plain


class Attempt:
    """Collects the facts of one scenario; exceptions are recorded, not raised."""

    def __init__(self, name: str, when: str = "is made") -> None:
        self.facts: dict[str, Any] = {Fact.RUNS: "yes"}
        self.scenario: Scenario = {"scenario": name, "facts": self.facts}
        self.when = when  # what the answer is doing, for the message about an exception

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        if not isinstance(error, (Exception, SystemExit)):
            return False
        self.facts[Fact.RUNS], self.scenario["error"] = error_facts(error, self.when)
        done = getattr(error, "operations", None)  # of a network, before it failed
        if done is not None:
            self.scenario["trace"] = as_plain(done)
            last = len(done.ops) - 1
            # A block ends with these two; here nothing uses its result.
            ended = [op.kind for op in done.ops[-2:]] == ["add", "relu"]
            inputs = getattr(error, "inputs", ())
            if ended and inputs and last not in inputs:
                self.scenario["dropped"] = sum(op.kind == "add" for op in done.ops)
        return True
