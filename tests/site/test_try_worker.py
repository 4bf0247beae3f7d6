"""The worker of the page "Try your network" in a browser, from a page that was opened as a file."""

import pytest

from tutorial_code.runs import try_files

START = """
    globalThis.digit = (number) => {
        // What a digit is made of does not matter here: its 8×8 values, each four times as wide.
        const { values } = recordedDigits[number];
        return Float32Array.from({ length: 3 * 1024 }, (_, place) => {
            const [row, column] = [(place % 1024) >> 5, place & 31];
            return values[(row >> 2) * 8 + (column >> 2)] / 16;
        });
    };
    globalThis.size = { height: 32, width: 32 };
    globalThis.failed = (promise) => promise.then(() => null, (error) => error.message);
    globalThis.network = startNetwork();
"""


@pytest.fixture
def opened(browser, tmp_path):
    """A page from a folder that has started the worker; it fails the test for an error."""
    scripts = [*try_files.generated(), "start.js"]
    for name in scripts:
        (tmp_path / name).write_text(try_files.text_of(name), encoding="utf-8")
    loaded = "".join(
        f'<script src="{name}"></script>' for name in ("sources.js", "recorded.js", "start.js")
    )
    (tmp_path / "page.html").write_text(f"<!doctype html>{loaded}", encoding="utf-8")
    page = browser.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "blob:")) or page.wrong.append(request.url)
        ),
    )
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate(START)
    yield page
    page.close()
    assert page.wrong == []


def test_the_small_network_answers_in_a_page_that_was_opened_as_a_file(opened):
    facts = opened.evaluate("recordedNetwork().then((buffer) => network.load(buffer))")
    assert facts["classes"] == [str(digit) for digit in range(10)]
    assert opened.evaluate("recordedNetworkBytes") == len(try_files.recorded_weights())
    said = opened.evaluate(
        """Promise.all(recordedDigits.map(async ({ label }) => {
            const { probabilities } = await network.answer({ image: digit(label), ...size });
            return probabilities.indexOf(Math.max(...probabilities));
        }))"""
    )
    right = sum(label == found for label, found in enumerate(said))
    assert right >= 9, said  # coarser than what it has learned from
    again = opened.evaluate("recordedNetwork().then((buffer) => buffer.byteLength)")
    assert again == len(try_files.recorded_weights())


def test_a_newer_map_ends_an_older_one_and_answers_come_in_between(opened):
    opened.evaluate("recordedNetwork().then((buffer) => network.load(buffer))")
    order = opened.evaluate(
        """async () => {
            const order = [];
            const asked = { image: digit(3), ...size, target: 3, patch: 8, step: 4, fill: 0 };
            await Promise.all([
                network.occlude(asked).catch((error) => order.push(error.message)),
                network.occlude({ ...asked, step: 8 }).then(({ map }) => order.push(map.length)),
                network.answer({ image: digit(3), ...size }).then(() => order.push("answer")),
            ]);
            return order;
        }"""
    )
    assert sorted(map(str, order)) == [
        "16",
        "Another map was asked for before this one was computed.",
        "answer",
    ]
    assert order[-1] == 16  # the answer did not wait for it


def test_errors_are_sentences_and_a_stopped_network_says_so(opened):
    image = "{ image: digit(0), ...size }"
    assert "load one first" in opened.evaluate(f"failed(network.answer({image}))")
    said = opened.evaluate("failed(network.load(new TextEncoder().encode('once upon').buffer))")
    assert "resnet50 export RUN" in said
    opened.evaluate("recordedNetwork().then((buffer) => network.load(buffer))")
    said = opened.evaluate(f"[failed(network.answer({image})), network.stop()][0]")
    assert said == "The network was stopped."
    assert opened.evaluate(f"failed(network.answer({image}))") == said


def test_memory_does_not_grow_over_fifty_answers(opened):
    opened.evaluate("recordedNetwork().then((buffer) => network.load(buffer))")
    answers = """async (count) => {
        for (let number = 0; number < count; number++) {
            await network.answer({ image: digit(number % 10), ...size, inside: true });
        }
    }"""
    rooms = "['image', 'patches', 'sum 0', 'sum 1'].map((name) => network.scratch(name).values)"
    session = opened.context.new_cdp_session(opened)

    def used():
        session.send("HeapProfiler.collectGarbage")
        found = session.send("Runtime.getHeapUsage")
        return found["usedSize"] + found.get("backingStorageSize", 0)

    opened.evaluate(answers, 10)
    (worker,) = opened.workers
    worker.evaluate(f"() => {{ globalThis.rooms = {rooms}; }}")
    before = used()
    opened.evaluate(answers, 50)
    assert used() < before + 1_000_000
    same = f"() => {rooms}.every((room, place) => room === globalThis.rooms[place])"
    assert worker.evaluate(same)  # the worker has memory of its own, and uses it again
