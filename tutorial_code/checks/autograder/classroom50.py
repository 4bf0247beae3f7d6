"""The result of a submission in the form that Classroom 50 reads.

Source: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding, "The result.json
contract", as of August 2026.
"""

import os
from datetime import UTC, datetime
from typing import Any

from tutorial_code.checks.autograder.points import Part, Result
from tutorial_code.shared.errors import ReaderError

SCHEMA = "classroom50/result/v1"
# What the runner sets for the autograder; owner and assignment_type it adds to the result itself.
GIVEN = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}


def as_result(results: list[Result], hints: bool) -> dict[str, Any]:
    """Return what stands in ``result.json``.

    Raises:
        ReaderError: a variable is not set that the runner sets.
    """
    if missing := [variable for variable in GIVEN.values() if variable not in os.environ]:
        raise ReaderError(
            f"{missing[0]} is not set: Classroom 50's runner sets it before it calls an autograder."
        )
    given = {field: os.environ[variable] for field, variable in GIVEN.items()}
    tests = [_test(part, hints) for result in results for part in result.parts]
    return {
        "schema": SCHEMA,
        **given,
        "review": os.environ.get("REVIEW_URL") or given["commit"],
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _test(part: Part, hints: bool) -> dict[str, Any]:
    test = {
        "test-name": part.name,
        "passed": part.passed,
        "score": part.score,
        "max-score": part.max_score,
    }
    # Fields that the contract does not know are kept as they are.
    return {**test, "message": part.message} if hints and part.message else test
