"""What is compared between an answer and the chapter's own version: facts, plain values that
travel between processes as JSON.

A tensor becomes a *digest*: its norm, and its projections on four fixed directions. Two tensors
with the same digest are equal up to rounding; a permutation, a sign or a scale changes it.
"""

import math
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import torch
from torch import Tensor

WIDTH = 1024
YES = "yes"  # a property that holds
# Of a number that an answer returns, relative: above rounding in float32, below two decimals.
EXACTNESS = 2e-5
# Of a digest, relative to the norm: far above rounding in float32, far below a mistake.
TOLERANCE = 2e-4


class Fact(StrEnum):
    """The facts that are recorded, under the words in which a reader sees them as a check."""

    RUNS = "runs"  # "yes", or what is known of the exception
    WEIGHTS_UNCHANGED = "weights left alone"  # of the model that an optimizer or a loop is given

    # of a network
    MADE_IN_TRAINING_MODE = "is made in training mode"
    OUTPUT_SHAPE = "output shape"
    PARAMETERS = "parameters"
    UNREGISTERED_WEIGHTS = "weights that are not registered"
    SENSIBLE_SIZE = "feature maps of a sensible size"
    INPUT_UNCHANGED = "input left alone"
    OUTPUT_IN_TRAINING = "output in training mode"
    OUTPUT_IN_EVALUATION = "output in evaluation mode"
    INPUT_GRADIENT = "gradient of the input"
    PARAMETER_GRADIENTS = "gradients of the parameters"
    WITHOUT_GRADIENT = "parameters without a gradient"
    FROZEN = "frozen parameters"
    STATISTICS_KEPT_IN_EVALUATION = "statistics kept in evaluation mode"
    OWN_WEIGHTS = "weights of their own"
    ARGUMENTS_UNCHANGED = "arguments left alone"

    # of a loss
    IS_AN_OBJECT = "is an object, not a class"
    LOSS_SHAPE = "shape of the loss"
    LOSS = "loss"
    LOSS_GRADIENT = "gradient"

    # of an optimizer
    PARAMETERS_TRAINABLE = "parameters ask for gradients"
    MODEL_IN_TRAINING_MODE = "model left in training mode"
    IS_AN_OPTIMIZER = "is an optimizer"
    PARAMETERS_HELD = "parameters that it holds"
    LR = "lr"
    MOMENTUM = "momentum"
    WEIGHT_DECAY = "weight_decay"
    NESTEROV = "nesterov"
    DAMPENING = "dampening"
    MAXIMIZE = "maximize"
    POSITIVE_DEFAULT_RATE = "default rate is positive"

    # of a loop
    RETURNED = "what is returned"
    MEAN_LOSS = "mean loss per image"
    FIRST_RESULT = "first result, the loss"
    SECOND_RESULT = "second result, the accuracy"
    SAME_AGAIN = "two tests give the same"
    MODES = "mode and autograd"
    BATCHES = "batches"
    FORWARD_PASSES = "forward passes"
    BACKWARD_PASSES = "backward passes"
    OPTIMIZER_STEPS = "optimizer steps"
    DEVICE = "device"
    CRITERION_UNCHANGED = "criterion left alone"
    OPTIMIZER_UNCHANGED = "settings of the optimizer left alone"
    STILL_TRAINABLE = "weights still ask for gradients"
    STATISTICS_UNCHANGED = "statistics left alone"
    WEIGHTS_AFTERWARDS = "weights afterwards"
    STATISTICS_AFTERWARDS = "running statistics afterwards"
    GRAPHS_KEPT = "graphs kept alive"
    AUTOGRAD_LEFT_ON = "autograd left on"
    NAN_VISIBLE = "a loss that is NaN stays visible"

    # of a layer in several processes
    STATE = "names and shapes of its state"
    VALUES_AT_FIRST = "values that it begins with"
    OUTPUT_TYPE = "type of the output's numbers"
    OUTPUTS = "outputs in all processes"
    INPUT_GRADIENTS = "gradients of the inputs in all processes"
    GRADIENTS_IN_EACH = "gradients of the parameters in all processes"
    RUNNING_STATISTICS = "running statistics in all processes"
    BATCHES_COUNTED = "batches counted"
    STATISTICS_FREE = "running statistics without a graph"

    # of a training by several processes
    EPOCHS = "epochs of each process"
    TRAINED_IMAGES = "each training image once in an epoch"
    BATCH_SIZE = "training images of a step in each process, at most"
    ORDER = "a random order, and another one in each epoch"
    AUGMENTATION = "random numbers of its own in each process"
    FIRST_WEIGHTS = "all begin with the weights of rank 0"
    STEP_GRADIENT = "the mean gradient of all images in each step"
    EQUAL_WEIGHTS = "equal weights after each step"
    RATES = "learning rate of each step"
    MOMENTUM_KEPT = "momentum kept from epoch to epoch"
    TESTED_IMAGES = "each test image once"
    TEST_MODE = "tested in evaluation mode"
    TEST_STATISTICS = "tested with the running statistics of rank 0"
    MEAN_LOSSES = "mean training loss of all images"
    ACCURACIES = "accuracy of all test images"
    WRITERS = "processes that write the file"
    SAVED_EACH_EPOCH = "the file written after each epoch"
    SAVED = "the network's own weights in the file"

    # of a function of tensors
    BY_HAND = "computed by hand"


