"""What operations and their settings are called in a diagnosis, and what to say about them."""

from typing import Any

ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
WORDS = {
    "conv": "convolution",
    "batch_norm": "BatchNorm",
    "relu": "ReLU",
    "add": "addition",
    "max_pool": "max-pool",
    "avg_pool": "average pool",
    "mean": "average over all positions",
    "linear": "linear layer",
    "mul": "multiplication",
    "sub": "subtraction",
    "div": "division",
    "add_constant": "addition of something that does not come from the input",
    "group_norm": "GroupNorm",
    "layer_norm": "LayerNorm",
    "part": "cut that keeps only a part",
    "constant_pad_nd": "padding with a constant",
    "reflection_pad2d": "padding with reflected values",
    "replication_pad2d": "padding with the border's values",
    "instance_norm": "InstanceNorm",
    "dropout": "dropout",
    "transposed_conv": "transposed convolution",
    "adaptive_max_pool": "adaptive max-pool",
    "sum": "sum over positions",
    "resizing": "resizing of the image",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU (or SELU, CELU)",
    "prelu": "PReLU",
    "mish": "Mish",
    "softplus": "Softplus",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "hardtanh": "Hardtanh",
    "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid",
    "softmax": "softmax",
    "log_softmax": "log-softmax",
    "concatenation": "concatenation",
}
FAMILIES = (  # layers that replace one another in other networks
    (
        {
            "relu",
            "relu6",
            "leaky_relu",
            "gelu",
            "silu",
            "elu",
            "prelu",
            "mish",
            "softplus",
            "tanh",
            "sigmoid",
        }
        | {"hardtanh", "hardswish", "hardsigmoid"},
        "The activation of ResNet is ReLU everywhere: it keeps what is positive and makes the "
        "rest 0.",
    ),
    (
        {"batch_norm", "group_norm", "layer_norm", "instance_norm"},
        "BatchNorm normalizes each channel over all images of the batch, and keeps running "
        "statistics for evaluation. The others normalize each image alone.",
    ),
    (
        {"max_pool", "avg_pool", "mean", "adaptive_max_pool", "sum"},
        "The stem takes the maximum of each window, the end of the network the mean over all "
        "positions.",
    ),
    (
        {"conv", "transposed_conv"},
        "A transposed convolution enlarges; an ordinary one is asked for.",
    ),
    (
        {"add", "sub", "mul", "concatenation"},
        "The shortcut is added to the branch: out + shortcut(x).",
    ),
)
# Operations that a BatchNorm is made of when it is written out.
BY_HAND = {
    "mean",
    "var",
    "var_mean",
    "std",
    "sub",
    "pow",
    "square",
    "mul",
    "div",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "addcmul",
}
BY_HAND |= {"add_constant", "sum", "add", "neg", "lerp"}
SPREADS = {"var", "var_mean", "std", "sqrt", "rsqrt", "pow"}  # one of them shows that it normalizes
ATTRIBUTES = {
    "kernel_size": "kernel size",
    "in_channels": "input channels",
    "out_channels": "output channels",
    "out_features": "outputs",
    "features": "channels",
    "groups": "groups",
}
POOLING = (
    "The stem's max-pool halves the image: kernel size 3, stride 2, padding 1. (nn.MaxPool2d takes "
    "the kernel size as its stride if none is given.)"
)
MISSING = {
    "batch_norm": "Each convolution is followed by BatchNorm, on the shortcut too.",
    "relu": "Without a ReLU between them two layers act as one linear map.",
    "add": "What came into the block must be added to what its branch computed.",
    "conv": "Count the convolutions: all are needed for the shapes and the parameters to agree.",
    "max_pool": POOLING,
    "mean": "The mean over all positions makes the network fit images of any size.",
    "linear": "The classifier turns the pooled channels into one logit a class.",
}
EXTRA = {
    "relu": (
        "A ReLU cuts off everything negative. In a block it belongs after each BatchNorm of the "
        "branch but the last, and after the addition, nowhere else."
    ),
    "dropout": "A ResNet has no dropout: BatchNorm and augmentation do that work.",
    "softmax": "The loss takes logits and does the softmax itself.",
    "log_softmax": "The loss takes logits and does the log-softmax itself.",
    "sigmoid": "The loss takes logits, any real numbers.",
    "batch_norm": "BatchNorm follows a convolution, once.",
    "max_pool": "One max-pool, in the stem, and one average over all positions, at the end.",
    "conv": "Count the convolutions of the branch; there is one more on the shortcut where shapes "
    "differ.",
}
SETTINGS = {
    "stride": (
        "In a block one 3×3 convolution carries the stride, and the shortcut's projection with it; "
        "in a stage only the first block has one."
    ),
    "padding": (
        "A 3×3 convolution keeps the size with padding 1, a 7×7 with stride 2 halves it with "
        "padding 3, a 1×1 needs none."
    ),
    "kernel_size": "In a block the kernels are 3×3 and 1×1; the stem begins with 7×7.",
    "groups": "All channels are mixed: groups stays at 1.",
    "bias": (
        "BatchNorm subtracts the mean of each channel, so a bias before it does nothing: "
        "bias=False."
    ),
    "momentum": (
        "PyTorch's momentum is the share of the new batch, 0.1 by default; other frameworks "
        "count the other way."
    ),
    "eps": "Leave BatchNorm's eps at its default, 1e-5.",
    "tracked": "Without running statistics evaluation mode has nothing to use.",
    "statistics": (
        "In training BatchNorm uses the batch's statistics, in evaluation the running ones."
    ),
}


