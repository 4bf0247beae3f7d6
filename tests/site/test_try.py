"""The page "Try your network" in a real browser: draw, load, look inside, and cut.

Whatever it says is held against PyTorch.
"""

import re
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_digits import DIGITS
from helpers import ROOT

from tutorial_code.ch01_images import normalize
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.runs import try_files, try_page
from tutorial_code.runs.weights_file import file_content

CLASSES = [str(digit) for digit in range(10)]
SMALLEST = 11.8  # CSS pixels of a label
SHIFTS = (
    "window.shifts = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
    "if (!entry.hadRecentInput) window.shifts += entry.value; })"
    ".observe({ type: 'layout-shift', buffered: true });"
)


def opened(page, address="try.html"):
    page.goto(address, wait_until="networkidle")
    return page


def loaded(page, address="try.html"):
    """Open the page and load the small network."""
    opened(page, address)
    page.get_by_role("button", name=re.compile("Load the small network")).first.click()
    page.locator("#try-facts dt").first.wait_for()
    answered(page)
    return page


def answered(page):
    """Wait until nothing is computed any more, and what is to be said is said."""
    page.wait_for_function("!running && !again")
    page.wait_for_timeout(600)


def seen(page):
    """Return the probabilities that were computed last."""
    answered(page)
    return page.evaluate("state.seen.probabilities")


def words(page):
    answered(page)
    return page.locator("#try-words").inner_text()


def places(page, strokes):
    box = page.locator("#try-field").bounding_box()
    scale = box["width"] / 100
    return [[(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke] for stroke in strokes]


def show_field(page):
    """Scroll the field to where no part of the theme lies over it."""
    page.locator("#try-field").evaluate("field => field.scrollIntoView({ block: 'center' })")


def draw(page, strokes):
    """Draw with the mouse."""
    show_field(page)
    for first, *others in places(page, strokes):
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place)
        page.mouse.up()


def draw_by_touch(page, strokes):
    """Draw with a finger."""
    show_field(page)
    session = page.context.new_cdp_session(page)

    def touch(kind, points):
        given = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    for first, *others in places(page, strokes):
        touch("touchStart", [first])
        for place in others:
            touch("touchMove", [place])
        touch("touchEnd", [])
    session.detach()


def put(page, digit):
    page.get_by_label("recorded digit").select_option(str(digit))


def drop(page, name, content, kind="application/octet-stream", place="#try-file"):
    page.locator(place).set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_what_is_drawn_with_the_mouse_is_read_and_the_bars_follow(page):
    loaded(page)
    assert words(page) == "Draw something, and the network says what it is."
    for digit, strokes in enumerate(DIGITS):
        page.locator("#try-clear").click()
        draw(page, strokes)
        probabilities = seen(page)
        assert int(np.argmax(probabilities)) == digit
        assert words(page).startswith(f"The network says {digit}, with ")
        shown = page.locator("#try-bars .percent").all_inner_texts()
        assert sum(float(text.rstrip("%")) for text in shown) == pytest.approx(100, abs=0.5)
        widths = page.evaluate(
            "[...document.querySelectorAll('#try-bars .bar')].map((bar) => "
            "bar.getBoundingClientRect().width / bar.parentElement.getBoundingClientRect().width)"
        )
        assert widths == pytest.approx(probabilities, abs=0.01)
        assert page.locator("#try-bars .best .name").inner_text() == str(digit)
    assert re.fullmatch(
        r"Computed in \d+ ms, in this page.", page.locator("#try-time").inner_text()
    )


def test_what_is_drawn_by_touch_is_read_and_the_page_does_not_scroll(page, browser, address):
    context = browser.new_context(
        base_url=address, has_touch=True, viewport={"width": 360, "height": 740}
    )
    phone = loaded(context.new_page())
    for digit in (3, 4, 7):
        phone.locator("#try-clear").tap()
        show_field(phone)
        before = phone.evaluate("scrollY")
        draw_by_touch(phone, DIGITS[digit])
        assert int(np.argmax(seen(phone))) == digit
        assert phone.evaluate("scrollY") == before
    context.close()


