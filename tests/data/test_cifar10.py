import contextlib
import hashlib
import pickle
import tarfile
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import cifar10
from tutorial_code.data.cifar10 import Archive, fetch_archive
from tutorial_code.shared.errors import ReaderError

CONTENT = np.random.default_rng(0).bytes(300_000)
ARCHIVE = Archive("cifar-10-python.tar.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
DEAD = "http://127.0.0.1:9/cifar-10-python.tar.gz"


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
        return f"http://127.0.0.1:{server.server_port}/cifar-10-python.tar.gz", log

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
        time.sleep(pause)  # without another pause about 60 kB/s, as CIFAR-10's own host


def fetch(root, *addresses, too_slow=100_000, patience=0.5):
    return fetch_archive(root, addresses, ARCHIVE, too_slow=too_slow, patience=patience)


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


def test_a_page_in_place_of_the_archive_does_not_touch_the_part(tmp_path, serve):
    (tmp_path / "cifar-10-python.tar.gz.part").write_bytes(CONTENT[:1000])
    portal, _ = serve(whole, content=b"<html>please log in</html>", ranges=False)
    right, log = serve(whole)
    assert fetch(tmp_path, portal, right).read_bytes() == CONTENT
    assert log == ["bytes=1000-"]


def test_a_server_without_ranges_starts_again(tmp_path, serve):
    (tmp_path / "cifar-10-python.tar.gz.part").write_bytes(CONTENT[:1000])
    address, _ = serve(whole, ranges=False)
    assert fetch(tmp_path, address).read_bytes() == CONTENT


def test_slow_everywhere_is_still_fetched(tmp_path, serve):
    address, _ = serve(partial(slow, pause=0.01))
    assert fetch(tmp_path, DEAD, address, too_slow=1_000_000, patience=0.1).read_bytes() == CONTENT


def test_an_archive_put_there_by_hand_is_used(tmp_path):
    (tmp_path / ARCHIVE.name).write_bytes(CONTENT)
    assert fetch(tmp_path, DEAD).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], bytes(len(CONTENT))])
def test_a_damaged_archive_is_named_and_kept(tmp_path, content):
    (tmp_path / ARCHIVE.name).write_bytes(content)
    with pytest.raises(ReaderError, match="damaged or cut off"):
        fetch(tmp_path, DEAD)
    assert (tmp_path / ARCHIVE.name).read_bytes() == content


def test_no_network_says_how_to_get_it_otherwise(tmp_path, monkeypatch, command):
    monkeypatch.setattr(
        cifar10.fetch_archive, "__defaults__", ((DEAD,), cifar10.ARCHIVE, 100_000, 0.5)
    )
    code, _, err = command("train", "--data", "cifar10", "--out", "run")
    assert code == 2
    assert "170,498,071 bytes" in err and "in any other way" in err and "data" in err
    assert err.count("\n") == 1


def test_cifar10_is_read_from_the_archive(tmp_path, monkeypatch):
    """A small archive in CIFAR-10's own format, through torchvision's own reader."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "made" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    sums, pixels = {}, {}
    for name in ["data_batch_1", "test_batch"]:
        pixels[name] = rng.integers(0, 256, (4, 3072), dtype=np.uint8)
        (folder / name).write_bytes(pickle.dumps({"data": pixels[name], "labels": [0, 1, 2, 9]}))
        sums[name] = hashlib.md5((folder / name).read_bytes()).hexdigest()
    names = [f"class{number}" for number in range(10)]
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": names}))
    root = tmp_path / "data"
    root.mkdir()
    archive = root / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, "cifar-10-batches-py")
    content = archive.read_bytes()
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(content).hexdigest())
    monkeypatch.setattr(CIFAR10, "train_list", [["data_batch_1", sums["data_batch_1"]]])
    monkeypatch.setattr(CIFAR10, "test_list", [["test_batch", sums["test_batch"]]])
    meta_sum = hashlib.md5((folder / "batches.meta").read_bytes()).hexdigest()
    monkeypatch.setattr(
        CIFAR10, "meta", {"filename": "batches.meta", "key": "label_names", "md5": meta_sum}
    )
    small = Archive(archive.name, len(content), hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(cifar10.fetch_archive, "__defaults__", ((DEAD,), small, 100_000, 0.5))
    data = load_dataset("cifar10", root)
    assert data.classes == tuple(names)
    assert data.train_labels.tolist() == [0, 1, 2, 9]
    assert (data.train_images.numpy() == pixels["data_batch_1"].reshape(4, 3, 32, 32)).all()
    assert (data.test_images.numpy() == pixels["test_batch"].reshape(4, 3, 32, 32)).all()
