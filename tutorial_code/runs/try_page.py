"""``resnet50 try``: the page "Try your network" from this machine, with the network of a run."""

import contextlib
import json
import threading
import webbrowser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.runs import try_files
from tutorial_code.runs.trained_run import load_run
from tutorial_code.runs.weights_file import weights_of
from tutorial_code.shared.colors import DARK, LIGHT, css_variables
from tutorial_code.shared.errors import ReaderError

HOST = "127.0.0.1"  # nobody but this machine
WEIGHTS = "weights.safetensors"
KINDS = {
    "": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".safetensors": "application/octet-stream",
}
HEADERS = {
    # The next run may be served at the same address.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Whatever the page does, the browser sends nothing elsewhere.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; worker-src blob:; "
        "style-src 'self' 'unsafe-inline'"
    ),
}
# Calls givenNetwork what the page loads at once.
GIVEN = """\
window.givenNetwork = {{
  name: {name},
  load: async () => (await fetch({weights})).arrayBuffer(),
}};
"""


class Page(NamedTuple):
    """A server of the page, which is not yet serving."""

    server: ThreadingHTTPServer
    address: str


def try_run(folder: Path, opened: bool = True) -> None:
    """Serve the page with the network of a run until Ctrl-C.

    Args:
        folder: of the run.
        opened: whether to open the page in the browser.

    Raises:
        ReaderError: the run cannot be read, or the page cannot compute its network.
    """
    server, address = make_page(page_files(folder))
    print(f"The network of {folder} is at {address} until you press Ctrl-C.", flush=True)
    if opened:
        # Beside the server, because a browser within a terminal returns only when it is closed.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nThe page is closed.")
    finally:
        server.server_close()


def page_files(folder: Path) -> dict[str, bytes]:
    """Return all that is served, by its name; the page itself has none.

    Raises:
        ReaderError: the run cannot be read, or the page cannot compute its network.
    """
    content, own_names = weights_of(load_run(folder))
    if own_names:
        raise ReaderError(
            f"The network of {folder} does not compute what the tutorial's computes with the same "
            "weights, so the page cannot show it: use  resnet50 predict  for images."
        )
    given = GIVEN.format(name=json.dumps(str(folder)), weights=json.dumps(WEIGHTS))
    texts = {
        "": _page(),
        "local.css": _colors() + try_files.text_of("local.css"),
        "given.js": given,
    }
    for name in (try_files.STYLES, *try_files.SCRIPTS, try_files.RECORDED_WEIGHTS):
        texts[name] = try_files.text_of(name)
    return {name: text.encode() for name, text in texts.items()} | {WEIGHTS: content}


def _page() -> str:
    names = ["given.js", *try_files.SCRIPTS]
    scripts = "\n    ".join(f'<script src="{name}" defer></script>' for name in names)
    fragment = try_files.without_links(try_files.fragment())
    frame = try_files.text_of("local.html")
    return frame.replace("{{SCRIPTS}}", scripts).replace("{{PAGE}}", fragment)


def _colors() -> str:
    return (
        f":root {{ color-scheme: light dark; {css_variables(LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {css_variables(DARK)} }} }}\n"
    )


def make_page(files: dict[str, bytes]) -> Page:
    """Return a server of these files, and nothing else, at a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_content=True)

        def do_HEAD(self) -> None:
            self._answer(with_content=False)

        def _answer(self, with_content: bool) -> None:
            # Another name that leads here may be one of a page that wants to read what is served.
            if self.headers.get("Host") not in hosts:
                self.send_error(HTTPStatus.FORBIDDEN)
                return
            name = self.path.partition("?")[0].removeprefix("/")
            if name not in files:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            ending = Path(name).suffix
            for header, value in {
                **HEADERS,
                "Content-Type": KINDS[ending],
                "Content-Length": str(len(files[name])),
            }.items():
                self.send_header(header, value)
            # A browser may leave before it has everything.
            with contextlib.suppress(ConnectionError):
                self.end_headers()
                if with_content:
                    self.wfile.write(files[name])

        def log_message(self, format: str, *args: Any) -> None:
            pass  # the terminal keeps the address in sight

    server = ThreadingHTTPServer((HOST, 0), Handler)
    port = server.server_port
    hosts = (f"{HOST}:{port}", f"localhost:{port}")
    return Page(server, f"http://{HOST}:{port}/")