def reason_for(kind: str, setting: str) -> str:
    """Return what to know about a setting of an operation, or an empty string."""
    if (kind, setting) == ("linear", "bias"):
        return "No BatchNorm follows the linear layer, so its bias stays."
    return POOLING if kind == "max_pool" else SETTINGS.get(setting, "")


def name_of(ops: list[dict], index: int) -> str:
    """Return, for example, "second BatchNorm", and in a whole network also the part that contains
    it; what stands there alone has no number.
    """
    kind = ops[index]["kind"]
    word = WORDS.get(kind, kind)
    start, end, place = _part_with(ops, index)
    number = sum(op["kind"] == kind for op in ops[start : index + 1])
    alone = sum(op["kind"] == kind for op in ops[start:end]) == 1
    return f"{'' if alone else f'{ORDINALS[min(number, 10) - 1]} '}{word}{place}"


def _part_with(ops: list[dict], index: int) -> tuple[int, int, str]:
    """Return where the part of a network that contains an operation begins and ends, and its name
    with a blank before it; a block alone has no parts.
    """
    additions = [i for i, op in enumerate(ops) if op["kind"] == "add"]
    if len(additions) <= 1:
        return 0, len(ops), ""
    pools = [i for i, op in enumerate(ops[: additions[0]]) if op["kind"] == "max_pool"]
    blocks = pools[-1] + 1 if pools else 0  # where they begin
    if index < blocks:
        return 0, blocks, " of the stem"
    kinds = [op["kind"] for op in ops]
    ends = [i + 2 if kinds[i + 1 : i + 2] == ["relu"] else i + 1 for i in additions]
    done = sum(end <= index for end in ends)
    start = ends[done - 1] if done else blocks
    if done == len(ends):
        return start, len(ops), " after the last block"
    return start, ends[done], f" of block {done + 1}{_stage(ops, additions, additions[done])}"


def _stage(ops: list[dict], additions: list[int], index: int) -> str:
    """Return the stage of the block that ends with an addition, or an empty string if none has one.

    Each stage has its own number of channels; the first is conv2_x, because conv1 is the stem.
    """
    channels = list(dict.fromkeys(ops[addition]["shape"][1] for addition in additions))
    return f" (in conv{channels.index(ops[index]['shape'][1]) + 2}_x)" if channels[1:] else ""


def listed(ops: list[dict]) -> str:
    """Return the descriptions of a few operations, separated by commas."""
    return ", ".join(map(described, ops[:6])) + (", …" if len(ops) > 6 else "")


def described(op: dict) -> str:
    """Return the description of an operation, such as "3×3 convolution to 64 channels"."""
    if op["kind"] == "conv" and op["attributes"]:
        size = "×".join(map(str, op["attributes"]["kernel_size"]))
        return f"{size} convolution to {op['attributes']['out_channels']} channels"
    return WORDS.get(op["kind"], op["kind"])


def as_text(value: Any) -> str:
    """Return the value of a setting as text; a list of equal values is written as one."""
    if isinstance(value, list):
        return str(value[0]) if len(set(map(str, value))) == 1 else "×".join(map(str, value))
    return str(value)
