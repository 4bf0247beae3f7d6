"""Predictions, questions and figures in the prose of a chapter, as a page shows them."""

import pytest

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed: uv sync")
from pipeline.prose import Figures, PageError, Questions, blocks, render


def page(text):
    return list(render(text, Figures("3", "../"), Questions("ch03")))


def test_a_prediction_covers_the_paragraph_that_resolves_it_and_no_more():
    asked, resolved, after = page(
        "*Predict:* What\ncomes out?\n\n- This.\n- That.\n\nThat does.\n\nThen on."
    )
    assert 'data-kind="choice"' in asked and "- This.\n- That." in asked and "*Predict" not in asked
    assert 'class="cover"' in resolved and "That does." in resolved
    assert after == "Then on."
    key = asked.partition('data-key="')[2].partition('"')[0]
    assert key.startswith("ch03-") and f'data-key="{key}"' in resolved


@pytest.mark.parametrize(("form", "kind"), [(" a number", "number"), (" in a line", "line")])
def test_a_prediction_without_choices_says_what_it_is_answered_by(form, kind):
    assert f'data-kind="{kind}"' in page(f"*Predict{form}:* How many?\n\nTwo.")[0]


def test_what_code_gives_is_covered_and_the_text_after_it_too():
    questions = Questions("ch03")
    figures = Figures("3", "")
    list(render("*Predict a number:* How many?", figures, questions))
    assert 'class="cover"' in questions.resolved_by_output("```\n2\n```")
    first, second = render("Two.\n\nOn.", figures, questions)
    assert 'class="cover"' in first and second == "On."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("*Predict:* What?\n\nThis.", "choices follow"),
        ("*Predict a number:* What?\n\n- 1\n- 2\n\nThis.", "choices follow"),
        ("*Predict a number:* What?\n\n## Next\n\nOn.", "not resolved"),
        ("*Question:* What?\n\nThis.", "without its answer"),
    ],
)
def test_a_question_that_a_reader_could_not_use_stops_the_build(text, complaint):
    with pytest.raises(PageError, match=complaint):
        page(text)


def test_an_answer_is_folded_below_its_question():
    (folded,) = page("*Question:* Why?\n\n*Answer:* Therefore.")
    assert folded == '??? question "Why?"\n\n    Therefore.'


def test_code_with_empty_lines_stays_one_block():
    assert list(blocks("one\n\n```\na\n\nb\n```\n\ntwo")) == ["one", "```\na\n\nb\n```", "two"]


def test_a_figure_without_its_file_is_named():
    with pytest.raises(LookupError, match=r"docs/figures/nothing\.js"):
        page("![A caption.](figure:nothing)")


def test_formulas_in_an_answer_become_mathml():
    (made,) = page("*Question:* How many?\n\n*Answer:* $a + b$, and `$HOME` stays.")
    assert "<math" in made and "$a" not in made and "`$HOME`" in made
