"""The exercises: which chapter sets them, what the reader writes, and three hints for each."""

from pathlib import Path
from typing import NamedTuple

from tutorial_code.errors import ReaderError

FOLDER = Path("exercises")
PACKAGE = Path(__file__).parent.parent  # tutorial_code, where the chapters are


class Exercise(NamedTuple):
    """What the reader writes in one file."""

    id: str
    title: str
    chapter: str  # its module, and the name of the reader's file
    names: tuple[str, ...]  # the classes and functions that are judged
    hints: tuple[str, str, str]  # from a nudge to nearly the answer

    @property
    def number(self) -> int:
        """Return the number of its chapter."""
        return int(self.chapter[2:4])

    @property
    def file(self) -> Path:
        """Return where the reader's answer is, seen from the project's folder."""
        return FOLDER / f"{self.chapter}.py"


EXERCISES = (
    Exercise(
        "bottleneck",
        "The bottleneck block",
        "ch02_bottleneck",
        ("Bottleneck",),
        (
            "Draw the two ways from x to the addition. On the one stand three convolutions; on the other, most of the "
            "time, nothing at all. What must agree at the addition?",
            "Branch: 1×1 to channels, 3×3 with the stride and padding=1, 1×1 to 4 * channels. BatchNorm after each,"
            " ReLU after the first two. Shortcut: nn.Identity() when stride is 1 and in_channels is 4 * channels, "
            "otherwise a 1×1 convolution with the stride, and BatchNorm. No convolution has a bias.",
            "In forward: out = relu(bn1(conv1(x))); out = relu(bn2(conv2(out))); out = bn3(conv3(out)); and then "
            "return relu(out + shortcut(x)).",
        ),
    ),
    Exercise(
        "resnet50",
        "ResNet-50",
        "ch03_resnet50",
        ("ResNet50",),
        (
            "Write down the shape after each part for a picture of 224×224: stem, four stages, pooling, classifier. "
            "Which number of channels does each block take, and which does it give?",
            "Stem: 7×7 convolution (64 channels, stride 2, padding 3), BatchNorm, ReLU, 3×3 max-pool (stride 2, "
            "padding 1). Stages: 64, 128, 256, 512 channels inside, strides 1, 2, 2, 2 in the first block only. Then "
            "nn.AdaptiveAvgPool2d(1), flatten(1), nn.Linear(2048, num_classes).",
            "A stage is nn.Sequential(Bottleneck(in_channels, channels, stride), *[Bottleneck(4 * channels, channels) "
            "for _ in range(blocks - 1)]), for (in_channels, channels, stride) = (64, 64, 1), (256, 128, 2), "
            "(512, 256, 2), (1024, 512, 2).",
        ),
    ),
    Exercise(
        "training",
        "Training",
        "ch04_training",
        ("make_criterion", "make_optimizer", "train_one_epoch"),
        (
            "Say the five steps aloud for one batch. Which of them adds to something that must be empty before?",
            "model.train() once. For each batch: move pictures and labels to the device, zero the gradients, forward, "
            "loss, backward, step. Add up loss.detach() times the number of pictures, and divide at the end.",
            "optimizer.zero_grad(); logits = model(images); loss = criterion(logits, labels); loss.backward(); "
            "optimizer.step(); total += loss.item() * len(labels); count += len(labels). After the loop: "
            "return total / count. The optimizer is torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, "
            "weight_decay=weight_decay), the criterion nn.CrossEntropyLoss().",
        ),
    ),
    Exercise(
        "testing",
        "Testing",
        "ch05_testing",
        ("evaluate",),
        (
            "Two switches make a test out of a training loop. One is for BatchNorm, the other for autograd.",
            "model.eval(), and the loop under torch.no_grad(). Count right answers with logits.argmax(dim=1) == "
            "labels; add up losses times the number of pictures; divide once, at the end.",
            "total += criterion(logits, labels).item() * len(labels); right += (logits.argmax(dim=1) == "
            "labels).sum().item(); count += len(labels). After the loop: return total / count, 100 * right / count.",
        ),
    ),
)


def find_exercise(id: str) -> Exercise:
    """Return an exercise by its id.

    Raises:
        ReaderError: there is no such exercise.
    """
    for exercise in EXERCISES:
        if exercise.id == id:
            return exercise
    raise ReaderError(f"There is no exercise {id!r}: choose {', '.join(exercise.id for exercise in EXERCISES)}.")


NAMES = tuple(name for exercise in EXERCISES for name in exercise.names)  # of all that is judged


def exercise_of(name: str) -> Exercise:
    """Return the exercise that asks for a class or function of this name.

    Raises:
        LookupError: none does.
    """
    for exercise in EXERCISES:
        if name in exercise.names:
            return exercise
    raise LookupError(f"No exercise asks for {name}.")
