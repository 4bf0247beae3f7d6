"""The figures of the HTML report use its colors, light or dark."""

import re

import pytest


@pytest.fixture
def report(finished):
    return (finished / "report.html").read_text(encoding="utf-8")


def test_figures_stand_in_the_page_with_words_for_whoever_cannot_see_them(report):
    figures = re.findall(r"<figure>(.*?)</figure>", report, flags=re.DOTALL)
    assert len(figures) >= 2
    for figure in figures:
        assert figure.startswith("<svg ") and figure.count("<svg") == 1
        caption = re.search(r"<figcaption>(.+?)</figcaption>", figure)[1]
        assert f'aria-label="{caption}"' in figure
    assert "<img" not in report


def test_no_figure_brings_colors_of_its_own(report):
    drawn = "".join(re.findall(r"<svg.*?</svg>", report, flags=re.DOTALL))
    assert not re.search(r": ?#[0-9a-f]{6}|background", drawn)
    used = set(re.findall(r"var\((--[\w-]+)\)", drawn))
    assert {"--f", "--x"} <= used
    light, dark = (
        set(re.findall(r"(--[\w-]+): #", part))
        for part in report.split("</style>")[0].split("@media")
    )
    assert used <= light == dark


def test_ids_within_the_page_are_unique(report):
    ids = re.findall(r'\sid="([^"]+)"', report)
    assert ids and len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', report)) and all(
        name in ids
        for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', report)
        for name in pair
        if name
    )
