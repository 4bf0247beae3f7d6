"""Every page of the built site: what must hold for all of them."""

import gzip
import re
from pathlib import Path

import pytest

SITE = Path(__file__).parent.parent.parent / "site"
PAGES = sorted(
    str(path.relative_to(SITE).as_posix())
    for path in SITE.rglob("*.html")
    if path.name != "404.html"
)
STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COMPRESSED = {".html", ".css", ".js", ".json", ".svg"}


def weight(path):
    content = path.read_bytes()
    return len(gzip.compress(content)) if path.suffix in COMPRESSED else len(content)


def test_all_pages_are_there(site):
    assert len(PAGES) >= 15
    assert {
        f"chapters/{path.stem}.html" for path in (SITE.parent / "tutorial_code").glob("ch*.py")
    } <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound_light_and_still(name, page, address):
    """One title and heading, words for every figure, little to load, and nothing that shifts while
    it loads.
    """
    loaded = []
    page.on("response", lambda response: loaded.append(response.url))
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => { for (const entry of "
        "list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value; }).observe({ "
        "type: 'layout-shift', buffered: true });"
    )
    page.goto(name, wait_until="networkidle")
    assert page.title().strip()
    assert page.locator("h1").count() == 1
    for drawn in page.locator("figure .stage > svg, figure img, article img").all():
        assert (drawn.get_attribute("aria-label") or drawn.get_attribute("alt") or "").strip()
    # mathematics that was not converted
    assert "$" not in " ".join(page.locator("article p").all_inner_texts())
    files = {
        SITE / url.removeprefix(address).split("?")[0].split("#")[0]
        for url in loaded
        if url.startswith(address)
    }
    weights = {path.relative_to(SITE).as_posix(): weight(path) for path in files}
    fonts = {path: size for path, size in weights.items() if path.endswith(".woff2")}
    assert sum(fonts.values()) <= 200_000, fonts  # loaded once, for all pages
    assert sum(weights.values()) - sum(fonts.values()) <= 300_000, weights
    assert page.evaluate("window.shifts") < 0.1  # what the field calls good


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(name, scheme, page):
    from axe_playwright_python.sync_playwright import Axe  # of the site's tools, as the browser is

    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(name, wait_until="networkidle")

    def faults():
        found = Axe().run(page, options=STANDARD).response["violations"]
        return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found]

    assert faults() == []
    if page.locator(".cover").count():
        page.get_by_role("button", name="Show all").click()
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert faults() == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_links_and_anchors_lead_somewhere(site):
    anchors = {}
    for name in PAGES:
        text = (SITE / name).read_text(encoding="utf-8")
        anchors[name] = set(re.findall(r'\sid="([^"]+)"', text)) | set(
            re.findall(r'<a name="([^"]+)"', text)
        )
    broken = []
    for name in PAGES:
        for link in re.findall(
            r'(?:href|src)="([^"]+)"', (SITE / name).read_text(encoding="utf-8")
        ):
            if re.match(r"[a-z]+:|//", link):
                continue
            target, _, anchor = link.partition("#")
            path = ((SITE / name).parent / target).resolve() if target else SITE / name
            if not path.exists():
                broken.append((name, link))
            elif anchor and path.suffix == ".html":
                known = anchors.get(path.relative_to(SITE.resolve()).as_posix())
                if known is not None and anchor not in known and anchor != "__search":
                    broken.append((name, link))
    assert broken == []


@pytest.mark.parametrize("name", ["chapters/ch03_bottleneck.html", "network.html", "runs.html"])
def test_readable_without_scripts(name, browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto(name)
    assert page.locator("article").inner_text().count(" ") > 100
    if name == "network.html":
        assert "25,557,032" in page.locator("#calculator").inner_text()
    context.close()


def test_the_site_works_from_a_folder(page, site):
    """Opened as files, without a server: the calculator computes, and search finds."""
    page.goto((SITE / "network.html").as_uri())
    page.get_by_label("input size").fill("32")
    assert "2048×1×1" in page.locator("#calculator").inner_text()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("bottleneck")
    page.wait_for_selector(".md-search-result__item")
    assert all(url.startswith("file:") for url in page.wrong)
    page.wrong.clear()  # a browser counts each file as a request to another place
