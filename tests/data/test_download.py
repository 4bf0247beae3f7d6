import contextlib
import hashlib
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tutorial_code.data.download import RemoteFile, fetch_file
from tutorial_code.shared.errors import ReaderError

CONTENT = np.random.default_rng(0).bytes(300_000)
NAME = "file.tar.gz"
SUM = hashlib.sha256(CONTENT).hexdigest()
FILE = RemoteFile("A file", NAME, len(CONTENT), SUM)
DEAD = f"http://127.0.0.1:9/{NAME}"


@pytest.fixture
def serve():
    """Start a server whose answer is `behave(handler, content_from_the_asked_place)`; return its
    address and log.
    """
    servers = []

    def start(behave, content=CONTENT, ranges=True):
        log = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range") if ranges else None
                log.append(asked)
                begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(content) - begin))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    behave(self, content[begin:])

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/{NAME}", log

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def whole(handler, content):
    handler.wfile.write(content)


def cut_off(handler, content):
    handler.wfile.write(content[: len(CONTENT) // 2])


def slow(handler, content, pause=0.05):
    for start in range(0, len(content), 3000):
        handler.wfile.write(content[start : start + 3000])
        handler.wfile.flush()
        time.sleep(pause)  # without another pause about 60 kB/s


def fetch(root, *addresses, file=FILE, too_slow=100_000, patience=0.5):
    return fetch_file(root, addresses, file, too_slow=too_slow, patience=patience)


def test_a_dead_address_is_left_for_the_next(tmp_path, serve):
    address, _ = serve(whole)
    assert fetch(tmp_path, DEAD, address).read_bytes() == CONTENT


def test_a_slow_address_is_left_and_its_part_continued(tmp_path, serve):
    tardy, _ = serve(slow)
    quick, log = serve(whole)
    start = time.monotonic()
    assert fetch(tmp_path, tardy, quick).read_bytes() == CONTENT
    assert time.monotonic() - start < 4  # all of it from the slow one takes 5 s
    assert log[0].startswith("bytes=")


def test_what_was_cut_off_half_way_is_continued(tmp_path, serve):
    broken, _ = serve(cut_off)
    sound, log = serve(whole)
    assert fetch(tmp_path, broken, sound).read_bytes() == CONTENT
    assert log == [f"bytes={len(CONTENT) // 2}-"]


def test_wrong_bytes_are_left_for_the_next(tmp_path, serve):
    wrong, _ = serve(whole, content=bytes(len(CONTENT)))
    right, log = serve(whole)
    assert fetch(tmp_path, wrong, right).read_bytes() == CONTENT
    assert log == [None]  # nothing of the wrong bytes was kept


def test_wrong_bytes_everywhere_end_with_a_reason_and_leave_nothing(tmp_path, serve):
    wrong = [serve(whole, content=bytes(len(CONTENT)))[0] for _ in range(2)]
    with pytest.raises(ReaderError, match="serves other bytes"):
        fetch(tmp_path, *wrong)
    assert not list(tmp_path.iterdir())


def test_wrong_first_half_is_not_held_against_the_address_that_finished_it(tmp_path, serve):
    wrong, _ = serve(cut_off, content=bytes(len(CONTENT)))
    right, log = serve(whole)
    assert fetch(tmp_path, wrong, right).read_bytes() == CONTENT
    assert log == [f"bytes={len(CONTENT) // 2}-", None]


def test_a_page_in_place_of_the_file_does_not_touch_the_part(tmp_path, serve):
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT[:1000])
    portal, _ = serve(whole, content=b"<html>please log in</html>", ranges=False)
    right, log = serve(whole)
    assert fetch(tmp_path, portal, right).read_bytes() == CONTENT
    assert log == ["bytes=1000-"]


def test_a_server_without_ranges_starts_again(tmp_path, serve):
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT[:1000])
    address, _ = serve(whole, ranges=False)
    assert fetch(tmp_path, address).read_bytes() == CONTENT


def test_slow_everywhere_is_still_fetched(tmp_path, serve):
    address, _ = serve(partial(slow, pause=0.01))
    assert fetch(tmp_path, DEAD, address, too_slow=1_000_000, patience=0.1).read_bytes() == CONTENT


def test_an_file_put_there_by_hand_is_used(tmp_path):
    (tmp_path / NAME).write_bytes(CONTENT)
    assert fetch(tmp_path, DEAD).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], bytes(len(CONTENT))])
def test_a_damaged_file_is_named_and_kept(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ReaderError, match="damaged or cut off"):
        fetch(tmp_path, DEAD)
    assert (tmp_path / NAME).read_bytes() == content


# As a file whose name holds the first digits of its checksum, and whose size was rounded.
ROUNDED = FILE._replace(size=len(CONTENT) + 400, sha256=SUM[:8], rounding=500)


def test_a_size_may_be_known_roughly_and_a_checksum_by_its_first_digits(tmp_path, serve):
    broken, _ = serve(cut_off)
    sound, log = serve(whole)
    assert fetch(tmp_path, broken, sound, file=ROUNDED).read_bytes() == CONTENT
    assert log == [f"bytes={len(CONTENT) // 2}-"]
    assert fetch(tmp_path, DEAD, file=ROUNDED).read_bytes() == CONTENT  # now it is there


@pytest.mark.parametrize("content", [CONTENT[:-1000], bytes(len(CONTENT))])
def test_a_rough_size_and_the_first_digits_still_refuse_other_bytes(tmp_path, serve, content):
    wrong, _ = serve(whole, content=content)
    with pytest.raises(ReaderError, match=r"another size|other bytes"):
        fetch(tmp_path, wrong, file=ROUNDED)
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ReaderError, match="damaged or cut off"):
        fetch(tmp_path, DEAD, file=ROUNDED)


def test_what_could_not_be_fetched_is_named_with_its_folder(tmp_path):
    with pytest.raises(ReaderError, match="in any other way") as error:
        fetch(tmp_path, DEAD, file=FILE._replace(what="The thing"))
    assert str(error.value).startswith("The thing could not be fetched (127.0.0.1:9 does not")
    assert "300,000 bytes" in str(error.value) and str(tmp_path) in str(error.value)
    with pytest.raises(ReaderError, match="about 0 MB"):
        fetch(tmp_path, DEAD, file=ROUNDED)
