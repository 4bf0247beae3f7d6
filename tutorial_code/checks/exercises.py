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
    uses: tuple[str, ...] = ()  # earlier exercises whose answers it is built from

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
            "Draw the two paths from x to the addition. On one stand three convolutions; on the other, most of the "
            "time, nothing at all. What must agree at the addition? Write the shape beside each arrow.",
            "The stride belongs to the 3×3 convolution, and to the shortcut. Ask of the shortcut: when do input and "
            "output have the same shape? Two things can make them differ. Where they differ, a 1×1 convolution and "
            "BatchNorm make them agree. Which ReLU comes before the addition, and which after it?",
            "Branch: 1×1 to channels, 3×3 with the stride and padding=1, 1×1 to 4 * channels, none with a bias; "
            "BatchNorm after each, ReLU after the first two. Shortcut: nn.Identity() when stride is 1 and in_channels "
            "is 4 * channels, otherwise 1×1 with the stride, and BatchNorm. forward ends with relu(out + shortcut(x)).",
        ),
    ),
    Exercise(
        "resnet50",
        "ResNet-50",
        "ch03_resnet50",
        ("ResNet50",),
        (
            "Write down the shape after each part for an image of 224×224: stem, four stages, pooling, classifier. "
            "Which number of channels does each block take, and which does it give?",
            "The stem halves twice, by its 7×7 convolution and by its pooling. In a stage only the first block "
            "differs: it takes the channels of the stage before, and has the stride. A block gives four times its "
            "inner channels. Keep the blocks where PyTorch finds them: in an nn.Sequential or nn.ModuleList.",
            "Stem: 7×7 convolution (64 channels, stride 2, padding 3), BatchNorm, ReLU, 3×3 max-pool (stride 2, "
            "padding 1). First blocks: (in_channels, channels, stride) = (64, 64, 1), (256, 128, 2), (512, 256, 2), "
            "(1024, 512, 2); the others of a stage are Bottleneck(4 * channels, channels). Then "
            "nn.AdaptiveAvgPool2d(1), flatten(1), nn.Linear(2048, num_classes).",
        ),
        uses=("bottleneck",),
    ),
    Exercise(
        "training",
        "Training",
        "ch04_training",
        ("make_criterion", "make_optimizer", "train_one_epoch"),
        (
            "Say the five steps aloud for one batch. Which of them adds to something that must be empty before?",
            "Before the loop: which mode must the model be in, and which sums begin at 0? In the loop: what must be "
            "moved where, and what are the five steps? After it: the criterion gave means of batches, and the last "
            "batch may be smaller. What must each mean be multiplied by before it is added?",
            "optimizer.zero_grad(); logits = model(images); loss = criterion(logits, labels); loss.backward(); "
            "optimizer.step(); total += loss.item() * len(labels); count += len(labels). After the loop: "
            "return total / count. The optimizer is torch.optim.SGD over model.parameters() with all three settings "
            "by name, the criterion nn.CrossEntropyLoss().",
        ),
    ),
    Exercise(
        "testing",
        "Testing",
        "ch05_testing",
        ("evaluate",),
        (
            "Two switches make a test out of a training loop. One is for BatchNorm, the other for autograd.",
            "Three sums run through the loop: of losses, of right answers, of images. The largest logit of each row is "
            "the predicted class: along which dimension do you look for it? Divide once, after the loop; percent are "
            "asked for.",
            "model.eval(), the loop under torch.no_grad(). total += criterion(logits, labels).item() * len(labels); "
            "right += (logits.argmax(dim=1) == labels).sum().item(); count += len(labels). After the loop: return "
            "total / count, 100 * right / count.",
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
