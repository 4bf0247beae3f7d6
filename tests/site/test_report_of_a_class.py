"""The report of a class in a browser: on a phone, on a desk and in print, in both schemes."""

import pytest
from helpers import ANSWERS, RIGHT

from tutorial_code.checks.diagnose.verdict import Check, Diagnosis, Verdict
from tutorial_code.checks.grading.class_report import class_report
from tutorial_code.checks.grading.gradebook import make_gradebook

WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"
RELU = Diagnosis("relu-before-addition", "The last ReLU stands before the addition.", "Why.")
REFUSED = Diagnosis("not-your-own", "It takes the solution from ch03_bottleneck.", "Why.")


@pytest.fixture
def report(tmp_path):
    """A class of six with every kind of verdict, names that are long, and equal answers."""
    verdicts = []
    for number, mistake in enumerate((None, RELU, RELU, REFUSED, None, None)):
        path = tmp_path / f"class/Student with a long name {number}" / "ch03_bottleneck.py"
        path.parent.mkdir(parents=True)
        path.write_bytes((WRONG if mistake else RIGHT).read_bytes())
        checks = [Check("Bottleneck: output", mistake is None, "")]
        verdicts.append(Verdict("bottleneck", str(path), mistake is None, 0.1, mistake, checks))
    folder = tmp_path / "class"
    book = make_gradebook(verdicts, sorted(folder.rglob("*.py")), folder)
    path = tmp_path / "report.html"
    path.write_text(class_report(book, None), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_report_is_accessible_and_asks_nothing_of_others(width, scheme, report, browser):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page, requested = context.new_page(), []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(report.as_uri())
    assert requested == [report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert Axe().run(page).response["violations"] == []
    page.click("text=mistake 1")
    assert page.locator("#mistake-1").bounding_box()["y"] < 900
    assert page.pdf()[:4] == b"%PDF"
    context.close()
