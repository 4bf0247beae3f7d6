"""torchvision's ImageNet weights in the tutorial's networks; the weights are made here."""

import hashlib
from types import SimpleNamespace

import pytest
import torch
from helpers import ANSWERS, refused
from PIL import Image
from torch import nn
from torchvision import models

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch10_family import BasicBlock, ResNet
from tutorial_code.runs import pretrained
from tutorial_code.runs.own_code.own_files import components_in
from tutorial_code.runs.own_code.own_network import take_weights


def trained(network):
    """Give a network the statistics, scales and shifts that a training would leave."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    return network.eval()


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Put weights of torchvision's own network where torchvision keeps them; return the network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    real = pretrained.imagenet_weights

    def make(model):
        theirs = trained(getattr(models, model)())
        folder = tmp_path / "home" / "hub" / "checkpoints"
        folder.mkdir(parents=True)
        torch.save(theirs.state_dict(), folder / "weights")
        digits = hashlib.sha256((folder / "weights").read_bytes()).hexdigest()[:8]
        size = round((folder / "weights").stat().st_size / 2**20, 3)
        (folder / "weights").rename(folder / f"{model}-{digits}.pth")
        url = f"http://127.0.0.1:9/{model}-{digits}.pth"
        meta = {**real(model).meta, "_file_size": size}
        given = SimpleNamespace(url=url, meta=meta, transforms=real(model).transforms)
        monkeypatch.setattr(pretrained, "imagenet_weights", lambda asked: given)
        return theirs

    return make


@pytest.fixture
def photographs(tmp_path):
    """Two images of different shape and mode."""
    paths = [tmp_path / "wide.jpg", tmp_path / "gray.png"]
    noise = torch.randint(256, (300, 400, 3), dtype=torch.uint8).numpy()
    Image.fromarray(noise).save(paths[0])
    Image.fromarray(noise[:260, :240, 0]).save(paths[1])
    return paths


def top_five(theirs, model, path):
    """Return what torchvision's own network and transforms say, as the command prints it."""
    weights = models.get_model_weights(model)["IMAGENET1K_V1"]
    image = weights.transforms()(Image.open(path).convert("RGB"))[None]
    with torch.no_grad():
        values, places = theirs(image)[0].softmax(0).topk(5)
    names = [weights.meta["categories"][place] for place in places]
    rows = zip(names, values.tolist(), strict=True)
    return f"{path}: " + ", ".join(f"{name} {value:.1%}" for name, value in rows)


@pytest.mark.parametrize(
    ("model", "answers"),
    [
        ("resnet18", []),
        ("resnet18", ["basicblock/right/01_torchvision_style.py"]),
        ("resnet50", []),
        ("resnet50", ["resnet50/right/03_setattr_loop.py"]),
        (
            "resnet50",
            ["bottleneck/right/01_torchvision_style.py", "resnet/right/01_make_layer.py"],
        ),
    ],
)
def test_the_same_top_five_as_torchvisions_own(put, photographs, command, model, answers):
    theirs = put(model)
    options = [part for answer in answers for part in ("--answer", ANSWERS / answer)]
    code, out, err = command("predict", "--pretrained", model, *options, *photographs)
    assert (code, err) == (0, "")
    assert out.splitlines() == [top_five(theirs, model, path) for path in photographs]