def test_by_keyboard_a_recorded_digit_is_chosen_and_shifted(page):
    loaded(page)
    page.get_by_label("recorded digit").focus()
    page.keyboard.type("7")
    assert int(np.argmax(seen(page))) == 7
    values = np.array(page.evaluate("field.values()")).reshape(8, 8)
    for _ in range(4):  # from the choice over the button back to the field
        if page.evaluate("document.activeElement.id") == "try-field":
            break
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "try-field"
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    moved = np.array(page.evaluate("field.values()")).reshape(8, 8)
    assert (moved[2:, 1:] == values[:-2, :-1]).all() and moved[:2].sum() == moved[:, 0].sum() == 0
    page.keyboard.press("Control+ArrowLeft")  # is the browser's
    assert (np.array(page.evaluate("field.values()")).reshape(8, 8) == moved).all()
    # Whoever draws then begins with an empty field.
    draw(page, DIGITS[1])
    assert page.get_by_label("recorded digit").input_value() == ""
    assert int(np.argmax(seen(page))) == 1


def test_what_the_network_gets_is_shown_as_an_image_and_as_numbers(page):
    opened(page)  # without a network, too
    put(page, 5)
    answered(page)
    assert words(page) == "Load a network, and it says what this is."
    page.locator("#try-numbers summary").click()
    cells = page.locator("#try-numbers td")
    page.wait_for_function("document.querySelectorAll('#try-numbers td').length === 64")
    expected = try_files.recorded_digits()[5]["values"]
    assert list(map(int, cells.all_inner_texts())) == expected
    put(page, 2)
    page.wait_for_function(
        "document.querySelector('#try-numbers td:nth-child(4)').textContent === "
        f"'{try_files.recorded_digits()[2]['values'][3]}'"
    )
    assert page.locator("#try-size").inner_text() == "3×32×32, as the network gets it"


def page_logits(page):
    found = []
    for digit in range(10):
        put(page, digit)
        answered(page)
        found.append(page.evaluate("state.seen.logits"))
    return np.array(found)


def recorded_images(digits):
    """Return the ten recorded digits as chapter 1 has them."""
    first = [(digits.test_labels == digit).nonzero()[0].item() for digit in range(10)]
    return digits.test_images[first]


