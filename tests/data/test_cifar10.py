import hashlib
import pickle
import tarfile

import numpy as np
from torchvision.datasets import CIFAR10

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import cifar10
from tutorial_code.data.download import RemoteFile

DEAD = "http://127.0.0.1:9/cifar-10-python.tar.gz"


def test_no_network_says_how_to_get_it_otherwise(tmp_path, monkeypatch, command):
    monkeypatch.setattr(cifar10, "ADDRESSES", (DEAD,))
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
    small = RemoteFile("CIFAR-10", archive.name, len(content), hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(cifar10, "ARCHIVE", small)
    monkeypatch.setattr(cifar10, "ADDRESSES", (DEAD,))
    data = load_dataset("cifar10", root)
    assert data.classes == tuple(names)
    assert data.train_labels.tolist() == [0, 1, 2, 9]
    assert (data.train_images.numpy() == pixels["data_batch_1"].reshape(4, 3, 32, 32)).all()
    assert (data.test_images.numpy() == pixels["test_batch"].reshape(4, 3, 32, 32)).all()
