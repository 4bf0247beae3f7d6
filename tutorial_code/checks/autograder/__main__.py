"""What an archive calls on the service: judge one submission, and write its result.

``python -m tutorial_code.checks.autograder SETTINGS SUBMISSION RESULT``
"""

import json
import sys
from pathlib import Path

from tutorial_code.checks.autograder import classroom50, gradescope
from tutorial_code.checks.autograder.points import grade_submission
from tutorial_code.checks.exercises import find_exercise
from tutorial_code.shared.errors import exit_code_of

FORMS = {"gradescope": gradescope.as_results, "classroom50": classroom50.as_result}


def main() -> None:
    """Judge the submission, and write the result in one go."""
    settings_file, submission, target = map(Path, sys.argv[1:])
    settings = json.loads(settings_file.read_text(encoding="utf-8"))
    exercises = [find_exercise(id) for id in settings["exercises"]]
    results = grade_submission(submission, exercises, settings["points"])
    made = FORMS[settings["service"]](results, settings["hints"])
    # Written beside it and renamed, so that half a result is never read.
    beside = target.with_name(f"{target.name}.part")
    beside.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(target)
    # Students can read what is printed on Classroom 50, and not on Gradescope.
    if settings["hints"] or settings["service"] == "gradescope":
        print("\n".join(result.says for result in results))


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
