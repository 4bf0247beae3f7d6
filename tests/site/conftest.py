"""The built site on localhost, and a browser to look at it with."""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

SITE = Path(__file__).parent.parent.parent / "site"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


def missing(what):
    """Skip where something is not installed; where all of it should be, as on the gate, fail."""
    if os.environ.get("SITE_MUST_BE_TESTED"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").exists():
        missing("the site is not built: uv run mkdocs build --strict")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=site)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser(site):
    if CHROMIUM is None:
        missing("no Chromium is installed: apt-get install chromium, or your system's own way")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    """A page on a desk, light; it fails the test for an error in the console or a request that
    fails.
    """
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=address, accept_downloads=True
    )
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda message: message.type == "error" and page.wrong.append(message.text))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("requestfailed", lambda request: page.wrong.append(f"failed: {request.url}"))
    page.on("response", lambda response: response.status >= 400 and page.wrong.append(response.url))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((address, "data:", "blob:")) or page.wrong.append(request.url)
        ),
    )
    yield page
    context.close()
    assert page.wrong == []
