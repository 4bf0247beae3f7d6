"""`resnet50 try` serves the page with the network of a run, to this machine only."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import webbrowser

import pytest
from helpers import refused

from tutorial_code.runs import try_files, try_page
from tutorial_code.runs.weights_file import WeightsFile


@pytest.fixture(scope="module")
def files(finished):
    return try_page.page_files(finished)


@pytest.fixture
def address(files):
    server, address = try_page.make_page(files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def ask(address, path, host=None, method="GET"):
    """Return status, headers and content of an answer."""
    place = address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(place, timeout=30)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def test_the_page_its_scripts_and_the_weights_are_served(address, files, finished):
    status, headers, content = ask(address, "/")
    page = content.decode()
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert "{{" not in page and 'href="chapters' not in page and "<h1>Try your network" in page
    for name in ("given.js", *try_files.SCRIPTS):
        assert f'src="{name}"' in page
        status, headers, content = ask(address, f"/{name}")
        assert status == 200 and content and headers["Content-Type"].startswith("text/javascript")
    assert json.dumps(str(finished)) in ask(address, "/given.js")[2].decode()
    status, headers, content = ask(address, "/weights.safetensors")
    assert status == 200 and len(content) == int(headers["Content-Length"]) > 90_000_000
    assert headers["Cache-Control"] == "no-store"
    for name in ("local.css", "page.css", "recorded-weights.js"):
        assert ask(address, f"/{name}")[0] == 200
    status, headers, content = ask(address, "/weights.safetensors", method="HEAD")
    assert status == 200 and not content


def test_nothing_else_is_served_and_nobody_else_is_answered(address):
    port = address.rstrip("/").rpartition(":")[2]
    for path in ("/checkpoint.pt", "/../pyproject.toml", "/local.html", "/page.css/.."):
        assert ask(address, path)[0] == 404
    assert ask(address, "/", host=f"localhost:{port}")[0] == 200
    for host in ("elsewhere.example", f"elsewhere.example:{port}", "127.0.0.1:1"):
        assert ask(address, "/", host=host)[0] == 403
    assert ask(address, "/", method="POST")[0] == 501
    assert address.startswith("http://127.0.0.1:")


def test_the_command_prints_the_address_and_ends_with_a_sentence(finished):
    shown = subprocess.Popen(
        [sys.executable, "-m", "tutorial_code", "try", str(finished), "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        first = shown.stdout.readline()
        assert str(finished) in first and "Ctrl-C" in first
        (address,) = [word for word in first.split() if word.startswith("http://")]
        assert ask(address, "/")[0] == 200
        shown.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        out, err = shown.communicate(timeout=60)
    finally:
        shown.kill()
    if os.name != "nt":  # there a process of a group of its own gets no Ctrl-C
        assert (out, err, shown.returncode) == ("\nThe page is closed.\n", "", 0)


def test_the_browser_is_opened_unless_it_should_not_be(finished, command, monkeypatch):
    opened = []
    seen = threading.Event()

    def open_page(address):
        opened.append(address)
        seen.set()

    class Stopped(try_page.ThreadingHTTPServer):
        def serve_forever(self, poll_interval=0.5):
            raise KeyboardInterrupt

    monkeypatch.setattr(webbrowser, "open", open_page)
    monkeypatch.setattr(try_page, "ThreadingHTTPServer", Stopped)
    code, out, _ = command("try", finished)
    assert code == 0 and seen.wait(30) and opened[0] in out
    command("try", finished, "--no-open")
    assert len(opened) == 1


def test_a_run_that_cannot_be_tried_gets_a_sentence(finished, command, tmp_path, monkeypatch):
    refused(command("try", "nowhere"), "no run folder nowhere")
    (tmp_path / "begun").mkdir()
    shutil.copy(finished / "config.json", tmp_path / "begun")
    refused(command("try", "begun"), "no checkpoint")
    monkeypatch.setattr(try_page, "weights_of", lambda run: WeightsFile(b"", own_names=True))
    refused(command("try", finished), "the page cannot show it")