# Facts that occur several times: one for each image size, for each step, for each result or
# argument of a function, and for each attribute of a class.
SHAPE_AT_SIZE = "shape for one image of {} pixels"
OUTPUT_AT_SIZE = "output for one image of {} pixels"
WEIGHTS_AFTER_STEP = "weights after step {}"
SHAPE_OF = "shape of the {}"
VALUES_OF = "values of the {}"
GRADIENT_OF = "gradient with respect to {}"
ATTRIBUTE = "attribute {}"  # of a class


class Scenario(TypedDict):
    """What was seen of an answer in one configuration."""

    scenario: str  # how it was called, in words
    facts: dict[str, Any]  # by the name of what is checked, see ``Fact``
    trace: NotRequired[list]  # what it did; this and the keys below serve only to explain
    error: NotRequired[dict[str, str]]  # as the reader wants to see it
    waits: NotRequired[list[str]]  # of processes that wait for each other: what each of them does
    unused: NotRequired[list[str]]  # parameters that got no gradient, by the reader's own names
    dropped: NotRequired[int]  # the number of the block whose result is not used
    # of each operation's result, under the weights that all answers get
    norms: NotRequired[list[float]]
    frozen: NotRequired[list[str]]  # parameters that require none
    changed: NotRequired[list[str]]  # arguments that were changed, with their types
    buffers: NotRequired[int]  # numbers that are kept in addition to the weights
    kind: NotRequired[str]  # of an optimizer
    values: NotRequired[dict[str, Any]]  # what a function returned, as nested lists
    batches: NotRequired[list[dict[str, Any]]]  # the network's results for each batch of a loop
    # of the optimizer: the norm of the gradients and the learning rate
    steps: NotRequired[list[dict[str, float]]]


Record = list[Scenario]

_directions = torch.randn(8, WIDTH, generator=torch.Generator().manual_seed(50))


def digest(tensor: Tensor) -> dict[str, Any]:
    """Return the norm of a tensor and its projections."""
    values = tensor.detach().float().flatten()
    values = torch.nn.functional.pad(values, (0, -len(values) % WIDTH)).view(-1, WIDTH)
    lines = torch.arange(len(values))
    # The factor distinguishes one lap over the fixed directions from the next.
    across = _directions[4:, lines % WIDTH] * (1 + 0.37 * (lines // WIDTH))
    along = ((_directions[:4] @ values.T) * across).sum(dim=1)
    return {"norm": values.norm().item(), "along": along.tolist()}


def same(a: Any, b: Any) -> bool:
    """Tell whether two facts agree: numbers and digests up to rounding, all else exactly."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=EXACTNESS, abs_tol=1e-6) or (
            math.isnan(a) and math.isnan(b)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() == b.keys() == {"norm", "along"}:
            if not math.isfinite(a["norm"]) and not math.isfinite(b["norm"]):
                return True  # the right version never gives such values
            slack = TOLERANCE * max(a["norm"], b["norm"]) + 1e-6
            pairs = [(a["norm"], b["norm"]), *zip(a["along"], b["along"], strict=True)]
            return all(abs(x - y) <= slack for x, y in pairs)
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b
