"""PyTorch's error messages in a learner's words."""

import re

# A pattern of the message, what it means, and where to look. Groups of the pattern fill the braces.
MEANINGS = (
    (
        r"to have (\d+) channels, but got (\d+) channels",
        "A convolution gets {1} channels, but it was made for {0}.",
        "Follow the channels: what one layer gives, the next one takes. A block gives 4 * channels.",
    ),
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d)",
        "Two tensors do not fit together: {0} and {1} in dimension {2}.",
        "Dimension 1 is the channels, 2 and 3 are height and width. At the addition both ways must give the same "
        "shape: compare strides, padding and channels.",
    ),
    (
        r"running_mean should contain (\d+) elements not (\d+)",
        "A BatchNorm gets {0} channels, but it was made for {1}.",
        "BatchNorm takes the number of channels that the convolution before it gives.",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "The linear layer gets {1} numbers a picture, but it was made for {2}.",
        "After average pooling there is one number for each channel: nn.AdaptiveAvgPool2d(1), then flatten(1).",
    ),
    (
        r"expected 2D or 3D input \(got 4D input\)",
        "A BatchNorm for vectors is applied to pictures.",
        "Pictures are (batch, channels, height, width) and take nn.BatchNorm2d.",
    ),
    (
        r"name '(\w+)' is not defined",
        "The name {0} is not defined.",
        "A layer that was kept in __init__ is called self.{0} in forward; what is used must be imported.",
    ),
    (
        r"has no attribute '(\w+)'",
        "There is no attribute {0}.",
        "Compare the spelling where it is made, in __init__, with the spelling where it is used.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "Nothing connects the result with the weights, so there is no way back for the gradient.",
        "Something on the way is detached, computed without autograd, or not computed from the layers at all.",
    ),
    (
        r"unexpected keyword argument '(\w+)'",
        "It does not take the argument {0}.",
        "Names and order of the arguments are those of the exercise's signature.",
    ),
    (
        r"missing \d+ required positional argument",
        "It asks for more arguments than the exercise gives it.",
        "Names, order and defaults of the arguments are those of the exercise's signature.",
    ),
    (
        r"'int' object is not (iterable|subscriptable)",
        "A number came where a list is expected.",
        "Names and order of the arguments are those of the exercise's signature.",
    ),
    (
        r"forward must return a tensor, but it returned (\w+)",
        "forward returns {0}, not a tensor.",
        "Return the result of the last operation. A module in its place was made, but not called: nn.ReLU()(out).",
    ),
)


def explain_failure(message: str) -> tuple[str, str]:
    """Return what an error message means and where to look; two empty texts for an unknown one."""
    for pattern, meaning, advice in MEANINGS:
        if found := re.search(pattern, message):
            return meaning.format(*found.groups()), advice.format(*found.groups())
    return "", ""
