"""What the observers see of the chapter's own versions, each looked at once."""

import time
from functools import cache

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.observe import groups, scenarios_of
from tutorial_code.checks.observe.facts import Fact, Record


@cache
def reference_record(name: str) -> Record:
    """Return the record of the chapter's own version."""
    record = list(scenarios_of(name, solution(name)))
    failures = [
        scenario.get("error", scenario.get("waits"))
        for scenario in record
        if scenario["facts"].get(Fact.RUNS, "yes") != "yes"
    ]
    if failures:  # nothing can be compared with a failure
        raise RuntimeError(f"the chapter's {name} could not be looked at: {failures[0]}")
    return record


@cache
def reference_seconds(name: str) -> float:
    """Return the computing time for the chapter's own version, of this process and of those that it
    starts, in seconds.
    """
    start = time.process_time() + groups.seconds_computed
    reference_record(name)
    return time.process_time() + groups.seconds_computed - start
