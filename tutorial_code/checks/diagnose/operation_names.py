"""How operations and their settings are called in a diagnosis, and what to say of them."""

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
FAMILIES = (  # layers that stand for one another in other networks
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
        "BatchNorm normalises each channel over all images of the batch, and keeps running "
            "statistics for evaluation. The others normalise each image alone.",
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
SPREADS = {"var", "var_mean", "std", "sqrt", "rsqrt", "pow"}  # one of them shows that it normalises
ATTRIBUTES = {
    "kernel_size": "kernel size",
    "in_channels": "input channels",
    "out_channels": "output channels",
    "out_features": "outputs",
    "features": "channels",
    "groups": "groups",
}
MISSING = {
    "batch_norm": "Each convolution is followed by BatchNorm, on the shortcut too.",
    "relu": "Without a ReLU between them two layers act as one linear map.",
    "add": "What came into the block must be added to what its branch computed.",
    "conv": "Count the convolutions: each one is needed for the shapes and the parameters to agree.",
    "max_pool": "The pooling shrinks the image before the stages; without it everything after costs more.",
    "mean": "The mean over all positions makes the network fit images of any size.",
    "linear": "The classifier turns the pooled channels into one logit a class.",
}
EXTRA = {
    "relu": (
        "A ReLU cuts off everything negative. It belongs after the first and the second BatchNorm "
            "of a block and after its addition, nowhere else."
    ),
    "dropout": "ResNet-50 has no dropout: BatchNorm and augmentation do that work.",
    "softmax": "The loss takes logits and does the softmax itself.",
    "log_softmax": "The loss takes logits and does the log-softmax itself.",
    "sigmoid": "The loss takes logits, any real numbers.",
    "batch_norm": "BatchNorm follows a convolution, once.",
    "conv": "Count the convolutions: a block has three, and one more on the shortcut where shapes "
        "differ.",
}
SETTINGS = {
    "stride": (
        "In a block the 3×3 convolution carries the stride, and the shortcut's projection with "
            "it; in a stage only the first block has one."
    ),
    "padding": "A 3×3 convolution keeps the size with padding 1, a 7×7 with stride 2 halves it with "
        "padding 3, a 1×1 needs none.",
    "kernel_size": "A block has 1×1, 3×3, 1×1; the stem begins with 7×7.",
    "groups": "All channels are mixed: groups stays at 1.",
    "bias": (
        "BatchNorm subtracts the mean of each channel, so a bias before it does nothing: "
            "bias=False. The linear layer keeps its bias."
    ),
    "momentum": (
        "PyTorch's momentum is the share of the new batch, 0.1 by default; other frameworks "
            "count the other way."
    ),
    "eps": "Leave BatchNorm's eps at its default, 1e-5.",
    "tracked": "Without running statistics evaluation mode has nothing to use.",
    "statistics": "In training BatchNorm uses the batch's statistics, in evaluation the running ones.",
}


STAGES = {
    256: "conv2_x",
    512: "conv3_x",
    1024: "conv4_x",
    2048: "conv5_x",
}  # by the channels that a block gives
