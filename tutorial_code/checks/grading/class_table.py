"""The table of a class as CSV, one row for each student and exercise."""

import csv
import io

from tutorial_code.checks.grading.gradebook import Gradebook, state_of

HEADER = (
    "student",
    "exercise",
    "state",
    "mistake_id",
    "mistake_name",
    "checks_passed",
    "checks",
    "file",
)
# A spreadsheet takes a cell that begins so for a formula, and computes it when the file is opened:
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(book: Gradebook) -> str:
    """Return the table as text, its lines ended as RFC 4180 has them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for student, exercise, verdict in book.rows():
        row = [student, exercise.id, state_of(verdict)]
        if verdict:
            mistake = verdict.mistake
            row += [mistake.id, mistake.name] if mistake else ["", ""]
            row += [str(sum(check.passed for check in verdict.checks)), str(len(verdict.checks))]
            row += [book.file(verdict)]
        writer.writerow(map(_safe, row + [""] * (len(HEADER) - len(row))))
    return text.getvalue()


def _safe(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