def test_logits_of_the_small_network_are_those_of_pytorch(page, digits, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import digits_small
    from safetensors.torch import load

    from tutorial_code.shared.tables import recorded_run

    network = digits_small.make_network(
        recorded_run("digits-small").read("config.json")["blocks"], 10
    )
    network.load_state_dict(load(try_files.recorded_weights()))
    loaded(page)
    facts = page.evaluate("state.facts")
    with torch.no_grad():
        expected = network.eval()(normalize(recorded_images(digits), facts["mean"], facts["std"]))
    assert np.abs(page_logits(page) - expected.numpy()).max() < 1e-3


@pytest.fixture(scope="module")
def full(digits):
    """A ResNet-50 with weights at random and the statistics of some digits, and its file."""
    torch.manual_seed(0)
    network = ResNet50(num_classes=10)
    mean, std = [0.3, 0.31, 0.29], [0.37, 0.36, 0.38]
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.train()(normalize(digits.train_images[:64], mean, std))
    facts = {"classes": CLASSES, "mean": mean, "std": std, "model": "resnet50", "stem": "7x7"}
    facts |= {"image_size": 32, "blocks": [3, 4, 6, 3]}
    return network.eval(), file_content(network.state_dict(), facts), facts


def test_a_whole_resnet_50_is_dropped_in_and_gives_the_logits_of_pytorch(
    page, digits, full, tmp_path
):
    network, content, facts = full
    file = tmp_path / "weights.safetensors"
    file.write_bytes(content)
    opened(page)
    page.locator("#try-file").set_input_files(file)
    page.locator("#try-facts dt").first.wait_for()
    said = page.locator("#try-facts").inner_text()
    for part in (
        "weights.safetensors, 94",
        "resnet50, 7x7 stem",
        "16, each a Bottleneck",
        "23,528,522",
    ):
        assert part in said
    assert page.locator("#try-blocks select").count() == 16
    with torch.no_grad():
        expected = network(normalize(recorded_images(digits), facts["mean"], facts["std"]))
    assert np.abs(page_logits(page) - expected.numpy()).max() < 1e-3


WRONG = {
    "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "weights.pth": b"PK\x03\x04" + bytes(100),
    "empty.safetensors": b"",
    "text.safetensors": b"these are words and no weights at all",
}


@pytest.mark.parametrize("name", [*WRONG, "cut.safetensors"])
def test_a_wrong_file_gets_a_sentence_and_what_was_loaded_stays(name, page):
    loaded(page)
    put(page, 3)
    before = seen(page)
    recorded = try_files.recorded_weights()
    drop(page, name, WRONG.get(name, recorded[: len(recorded) // 2]))
    page.wait_for_function("document.getElementById('try-wrong').textContent !== ''")
    said = page.locator("#try-wrong").inner_text()
    assert said.endswith(".") and "Error" not in said and 5 < len(said.split()) < 60
    assert "130," in page.locator("#try-network").inner_text()  # the parameters of what stays
    put(page, 4)
    put(page, 3)
    assert seen(page) == pytest.approx(before)


def test_a_file_is_dropped_on_its_place(page):
    opened(page)
    content = list(try_files.recorded_weights())
    given = page.evaluate_handle(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], "mine.safetensors"));
            return transfer;
        }""",
        content,
    )
    page.dispatch_event("#try-weights", "dragover", {"dataTransfer": given})
    page.dispatch_event("#try-weights", "drop", {"dataTransfer": given})
    page.locator("#try-facts dt").first.wait_for()
    assert "mine.safetensors, 283 kB" in page.locator("#try-facts").inner_text()


def test_a_block_is_cut_the_answer_follows_and_all_is_put_back(page):
    loaded(page)
    put(page, 8)
    whole = seen(page)
    parts = page.evaluate("document.querySelector('#try-blocks li .part.sum .norm').textContent")
    assert re.fullmatch(r"[\d.,]+", parts)
    choice = page.get_by_label("what is left of conv2_x.1")
    choice.select_option("no shortcut")
    cut = seen(page)
    assert np.abs(np.array(cut) - whole).max() > 0.01
    said = page.locator("#try-change").inner_text()
    assert said.startswith("With what is cut out, the network says ")
    assert said.endswith(f"The whole network says 8, with {100 * max(whole):.1f}%.")
    # The marks are the whole network's.
    marks = page.evaluate(
        "[...document.querySelectorAll('#try-bars .mark')]"
        ".map((mark) => parseFloat(mark.style.left))"
    )
    assert marks == pytest.approx([100 * each for each in whole], abs=1e-3)
    expected = page.evaluate(
        """async () => {
            const asked = { image: state.seen.image, height: 32, width: 32, inside: true };
            const cuts = { "conv2_x.1": "shortcut" };
            const { blocks } = await state.network.answer({ ...asked, cuts });
            return blocks.map(({ norms }) => short(norms.sum));
        }"""
    )
    assert page.locator("#try-blocks .part.sum .norm").all_inner_texts() == expected
    put(page, 3)  # what is cut stays cut
    assert "With what is cut out" in words(page)
    back = page.get_by_role("button", name="Put everything back")
    back.click()
    put(page, 8)
    assert seen(page) == pytest.approx(whole)
    assert choice.input_value() == "" and back.is_disabled()
    assert page.locator("#try-bars .mark").count() == 0
    choice.select_option("no branch")
    assert np.abs(np.array(seen(page)) - whole).max() > 0


def test_which_part_counts_is_computed_for_the_drawing_and_forgotten_with_it(page):
    loaded(page)
    draw(page, DIGITS[4])
    answered(page)
    page.get_by_role("button", name="Show which part counts").click()
    page.wait_for_function("state.map !== null")
    said = page.locator("#try-counts").inner_text()
    falls = np.array(page.evaluate("[...state.map.falls]")).reshape(32, 32)
    assert "the 4" in said and falls.max() > 0.05
    ink = np.array(page.evaluate("[...state.seen.image.slice(0, 1024)]")).reshape(32, 32)
    assert falls[ink > 0.5].mean() > falls[ink == 0].mean()
    put(page, 6)
    answered(page)
    assert page.evaluate("state.map") is None
    assert "ask again" in page.locator("#try-counts").inner_text()


def photograph():
    import io

    from PIL import Image
    from sklearn.datasets import load_sample_image

    buffer = io.BytesIO()
    Image.fromarray(load_sample_image("china.jpg")).save(buffer, "png")
    return buffer.getvalue()


def test_a_photograph_is_judged_as_predict_judges_it(page, full, tmp_path):
    from tutorial_code.data.image_folder import read_image

    network, _, facts = full
    names = [f"thing {number}" for number in range(10)]
    file = tmp_path / "weights.safetensors"
    file.write_bytes(file_content(network.state_dict(), facts | {"classes": names}))
    opened(page)
    page.locator("#try-file").set_input_files(file)
    page.locator("#try-facts dt").first.wait_for()
    assert "knows thing 0, thing 1" in page.locator("#try-photograph-words").inner_text()
    drop(page, "china.png", photograph(), "image/png", "#try-photograph")
    page.wait_for_function("state.seen !== null")
    answered(page)
    (tmp_path / "china.png").write_bytes(photograph())
    image = read_image(tmp_path / "china.png", 32)
    with torch.no_grad():
        expected = network(normalize(image[None], facts["mean"], facts["std"]))[0]
        inverted = network(normalize(255 - image[None], facts["mean"], facts["std"]))[0]
    assert np.abs(np.array(page.evaluate("state.seen.logits")) - expected.numpy()).max() < 0.05
    page.get_by_label("exchange light and dark").check()
    answered(page)
    assert np.abs(np.array(page.evaluate("state.seen.logits")) - inverted.numpy()).max() < 0.05
    page.get_by_role("button", name="Back to the drawing").click()
    answered(page)
    assert page.evaluate("state.photograph") is None
    drop(page, "notes.txt", b"words", "text/plain", "#try-photograph")
    page.wait_for_function("document.getElementById('try-no-image').textContent !== ''")
    assert "notes.txt is no image" in page.locator("#try-no-image").inner_text()


def test_of_many_classes_the_ten_most_probable_are_shown(page):
    opened(page)
    shown = page.evaluate(
        """() => {
            const classes = [...Array(30).keys()].map((number) => `class ${number}`);
            const probabilities = classes.map((_, number) => (number * 7 % 30) / 435);
            paintBars(part("bars"), classes, probabilities, null);
            return [...part("bars").querySelectorAll(".name")].map((name) => name.textContent);
        }"""
    )
    order = sorted(range(30), key=lambda number: -(number * 7 % 30))
    assert shown == [f"class {number}" for number in order[:10]]


def test_never_more_than_one_answer_is_asked_for_and_the_newest_drawing_wins(page):
    loaded(page)
    page.evaluate(
        """() => {
            const answer = state.network.answer;
            Object.assign(window, { asked: 0, open: 0, most: 0 });
            state.network.answer = async (given) => {
                Object.assign(window, { asked: asked + 1, open: open + 1 });
                most = Math.max(most, open);
                await new Promise((go) => setTimeout(go, 120)); // a slow network
                const found = await answer(given);
                open -= 1;
                return found;
            };
        }"""
    )
    draw(page, DIGITS[0])
    page.locator("#try-clear").click()
    draw(page, DIGITS[2])
    assert int(np.argmax(seen(page))) == 2
    moves = sum(map(len, DIGITS[0] + DIGITS[2]))
    assert page.evaluate("most") == 1 and page.evaluate("asked") < moves / 2


def test_the_answer_is_said_once_and_not_at_every_move(page):
    loaded(page)
    page.evaluate(
        """() => {
            window.said = [];
            new MutationObserver(() => said.push(part("words").textContent))
                .observe(part("words"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    draw(page, DIGITS[3])
    answered(page)
    said = page.evaluate("said")
    assert said[-1].startswith("The network says 3") and len(said) <= 3
    assert page.locator("#try-words").get_attribute("role") == "status"


def memory(browser, page):
    """Return the megabytes that are used by scripts of the page, and by all of its process."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    whole = browser.new_browser_cdp_session()
    processes = whole.send("SystemInfo.getProcessInfo")["processInfo"]
    whole.detach()
    pages = 0
    for process in processes:
        if process["type"] == "renderer":
            statm = Path(f"/proc/{process['id']}/statm").read_text(encoding="ascii")
            pages += int(statm.split()[1])
    return found["JSHeapUsedSize"] / 1e6, found["Nodes"], pages * 4096 / 1e6


def test_memory_does_not_grow_over_fifty_drawings(page, browser):
    loaded(page)

    def drawings(count):
        for number in range(count):
            page.locator("#try-clear").click()
            draw(page, DIGITS[number % 10])
        answered(page)

    drawings(15)
    heap, nodes, process = memory(browser, page)
    drawings(50)
    now = memory(browser, page)
    assert now[0] - heap < 3 and now[1] - nodes < 200
    assert now[2] - process < 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(scheme, page):
    from axe_playwright_python.sync_playwright import Axe
    from test_pages import STANDARD

    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def faults():
        found = Axe().run(page, options=STANDARD).response["violations"]
        return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found]

    opened(page)
    assert faults() == []
    loaded(page)
    draw(page, DIGITS[9])
    page.locator("#try-numbers summary").click()
    page.get_by_label("what is left of conv3_x.0").select_option("no branch")
    answered(page)
    page.get_by_role("button", name="Show which part counts").click()
    page.wait_for_function("state.map !== null")
    assert faults() == []
    drop(page, "photo.png", WRONG["photo.png"])
    drop(page, "notes.txt", b"words", "text/plain", "#try-photograph")
    page.wait_for_timeout(500)
    drop(page, "china.png", photograph(), "image/png", "#try-photograph")
    answered(page)
    assert faults() == []


@pytest.mark.parametrize("width", [360, 1280])
def test_labels_are_large_enough_and_nothing_scrolls_sideways(width, page):
    page.set_viewport_size({"width": width, "height": 900})
    loaded(page)
    put(page, 0)
    page.locator("#try-numbers summary").click()
    answered(page)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".try *")]
            .filter((node) => node.getClientRects().length
                && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
            .map((node) => [parseFloat(getComputedStyle(node).fontSize), node.textContent])"""
    )
    assert sizes and [each for each in sizes if each[0] < SMALLEST] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".try :is(select, button, canvas, input, span)")]
            .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth
                && getComputedStyle(node).display !== "inline")
            .map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert outside == []


