import pytest
import torch
from PIL import Image

from tutorial_code.ch01_images import (
    ImageData,
    augment,
    channel_statistics,
    load_dataset,
    make_loaders,
    normalise,
)
from tutorial_code.data.image_folder import read_image
from tutorial_code.shared.errors import ReaderError


def test_digits_are_all_there_and_in_step_with_their_labels(digits):
    from sklearn.datasets import load_digits

    assert digits.train_images.shape == (1437, 3, 32, 32)
    assert digits.test_images.shape == (360, 3, 32, 32)
    assert digits.train_images.dtype == torch.uint8
    source = load_digits()
    assert torch.cat([digits.train_labels, digits.test_labels]).bincount().tolist() == [
        int((source.target == digit).sum()) for digit in range(10)
    ]
    # The same image, shrunk again by taking means of 4×4 pixels, resembles one of its own class
    # most.
    small = torch.from_numpy(source.images).float().flatten(1)
    shrunk = (
        torch.nn.functional.avg_pool2d(digits.test_images[:50, :1].float(), 4).flatten(1) * 16 / 255
    )
    nearest = torch.cdist(shrunk, small).argmin(dim=1)
    assert (
        torch.from_numpy(source.target)[nearest] == digits.test_labels[:50]
    ).float().mean() > 0.95


def test_no_image_is_in_both_splits(digits):
    train = {image.numpy().tobytes() for image in digits.train_images}
    assert not any(image.numpy().tobytes() in train for image in digits.test_images)


def test_statistics_are_those_of_the_training_images(digits):
    mean, std = channel_statistics(digits.train_images)
    normalised = normalise(digits.train_images, mean, std)
    assert normalised.mean().item() == pytest.approx(0, abs=1e-5)
    assert normalised.std(correction=0).item() == pytest.approx(1, abs=1e-5)


def test_a_constant_channel_does_not_divide_by_zero():
    mean, std = channel_statistics(torch.full((2, 3, 4, 4), 51, dtype=torch.uint8))
    assert mean == pytest.approx([0.2] * 3)
    assert std == [1.0] * 3


def test_augmentation_shifts_and_mirrors_only_as_far_as_allowed():
    image = torch.arange(1, 3 * 32 * 32 + 1, dtype=torch.int32).view(3, 32, 32)
    offsets = set()
    for _ in range(300):
        changed = augment(image, max_shift=2, may_flip=False)
        assert changed.shape == image.shape
        row, column = divmod(changed[0, 16, 16].item() - 1, 32)
        offsets.add((row - 16, column - 16))
    assert offsets == {(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)}
    mirrored = [torch.equal(augment(image, 0, may_flip=True), image.flip(-1)) for _ in range(200)]
    assert 60 < sum(mirrored) < 140
    assert torch.equal(augment(image, 0, may_flip=False), image)


def test_loaders_shuffle_training_only(digits):
    train_loader, test_loader = make_loaders(digits, batch_size=64, augmented=False, seed=3)
    first, second = (torch.cat([labels for _, labels in train_loader]) for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(first.bincount(), digits.train_labels.bincount())
    assert torch.equal(torch.cat([labels for _, labels in test_loader]), digits.test_labels)
    again, _ = make_loaders(digits, batch_size=64, augmented=False, seed=3)
    assert torch.equal(torch.cat([labels for _, labels in again]), first)


def test_test_images_are_not_augmented(digits):
    _, test_loader = make_loaders(digits, batch_size=360)
    (images, _), (again, _) = next(iter(test_loader)), next(iter(test_loader))
    assert torch.equal(images, again)
    assert torch.equal(
        images, normalise(digits.test_images, *channel_statistics(digits.train_images))
    )


@pytest.mark.parametrize(("images", "batches"), [(9, [4, 4]), (10, [4, 4, 2]), (8, [4, 4])])
def test_a_single_image_left_over_is_not_a_batch(digits, images, batches):
    few = digits._replace(
        train_images=digits.train_images[:images], train_labels=digits.train_labels[:images]
    )
    train_loader, _ = make_loaders(few, batch_size=4)
    assert [len(labels) for _, labels in train_loader] == batches


def test_folder(images_folder, digits):
    data = load_dataset(f"folder:{images_folder}")
    assert isinstance(data, ImageData)
    assert data.classes == ("one", "zero")
    assert data.train_labels.bincount().tolist() == [10, 10]
    assert torch.equal(data.test_images[0], digits.test_images[digits.test_labels == 1][0])


def test_folder_ignores_what_file_browsers_leave(images_folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(images_folder, copy)
    (copy / ".DS_Store").write_bytes(b"x")
    (copy / "train" / ".cache").mkdir()
    (copy / "train" / "one" / "Thumbs.db").write_bytes(b"x")
    assert len(load_dataset(f"folder:{copy}").train_labels) == 20


def break_nothing_there(root):
    return root / "missing", "no folder"


def break_no_test(root):
    import shutil

    shutil.rmtree(root / "test")
    return root, "no folder"


def break_no_classes(root):
    import shutil

    shutil.rmtree(root / "train")
    (root / "train").mkdir()
    return root, "no class folders"


def break_other_classes(root):
    (root / "test" / "one").rename(root / "test" / "three")
    return root, "same classes"


def break_empty_class(root):
    for path in (root / "train" / "one").iterdir():
        path.unlink()
    return root, "is empty"


def break_text_file(root):
    (root / "train" / "one" / "notes.txt").write_text("buy milk")
    return root, "is not an image"


def break_truncated(root):
    path = root / "test" / "zero" / "0.png"
    path.write_bytes(path.read_bytes()[:100])
    return root, "damaged or cut-off"


@pytest.mark.parametrize(
    "damage",
    [
        break_nothing_there,
        break_no_test,
        break_no_classes,
        break_other_classes,
        break_empty_class,
        break_text_file,
        break_truncated,
    ],
)
def test_bad_folders_give_one_sentence(damage, images_folder, tmp_path, command):
    import shutil

    shutil.copytree(images_folder, tmp_path / "images")
    path, words = damage(tmp_path / "images")
    code, out, err = command("train", "--data", f"folder:{path}", "--out", "run")
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    assert not (tmp_path / "run").exists()


def test_unknown_data_set():
    with pytest.raises(ReaderError, match="digits, cifar10 or folder:PATH"):
        load_dataset("mnist")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_images_of_every_mode_and_size(mode, tmp_path):
    image = Image.linear_gradient("L").resize((50, 40))
    image = (
        image.convert("I").point(lambda v: v * 256).convert("I;16")
        if mode == "I;16"
        else image.convert(mode)
    )
    path = tmp_path / ("a.tiff" if mode in {"CMYK", "I;16", "I", "F"} else "a.png")
    image.save(path)
    image = read_image(path, 32)
    assert image.shape == (3, 32, 32)
    assert image.dtype == torch.uint8
    assert (
        image[:, 0].float().mean() < 60 < 190 < image[:, -1].float().mean()
    )  # dark above, light below, in each mode


def test_transparent_parts_become_white(tmp_path):
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png", 32).float().mean() == 255


def test_images_are_turned_upright(tmp_path):
    image = Image.linear_gradient("L").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 3  # taken upside down
    image.save(tmp_path / "a.png", exif=exif)
    image = read_image(tmp_path / "a.png", 32).float()
    assert image[:, 0].mean() > image[:, -1].mean()
