"""``check`` in a notebook."""

from tutorial_code import checks
from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.isolate.answers import run_source


def test_check_in_a_notebook():
    defined = run_source(
        "import torch\nfrom torch import nn, Tensor\n" + solution_source("Bottleneck"), "cell"
    )
    defined |= run_source(
        "import torch\nfrom torch import nn\n" + solution_source("make_criterion"), "cell"
    )
    shown = checks.check(defined["Bottleneck"], defined["make_criterion"])
    assert repr(shown).count(": right") == 2 and shown._repr_html_().count("<table") == 2

    class Bottleneck(defined["Bottleneck"]):
        def forward(self, x):
            return super().forward(x) * 2

    shown = checks.check(Bottleneck)
    assert "wrong" in repr(shown) and "#b42318" in shown._repr_html_()
    assert "No exercise asks for int" in repr(checks.check(3))


def test_in_a_notebook_a_hole_is_not_called_wrong():
    """There no line of a file shows it."""
    cell = "def make_criterion():\n    raise NotImplementedError\n\nshown = check(make_criterion)"
    namespace = {"check": checks.check}
    exec(cell, namespace)
    text = repr(namespace["shown"])
    assert (
        text.startswith("make_criterion: not started")
        and "make_criterion is not written yet" in text
    )
    assert "make_criterion: not started" in namespace["shown"]._repr_html_()
    assert "#b42318" not in namespace["shown"]._repr_html_()


def test_in_a_notebook_a_lambda_is_known_by_the_name_it_was_given():
    cell = (
        "from torch import nn\n"
        "make_criterion = lambda: nn.CrossEntropyLoss()\n"
        "shown = check(make_criterion)"
    )
    namespace = {"check": checks.check}
    exec(cell, namespace)
    assert repr(namespace["shown"]).startswith("make_criterion: right")