def test_switching_the_scheme_paints_all_anew(page):
    page.emulate_media(color_scheme="light")
    loaded(page)
    put(page, 8)
    answered(page)
    page.get_by_role("button", name="Show which part counts").click()
    page.wait_for_function("state.map !== null")
    colors = """() => ["try-field", "try-values", "try-occlusion", null].map((id) => {
        const canvas = document.querySelector(id ? `#${id}` : "#try-blocks canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [most, found] = [-1, ""];
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] <= most) continue;
            [most, found] = [data[at + 3], [...data.slice(at, at + 3)].join()];
        }
        return found;
    })"""
    before = page.evaluate(colors)
    page.locator("label[title='Switch to dark']").click()
    page.wait_for_timeout(300)
    after = page.evaluate(colors)
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_the_page_works_from_a_folder(page, site):
    page.goto((site / "try.html").as_uri())
    page.get_by_role("button", name=re.compile("Load the small network")).first.click()
    page.locator("#try-facts dt").first.wait_for()
    draw(page, DIGITS[5])
    assert int(np.argmax(seen(page))) == 5
    assert page.wrong and all(url.startswith("file:") for url in page.wrong)
    page.wrong.clear()


def test_the_weights_are_loaded_on_a_click_and_nothing_shifts(page):
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.add_init_script(SHIFTS)
    opened(page)
    assert not any("weights" in url for url in fetched)
    loaded(page)
    draw(page, DIGITS[6])
    answered(page)
    assert sum("recorded-weights.js" in url for url in fetched) == 1
    assert page.evaluate("window.shifts") < 0.1


