# %% [markdown]
# # 2. Three layers
#
# ResNet-50 is built of few kinds of layers. What do a convolution, BatchNorm
# and ReLU compute? This short chapter shows what each does to the shape and to
# the values of a batch.
#
# **By the end of this chapter you will have** the shapes and the values that
# each of three layers gives, computed on small batches.
#
# **You need** chapter 1.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn

# %% [markdown]
# ## A convolution
#
# A 3×3 **convolution** moves a window of 3×3 positions over the image. At each
# position it multiplies the nine values under the window by nine weights and
# adds the products up. With several input channels it does so in each of them,
# with other weights, and adds up the sums. One such set of weights gives one
# output channel.
#
# With a **padding** of 1 a border of zeros is put around the image. With a
# **stride** of 2 the window moves two positions at a time. *Predict:* which
# shapes come out of an image of 8×8, and how many weights has each layer?

# %%
if __name__ == "__main__":
    image = torch.zeros(1, 3, 8, 8)  # (batch, channels, height, width)
    settings = (3, 1, 0), (3, 1, 1), (3, 2, 1), (1, 1, 0)
    for kernel_size, stride, padding in settings:
        conv = nn.Conv2d(3, 16, kernel_size, stride, padding, bias=False)
        print(
            f"{kernel_size}×{kernel_size}, stride {stride}, padding {padding}:",
            tuple(conv(image).shape),
            f"{conv.weight.numel():4} weights",
        )

# %% [markdown]
# A side of $n$ becomes $\lfloor (n + 2p - k) / s \rfloor + 1$ for a kernel
# of $k$, a padding of $p$ and a stride of $s$.
#
# ## BatchNorm
#
# **BatchNorm** looks at one channel over all images and all positions of the
# batch. It subtracts the mean of these values and divides by their standard
# deviation. Then it multiplies by a scale and adds a shift; both are learned.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    values = 5 + 3 * torch.randn(32, 16, 8, 8)
    norm = nn.BatchNorm2d(16)
    for name, batch in (("before", values), ("after", norm(values))):
        channel = batch[:, 0]
        print(
            f"{name:6} mean {channel.mean().item():6.3f}   "
            f"standard deviation {channel.std().item():6.3f}"
        )

# %% [markdown]
# ## ReLU
#
# **ReLU** keeps what is positive and makes the rest 0. Without it between them,
# two convolutions in a row could only compute what one larger convolution can.

# %%
if __name__ == "__main__":
    print(torch.relu(torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])).tolist())

# %% [markdown]
# ## The exercise
#
# Write `conv2d`. It takes a batch of images and a set of kernels and returns
# what PyTorch's `F.conv2d` returns, for any stride and any padding. Loop over
# the places of the window, or find another way. PyTorch's own convolutions are
# not allowed; `F.pad` and `F.unfold` are.


# %% tags=["exercise"]
def conv2d(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolve a batch of images with a set of kernels.

    Args:
        x: the images, (batch, in_channels, height, width).
        weight: the kernels, (out_channels, in_channels, kernel, kernel).
        stride: how many positions the window moves at a time, in both
            directions.
        padding: how many rows and columns of zeros surround the image, on each
            of its four sides.

    Returns:
        A new tensor, (batch, out_channels, rows, columns). rows is
        (height + 2 * padding - kernel) // stride + 1; columns likewise.
    """
    kernel = weight.shape[-1]
    x = F.pad(x, (padding, padding, padding, padding))
    rows = (x.shape[2] - kernel) // stride + 1
    columns = (x.shape[3] - kernel) // stride + 1
    output = x.new_zeros(len(x), len(weight), rows, columns)
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = x[:, :, top : top + kernel, left : left + kernel]
            # (batch, 1, in, k, k) times (out, in, k, k)
            products = window.unsqueeze(1) * weight
            output[:, :, row, column] = products.sum(dim=(2, 3, 4))
    return output


# %% [markdown]
# Write `batch_statistics`. It returns two tensors: the mean of each channel,
# and the variance of each channel, both of shape `(channels,)`. The variance is
# the mean of the squared deviations: the sum of the squares is divided by their
# number, not by one less.


# %% tags=["exercise"]
def batch_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of each channel, over images and positions.

    Args:
        x: a batch, (batch, channels, height, width).

    Returns:
        The means and the biased variances, (channels,) each.
    """
    mean = x.mean(dim=(0, 2, 3))
    deviations = x - mean.view(1, -1, 1, 1)
    var = (deviations**2).mean(dim=(0, 2, 3))
    return mean, var


# %% [markdown]
# Write `batch_norm`. It normalizes a batch with the means and variances that
# it is given, whatever those of the batch are, then scales and shifts each
# channel. `eps` is added to the variance. PyTorch's own BatchNorm is not
# allowed.


# %% tags=["exercise"]
def batch_norm(
    x: Tensor,
    mean: Tensor,
    var: Tensor,
    weight: Tensor,
    bias: Tensor,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each channel, then scale and shift it.

    Args:
        x: a batch, (batch, channels, height, width).
        mean: what is subtracted from each channel, (channels,).
        var: the variance of each channel, (channels,).
        weight: the scale of each channel, (channels,).
        bias: the shift of each channel, (channels,).
        eps: a small number that is added to the variance, so that nothing is
            divided by zero.

    Returns:
        A new tensor of the shape of x.
    """
    mean, var, weight, bias = (
        values.view(1, -1, 1, 1) for values in (mean, var, weight, bias)
    )
    normalized = (x - mean) / torch.sqrt(var + eps)
    return weight * normalized + bias


# %% [markdown]
# ## Check
#
# - A 3×3 convolution with padding 1 and stride 1 keeps height and width.
# - After a fresh BatchNorm in training mode each channel has a mean near 0 and
#   a standard deviation near 1.
#
# ## What usually goes wrong
#
# - **The padding forgotten.** Each 3×3 convolution then takes two rows and two
#   columns away, and the shapes no longer agree.
#
# ## Read on
#
# - Ioffe and Szegedy, *Batch Normalization*, 2015.
#
# Next: [chapter 3](ch03_bottleneck.py) builds the block that ResNet-50 repeats
# sixteen times.
