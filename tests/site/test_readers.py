"""What a reader does on the site, in a real browser."""

import json
import re
import shutil

import nbformat
import pytest
import torch
from nbclient import NotebookClient

from tutorial_code.ch04_resnet50 import ResNet50, count_groups
from tutorial_code.ch10_family import make_resnet


def test_search_knows_what_is_read_and_not_what_repeats_it(site):
    """Each page loads its index, and has 300 kB."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    pages = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert {"chapters/ch03_bottleneck.html", "mistakes.html", "try.html"} <= pages
    assert not pages & {"whole_exercise.html", "reference/functions.html", "papers.html"}
    assert not pages & {"teaching.html", "grading.html", "bank.html", "runs.html"}


@pytest.mark.parametrize("words", ["zero_grad", "bottleneck", "confusion matrix"])
def test_search_finds_chapters_and_terms(words, page):
    page.goto("index.html", wait_until="networkidle")
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.wait_for_selector(".md-search-result__item")
    assert "chapters/" in " ".join(
        link.get_attribute("href") for link in page.locator(".md-search-result__link").all()
    )


def test_switching_the_scheme(page):
    page.goto("index.html", wait_until="networkidle")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("label[title='Switch to dark']").click()
    page.wait_for_function(f"getComputedStyle(document.body).backgroundColor != '{before}'")
    page.goto("setup.html", wait_until="networkidle")  # and it stays
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_copying_a_code_cell(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("chapters/ch03_bottleneck.html", wait_until="networkidle")
    block = page.locator(".highlight", has_text="import torch").first
    block.hover()
    block.locator("button").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("code").inner_text().strip()


def test_opening_a_solution(page):
    page.goto("chapters/ch03_bottleneck.html", wait_until="networkidle")
    solution = page.locator("details.success")
    assert solution.count() == 1
    assert not solution.get_by_text("self.conv1").first.is_visible()
    solution.locator("summary").click()
    assert solution.get_by_text("self.conv1").first.is_visible()
    skeleton = page.locator(".exercise code").inner_text()
    assert "raise NotImplementedError" in skeleton and "nn.Conv2d" not in skeleton


def download(page, words, folder):
    with page.expect_download() as started:
        page.get_by_role("link", name=words).click()
    path = folder / started.value.suggested_filename
    shutil.copy(started.value.path(), path)
    return nbformat.read(path, as_version=4)


def run(notebook, folder, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}})
    client.extra_arguments = ["--IPKernelApp.log_level=40"]
    client.execute()


def check_in(notebook):
    (found,) = [cell for cell in notebook.cells if cell.source.startswith("check(")]
    return found


def test_downloading_and_running_both_notebooks(page, tmp_path, monkeypatch):
    page.goto("chapters/ch04_resnet50.html", wait_until="networkidle")
    exercise = download(page, "Exercise notebook", tmp_path)
    solved = download(page, "Solved notebook", tmp_path)
    run(solved, tmp_path, monkeypatch)
    assert "ResNet50: right" in json.dumps(check_in(solved).outputs)
    # What needs the tutorial's names takes its network, so it runs to its end.
    run(exercise, tmp_path, monkeypatch)
    assert "ResNet50 is not written yet" in json.dumps(check_in(exercise).outputs)
    before = exercise.cells[exercise.cells.index(check_in(exercise)) - 2]
    assert "NotImplementedError" in before.source  # the check stands under its exercise
    prose = "\n".join(cell.source for cell in exercise.cells if cell.cell_type == "markdown")
    assert "data:image/svg+xml;base64," in prose and "*Predict:*" in prose
    # The answers to three questions, and what resolves the two predictions that no code follows.
    assert prose.count("<details>") == 5


def test_reading_a_value_off_a_curve(page):
    page.goto("runs.html", wait_until="networkidle")
    place = page.locator(".curve").first
    rows = place.locator("tbody tr")
    field = place.get_by_label("epoch", exact=True)
    assert field.input_value() == str(rows.count())
    field.fill("1")
    first = rows.first.locator("td").all_text_contents()
    words = f"epoch 1: training loss {first[1]}, test loss {first[2]}, test accuracy {first[3]}."
    assert place.locator(".says").inner_text().endswith(words)
    drawing = place.locator("svg.wide")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.81, box["y"] + box["height"] / 2)
    assert f"epoch {rows.count()}:" in place.locator(".says").inner_text()


@pytest.mark.parametrize(
    ("size", "stem", "blocks", "classes"),
    [
        (224, "7", [3, 4, 6, 3], 1000),
        (32, "7", [3, 4, 6, 3], 10),
        (97, "7", [1, 2, 1, 2], 7),
        (32, "3", [3, 4, 6, 3], 10),
    ],
)
def test_the_calculator_counts_as_torchinfo_does(size, stem, blocks, classes, page):
    page.goto("network.html", wait_until="networkidle")
    page.get_by_label("input size").fill(str(size))
    page.locator("#calculator [name=stem]").select_option(stem)
    for stage, count in enumerate(blocks, start=2):
        page.get_by_label(f"blocks, conv{stage}_x").fill(str(count))
    page.get_by_label("classes").fill(str(classes))
    shown = [
        row.locator("td").all_text_contents() for row in page.locator("#calculator tbody tr").all()
    ]
    model = ResNet50(blocks, classes)
    if stem == "3":
        model.conv1 = torch.nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False)
        model.maxpool = torch.nn.Identity()
    with torch.no_grad():
        counted = count_groups(model, size)
    for cells, group in zip(shown[:-1], counted, strict=True):
        assert cells[0] == "×".join(map(str, group.output_shape)), group.name
        assert cells[1] == str(group.blocks or "")
        assert cells[2] == f"{group.parameters:,}", group.name
        assert cells[3] == f"{group.multiply_adds:,}", group.name
    assert shown[-1][2] == f"{sum(group.parameters for group in counted):,}"


@pytest.mark.parametrize("name", ["resnet18", "resnet152"])
def test_the_calculator_knows_the_family(name, page):
    page.goto("network.html", wait_until="networkidle")
    network = page.locator("#calculator [name=network]")
    assert network.input_value() == "ResNet-50"
    network.select_option(name.replace("resnet", "ResNet-"))
    with torch.device("meta"), torch.no_grad():
        counted = count_groups(make_resnet(name, 1000), 224)
    for row, group in zip(page.locator("#calculator tbody tr").all(), counted, strict=False):
        cells = row.locator("td").all_text_contents()
        assert cells[2:] == [f"{group.parameters:,}", f"{group.multiply_adds:,}"], group.name
    assert f"{name.removeprefix('resnet')} layers" in page.get_by_role("status").first.inner_text()
    page.get_by_label("blocks, conv4_x").fill("7")
    assert network.input_value() == "another one"


def shares_on(page):
    """Return what the bars say: the percentages beside them, their widths, and the words of the
    figure.
    """
    drawn = page.locator("figure[data-figure=shares] svg.wide")
    widths = [float(bar.get_attribute("width")) for bar in drawn.locator("rect.box").all()]
    labels = [text for text in drawn.locator("text").all_text_contents() if "%" in text]
    return [label.partition(" ")[0] for label in labels], widths, drawn.get_attribute("aria-label")


@pytest.mark.parametrize(
    ("size", "blocks", "classes"), [(32, [3, 4, 6, 3], 1000), (224, [1, 1, 1, 1], 100_000)]
)
def test_the_bars_follow_the_calculator(size, blocks, classes, page):
    page.goto("network.html", wait_until="networkidle")
    page.get_by_label("input size").fill(str(size))
    for stage, count in enumerate(blocks, start=2):
        page.get_by_label(f"blocks, conv{stage}_x").fill(str(count))
    page.get_by_label("classes").fill(str(classes))
    with torch.no_grad():
        groups = count_groups(ResNet50(blocks, classes), size)
    totals = [
        sum(group.parameters for group in groups),
        sum(group.multiply_adds for group in groups),
    ]
    shares = [[group.parameters / totals[0], group.multiply_adds / totals[1]] for group in groups]
    shown, widths, words = shares_on(page)
    flat = [share for pair in shares for share in pair]
    assert shown == ["<0.1%" if 0 < share < 0.0005 else f"{share:.1%}" for share in flat]
    expected = [max(420 * share / max(flat), 1) for share in flat]
    assert widths == pytest.approx(expected, abs=0.06)
    assert f"; {groups[-1].name} {shown[-2]} and {shown[-1]}." in words
    assert page.locator("figure[data-figure=shares] .says").inner_text() == words


def test_the_bars_are_the_same_with_and_without_a_script(page, browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    still = context.new_page()
    for opened in (still, page):
        opened.goto("network.html")
    assert shares_on(still) == shares_on(page)
    context.close()


@pytest.mark.parametrize("value", ["-3", "", "8.5", "0"])
def test_the_calculator_says_when_a_number_makes_no_sense(value, page):
    page.goto("network.html", wait_until="networkidle")
    before = page.locator("#calculator tbody").inner_text(), shares_on(page)
    page.get_by_label("input size").fill(value)
    assert "Whole numbers" in page.locator("#calculator [role=status]").inner_text()
    assert (page.locator("#calculator tbody").inner_text(), shares_on(page)) == before


def test_walking_the_whole_path_by_next(page):
    page.goto("index.html", wait_until="networkidle")
    seen = []
    while page.locator(".md-footer__link--next").count():
        page.locator(".md-footer__link--next").click()
        page.wait_for_load_state("networkidle")
        seen.append(re.sub(r".*/", "", page.url))
        assert len(seen) < 40
    assert [name for name in seen if name.startswith("ch")] == sorted(
        name for name in seen if name.startswith("ch")
    )
    assert {"setup.html", "ch07_results.html", "mistakes.html", "runs.html", "papers.html"} <= set(
        seen
    )


def test_a_glossary_term_is_linked_from_a_chapter(page):
    page.goto("chapters/ch05_training.html", wait_until="networkidle")
    page.locator("article a[href*='glossary.html#logits']").first.click()
    assert page.locator("#logits").is_visible()