# Their BatchNorm, too, is written out, so its running statistics are buffers that only they know.
OWN_STATISTICS = {"19_norm_of_four_axes", "17_norm_of_four_axes"}
RIGHT = [
    path
    for exercise in ("bottleneck", "resnet50", "basicblock", "resnet")
    for path in sorted((ANSWERS / exercise / "right").glob("*.py"))
]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_any_right_answer_takes_the_weights(path):
    pieces = components_in([path])
    blocks = [1, 2, 1, 1]
    if path.parts[-3] in ("bottleneck", "resnet50"):
        reference, own = ResNet50(blocks), pieces.ResNet50(blocks)
    else:
        block = pieces.BasicBlock
        block.expansion = 1  # not every style says it
        reference, own = ResNet(BasicBlock, blocks), pieces.ResNet(block, blocks)
    taken = take_weights(own, trained(reference))
    assert taken != (path.stem in OWN_STATISTICS)  # the command then says so in a sentence
    if not taken:
        return
    images = torch.randn(3, 3, 48, 48)
    with torch.no_grad():
        assert torch.allclose(own(images), reference(images), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("out + self.shortcut(x)", "out", "does not compute what the chapter's computes"),
        ("return self.relu(out", "return (out", "does not compute what the chapter's computes"),
        ("padding=1", "padding=0", "and give the command again"),
    ],
)
def test_a_wrong_answer_is_refused_in_a_sentence(
    put, photographs, command, tmp_path, right, wrong, said
):
    put("resnet50")
    source = (ANSWERS.parent.parent / "tutorial_code" / "ch03_bottleneck.py").read_text("utf-8")
    start = source.index("class Bottleneck")
    own = source[start : source.index("\n# %%", start)]
    path = tmp_path / "mine.py"
    assert right in own
    path.write_text("from torch import Tensor, nn\n\n\n" + own.replace(right, wrong, 1), "utf-8")
    result = command("predict", "--pretrained", "resnet50", "--answer", path, photographs[0])
    refused(result, said)


def test_what_cannot_be_predicted_is_said_before_anything_is_fetched(
    command, photographs, tmp_path
):
    refused(command("predict", "--pretrained", "resnet51", photographs[0]), "no network 'resnet51'")
    refused(command("predict", "--pretrained", "resnet50", "none.jpg"), "no image file none.jpg")
    refused(command("predict", "--answer", "mine.py", "run", "image.png"), "--pretrained")
    refused(command("predict", "run"), "Images are missing")
    answer = tmp_path / "mine.py"
    given = ("predict", "--pretrained", "resnet50", "--answer", answer, photographs[0])
    refused(command(*given), "mine.py cannot be read")
    answer.write_text(
        "class Bottleneck:\n    def forward(self):\n        raise NotImplementedError\n"
    )
    refused(command(*given), "defines no BasicBlock and no Bottleneck")
    answer.write_text("class Bottleneck(")
    refused(command(*given), "mine.py is not Python")


def test_an_unfinished_download_is_told_with_its_address(command, photographs, put, tmp_path):
    put("resnet18")
    (file,) = (tmp_path / "home" / "hub" / "checkpoints").iterdir()
    file.unlink()
    result = command("predict", "--pretrained", "resnet18", photographs[0])
    refused(result, "resnet18 could not be fetched", file.name, f"http://127.0.0.1:9/{file.name}")
    file.write_bytes(b"cut off")
    refused(command("predict", "--pretrained", "resnet18", photographs[0]), "damaged or cut off")


@pytest.mark.parametrize("model", ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
def test_what_torchvision_says_of_its_weights_names_a_file(model):
    """The name ends with eight digits of the checksum, and the size is near that of the numbers."""
    weights = pretrained.imagenet_weights(model)
    assert len(weights.meta["categories"]) == 1000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrained, "fetch_file", lambda folder, addresses, file: file)
        file = pretrained.fetch_weights(model)
    int(file.sha256, 16)
    assert len(file.sha256) == 8 and weights.url.endswith(file.name)
    assert abs(file.size - 4 * weights.meta["num_params"]) < 0.01 * file.size


def test_the_readers_block_is_the_one_that_computes(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from tutorial_code.ch03_bottleneck import Bottleneck as Theirs\n\n\n"
        "class Bottleneck(Theirs):\n    mine = True\n",
        "utf-8",
    )
    pieces = components_in([path])
    network = pieces.ResNet50([1, 1, 1, 1])
    assert sum(hasattr(layer, "mine") for layer in network.modules()) == 4
    assert pieces.Bottleneck is not Bottleneck and pieces.mine == ("Bottleneck",)


def test_layers_without_a_counterpart_are_refused():
    network = ResNet(BasicBlock, [1, 1, 1, 1])
    network.relu = nn.Sequential(nn.Conv2d(64, 64, 1), nn.ReLU())
    assert not take_weights(network, ResNet(BasicBlock, [1, 1, 1, 1]))
