"""Wrong ways to compute a mean loss or an accuracy."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Formula(NamedTuple):
    """A wrong way to compute a result."""

    id: str  # short and stable, for losses and for accuracies
    words: str  # "is …"
    compute: Callable[[list[dict[str, Any]]], float]  # from the network's results for each batch
    advice: str = ""


def _images(batches: list[dict]) -> int:
    return sum(batch["images"] for batch in batches)


def _losses(batches: list[dict]) -> float:
    return sum(batch["loss"] * batch["images"] for batch in batches)


def _hits(batches: list[dict]) -> int:
    return sum(batch["hits"] for batch in batches)


def _by_class(batches: list[dict], all_classes: bool) -> float:
    columns = zip(
        *(zip(batch["hits by class"], batch["labels"], strict=True) for batch in batches),
        strict=True,
    )
    sums = [
        (sum(hit for hit, _ in column), sum(label for _, label in column)) for column in columns
    ]
    shares = [hits / labels if labels else 0.0 for hits, labels in sums if labels or all_classes]
    return 100 * sum(shares) / len(shares)


ASSIGNED = "In the loop something is added to it: total += …, not total = …."
UNEVEN = (
    "The last batch may be smaller than the others: count the images of each batch, len(labels)."
)

LOSSES = (
    Formula("sum-over-images", "the sum over all images, not divided", _losses),
    Formula(
        "sum-of-means",
        "the sum of the batches' mean losses, not divided",
        lambda b: sum(e["loss"] for e in b),
    ),
    Formula(
        "mean-of-means",
        "the mean of the batches' means",
        lambda b: sum(e["loss"] for e in b) / len(b),
        UNEVEN,
    ),
    Formula(
        "sum-of-means-over-images",
        "the sum of the batches' means, divided by the number of images",
        lambda b: sum(e["loss"] for e in b) / _images(b),
        "The criterion gives a mean: multiply it by the number of images in the batch before "
        "it is added.",
    ),
    Formula(
        "sum-over-batches",
        "the sum over all images, divided by the number of batches",
        lambda b: _losses(b) / len(b),
    ),
    Formula("of-last-batch", "the loss of the last batch alone", lambda b: b[-1]["loss"], ASSIGNED),
    Formula(
        "of-first-batch",
        "the loss of the first batch alone",
        lambda b: b[0]["loss"],
        "A return inside the loop ends it.",
    ),
    Formula(
        "last-sum-over-images",
        "the last batch's sum, divided by the number of all images",
        lambda b: b[-1]["loss"] * b[-1]["images"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "last-mean-over-batches",
        "the last batch's loss, divided by the number of batches",
        lambda b: b[-1]["loss"] / len(b),
        ASSIGNED,
    ),
    Formula(
        "last-mean-over-images",
        "the last batch's loss, divided by the number of images",
        lambda b: b[-1]["loss"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "over-batches-times-last-size",
        "divided by the number of batches times the size of the last one",
        lambda b: _losses(b) / (len(b) * b[-1]["images"]),
        UNEVEN,
    ),
    Formula(
        "over-batches-times-first-size",
        "divided by the number of batches times the size of the first one",
        lambda b: _losses(b) / (len(b) * b[0]["images"]),
        UNEVEN,
    ),
    Formula(
        "over-last-size",
        "divided by the size of the last batch",
        lambda b: _losses(b) / b[-1]["images"],
        UNEVEN,
    ),
    Formula(
        "times-channels",
        "made of each batch's loss times 3, the channels of an image",
        lambda b: 3 * sum(e["loss"] for e in b) / _images(b),
        "images.size(1) is the number of channels; size(0), or len(labels), is the number of "
        "images.",
    ),
    Formula("largest", "the largest loss of a batch", lambda b: max(e["loss"] for e in b)),
    Formula("smallest", "the smallest loss of a batch", lambda b: min(e["loss"] for e in b)),
    Formula(
        "half",
        "half of the right one",
        lambda b: _losses(b) / _images(b) / 2,
        "Something is counted twice.",
    ),
    Formula(
        "twice",
        "twice the right one",
        lambda b: 2 * _losses(b) / _images(b),
        "Something is counted twice.",
    ),
)
ACCURACIES = (
    Formula(
        "fraction",
        "a fraction between 0 and 1",
        lambda b: _hits(b) / _images(b),
        "The accuracy is asked for in percent: multiply by 100.",
    ),
    Formula("number-of-hits", "the number of hits, not divided", _hits),
    Formula(
        "last-hits-over-images",
        "made of the hits of the last batch alone, divided by the number of all images",
        lambda b: 100 * b[-1]["hits"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "of-last-batch",
        "that of the last batch alone",
        lambda b: 100 * b[-1]["hits"] / b[-1]["images"],
        ASSIGNED,
    ),
    Formula(
        "of-first-batch",
        "that of the first batch alone",
        lambda b: 100 * b[0]["hits"] / b[0]["images"],
        "Use all batches.",
    ),
    Formula(
        "mean-of-means",
        "the mean of the batches' accuracies",
        lambda b: 100 * sum(e["hits"] / e["images"] for e in b) / len(b),
        UNEVEN,
    ),
    Formula("over-batches", "divided by the number of batches", lambda b: 100 * _hits(b) / len(b)),
    Formula(
        "over-batches-times-last-size",
        "divided by the number of batches times the size of the last one",
        lambda b: 100 * _hits(b) / (len(b) * b[-1]["images"]),
        UNEVEN,
    ),
    Formula(
        "over-batches-times-first-size",
        "divided by the number of batches times the size of the first one",
        lambda b: 100 * _hits(b) / (len(b) * b[0]["images"]),
        UNEVEN,
    ),
    Formula(
        "over-last-size",
        "the hits of all batches, divided by the size of the last one",
        lambda b: 100 * _hits(b) / b[-1]["images"],
        UNEVEN,
    ),
    Formula(
        "counted-in-a-byte",
        "made of hits that were counted in a single byte, which begins again after 255",
        lambda b: 100 * (_hits(b) % 256) / _images(b),
        "torch.uint8 holds 0 to 255. sum() of a comparison gives int64: leave it so, or take "
        "item().",
    ),
    Formula(
        "labels-in-a-byte",
        "made of labels that were cut to a single byte: a class above 255 is never right",
        lambda b: 100 * sum(e["hits in a byte"] for e in b) / _images(b),
        "Labels are int64, and may be larger than torch.uint8 can hold. Compare them as they "
        "come from the loader.",
    ),
    Formula(
        "all-pairs",
        "made of each prediction compared with every label of its batch",
        lambda b: 100 * sum(e["pairs"] for e in b) / _images(b),
        "A column (batch, 1) beside a row (batch,) gives a table (batch, batch). Leave out "
        "keepdim, unsqueeze and view, so that both have the shape (batch,).",
    ),
    Formula(
        "mean-of-classes",
        "the mean of the classes' accuracies",
        lambda b: _by_class(b, all_classes=False),
        "That weights each class equally. The share of all images that are right is asked for.",
    ),
    Formula(
        "mean-of-all-classes",
        "the mean of all classes' accuracies",
        lambda b: _by_class(b, all_classes=True),
        "Count images, not classes.",
    ),
    Formula(
        "whole-batches",
        "made of the batches in which every single image is right",
        lambda b: 100 * sum(e["images"] for e in b if e["hits"] == e["images"]) / _images(b),
        "torch.equal compares two tensors as a whole. == compares them image by image, and "
        "sum() counts.",
    ),
    Formula(
        "share-of-wrong", "the share of wrong answers", lambda b: 100 - 100 * _hits(b) / _images(b)
    ),
    Formula(
        "half",
        "half of the right one",
        lambda b: 50 * _hits(b) / _images(b),
        "Something is counted twice.",
    ),
)


def right_loss(batches: list[dict[str, Any]]) -> float:
    """Return the mean loss per image."""
    return _losses(batches) / _images(batches)


def right_accuracy(batches: list[dict[str, Any]]) -> float:
    """Return the share of images that are right, in percent."""
    return 100 * _hits(batches) / _images(batches)