def test_on_paper_the_answer_stands_without_what_only_a_screen_needs(page):
    loaded(page)
    draw(page, DIGITS[2])
    answered(page)
    page.emulate_media(media="print")
    assert page.locator(".try button:visible, .try .drop:visible").count() == 0
    for name in ("#try-field", "#try-bars", "#try-words", "#try-image"):
        assert page.locator(name).is_visible()


def test_without_scripts_there_is_a_picture_and_a_sentence(browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    still = opened(context.new_page())
    assert still.locator("figure.drawing svg.wide").is_visible()
    assert "allow scripts" in re.sub(
        r"\s+", " ", still.locator("figure.drawing figcaption").inner_text()
    )
    assert still.locator(".try:visible").count() == 0
    assert still.locator("h2:visible").count() >= 6
    context.close()


def test_the_page_of_resnet50_try_has_the_run_loaded(finished, browser):
    server, address = try_page.make_page(try_page.page_files(finished))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.locator("#try-facts dt").first.wait_for()
    assert str(finished) in page.locator("#try-network").inner_text()
    put(page, 1)  # below, no function is waited for: the page allows no eval
    page.locator("#try-words", has_text="The network says one").wait_for()
    assert set(page.locator("#try-bars .name").all_inner_texts()) == {"one", "zero"}
    assert wrong == []
    context.close()
    server.shutdown()
    server.server_close()
