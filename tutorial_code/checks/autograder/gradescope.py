"""The result of a submission in the form that Gradescope reads.

Sources: https://gradescope-autograders.readthedocs.io/en/latest/specs/ describes the archive, the
folders and ``results.json``.
"""

from typing import Any

from tutorial_code.checks.autograder.points import Part, Result


def as_results(results: list[Result], hints: bool) -> dict[str, Any]:
    """Return what stands in ``results.json``.

    Args:
        results: one for each exercise.
        hints: whether students see the diagnosis; without it they see which checks passed, and the
            diagnosis is printed for the teacher.
    """
    said = "\n".join(result.says for result in results)
    tests = [_test(part, hints) for result in results for part in result.parts]
    shown = said if hints else "Each check that failed is listed below."
    if all(result.verdict and result.verdict.passed for result in results):
        shown = "All is right."
    return {
        "score": sum(test["score"] for test in tests),
        "output": shown,
        "output_format": "text",  # an answer's own words may stand in it, and HTML is none of ours
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _test(part: Part, hints: bool) -> dict[str, Any]:
    return {
        "name": part.name,
        "score": part.score,
        "max_score": part.max_score,
        "status": "passed" if part.passed else "failed",
        "output": part.message if hints else "",
        "output_format": "text",
        "visibility": "visible",
    }
