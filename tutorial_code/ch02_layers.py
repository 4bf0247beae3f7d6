# %% [markdown]
# # 2. Three layers
#
# *What do a convolution, BatchNorm and ReLU compute?*
#
# ResNet-50 repeats the same three layers again and again: 53 convolutions, 53
# BatchNorms, and a ReLU in 49 places. Each is a line or two of arithmetic,
# which this chapter computes by hand before PyTorch does the same.
#
# ![Drag the window over the image, or set its row and column. Then change the
# kernel, the stride and the padding. Each number under the window is multiplied
# by the weight at the same place; the sum is one number of the
# output.](figure:convolution)
#
# **By the end of this chapter you will have** written `conv2d`,
# `batch_statistics` and `batch_norm`, and shown that they compute what
# PyTorch's own functions compute.
#
# **You need** the batch of [chapter 1](ch01_images.py), a tensor of shape
# `(batch, channels, height, width)`.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn

# %% [markdown]
# ## A window moves over the image
#
# A **convolution** looks at an image through a small window. At each place it
# multiplies every number under the window by a weight and adds up the products,
# and the sum is one number of the output. The weights together are called the
# **kernel**, and they stay the same wherever the window is. In a network they
# are learned. Here we choose them, so that the result can be checked by eye.
#
# The image has a bright corner. The kernel has −1 in its left column and 1 in
# its right one, so it subtracts what is on the left from what is on the right.

# %%
CORNER = torch.tensor(  # (6, 6)
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.0, 5.0, 5.0],
        [1.0, 1.0, 1.0, 1.0, 5.0, 5.0],
        [1.0, 1.0, 1.0, 1.0, 5.0, 5.0],
        [1.0, 1.0, 1.0, 1.0, 5.0, 5.0],
    ]
)
VERTICAL = torch.tensor([[-1.0, 0.0, 1.0]] * 3)  # (3, 3)

# %% [markdown]
# Three loops do it: over the rows of the output, its columns, and the nine
# places of the kernel.

# %%
if __name__ == "__main__":
    output = torch.zeros(4, 4)
    for row in range(4):
        for column in range(4):
            for place in range(9):
                u, v = divmod(place, 3)  # row and column of the kernel
                pixel = CORNER[row + u, column + v]
                output[row, column] += pixel * VERTICAL[u, v]
    print(output)

# %% [markdown]
# The output is 12 where all three rows of the window cross the vertical edge,
# less near the top, and 0 everywhere else. `F.conv2d` computes the same. It
# expects batches with channels, so image and kernel each get two more axes of
# length 1.

# %%
if __name__ == "__main__":
    theirs = F.conv2d(CORNER[None, None], VERTICAL[None, None])  # (1, 1, 4, 4)
    print("equal to F.conv2d:", torch.equal(output, theirs[0, 0]))

# %% [markdown]
# Now the image is flipped from left to right, and the kernel stays as it is.
#
# *Predict:* What happens to the output?
#
# - It is flipped.
# - It is flipped, and its signs are changed.
# - It stays the same, because the edge is still vertical.

# %%
if __name__ == "__main__":
    flipped = F.conv2d(CORNER.flip(1)[None, None], VERTICAL[None, None])
    print(flipped[0, 0])

# %% [markdown]
# It is flipped, and its signs are changed. The mirror image alone is the
# tempting answer. But the kernel still subtracts left from right, and now the
# left is the brighter side. A kernel looks for its own pattern, and answers
# with a negative number where it finds the opposite.
#
# Here are two kernels on a photograph.

# %% tags=["folded"]
if __name__ == "__main__":
    from sklearn.datasets import load_sample_image

    from tutorial_code.shared import plots

    flower = torch.from_numpy(load_sample_image("flower.jpg").copy())
    gray = flower.float().mean(dim=2)[None, None] / 255  # (1, 1, 427, 640)
    small = F.interpolate(gray, size=(44, 66), mode="area")
    kernels = torch.stack([VERTICAL, VERTICAL.T]).unsqueeze(1)  # (2, 1, 3, 3)
    edges = (0.5 + F.conv2d(small, kernels, padding=1)[0] / 2).clamp(0, 1)
    shown = torch.cat([small[0], edges]).mul(255).byte()  # (3, 44, 66)
    shown = shown.unsqueeze(1).expand(-1, 3, -1, -1)
    titles = ["the photograph", "vertical edges", "horizontal edges"]
    plots.show(
        plots.image_grid(shown, titles, columns=3, size=2.0),
        name="ch02-edges",
        alt="A gray photograph of a flower. The first kernel draws the edges "
        "that run from top to bottom, bright or dark by their direction; the "
        "second draws those that run from side to side.",
        caption="Compare the two outputs, in which gray is 0. The kernel of "
        "the text answers to edges that run up and down. Turned by 90 "
        "degrees, it answers to those that run across.",
        narrow=plots.image_grid(shown, titles, columns=1, size=2.6),
    )

# %% [markdown]
# In mathematics a convolution also flips the kernel before it multiplies.
# PyTorch leaves that out: a network can learn the flipped kernels.
#
# ## How many places does the window have?
#
# A 3×3 window has only 4×4 places in a 6×6 image. Two numbers change that. The
# **padding** is the number of zeros that are put around the image on each side.
# The **stride** is the number of positions that the window moves at a time.
#
# ![Change the four numbers. Each bar is one place of the window in a single row
# of the image. If something is left over on the right, the window never sees
# it.](figure:places)
#
# How many places are there in a row of $n$ numbers, for a window that is $k$
# wide? At its first place $n - k$ numbers are left to its right. Every step
# uses up $s$ of them, where $s$ is the stride, so the window can take $\lfloor
# (n - k) / s \rfloor$ steps; the brackets round down. With the first place that
# makes one more. Padding $p$ on both sides makes the row $n + 2p$ long:
#
# $$\text{places} = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1$$
#
# A 3×3 kernel with padding 1 keeps the size of the image at stride 1, and
# halves it at stride 2.
#
# *Predict a number:* ResNet-50 begins with a 7×7 kernel, stride 2 and padding
# 3. The image is 224 pixels wide. How wide is the output?

# %%
if __name__ == "__main__":
    image, kernel = torch.zeros(1, 1, 224, 224), torch.zeros(1, 1, 7, 7)
    print(tuple(F.conv2d(image, kernel, stride=2, padding=3).shape))

# %% [markdown]
# It is 112. The padded row is 230 long, and the 223 beside the window are
# enough for 111 steps of 2. The usual wrong answer, 111, forgets the place
# where the window began.
#
# ## Many channels
#
# For an image of three channels the kernel has three slices, and all their
# products go into the same sum. One kernel gives one channel of output, so a
# layer that gives 16 channels has 16 kernels. Its weights have the shape
# `(out_channels, in_channels, k, k)`.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    image = torch.randn(1, 3, 8, 8)
    weight = torch.randn(16, 3, 3, 3)
    output = F.conv2d(image, weight, padding=1)  # (1, 16, 8, 8)
    slices = [  # each channel by itself, with its slice of all kernels
        F.conv2d(image[:, c : c + 1], weight[:, c : c + 1], padding=1)
        for c in range(3)
    ]
    print(tuple(output.shape))
    print("the sum:", torch.allclose(output, sum(slices), atol=1e-5))
    print(f"weights: {weight.numel()}, used at {8 * 8} places")
    print(f"multiply-adds: {weight.numel() * 8 * 8:,}")

# %% [markdown]
# A multiplication with the addition that follows it is called a
# **multiply-add**, the unit in which the work of a network is counted.
#
# The smallest kernel is 1×1. At each position the numbers of all channels, as a
# vector, are multiplied by the same matrix.
#
# ![Choose a position. Its three numbers, one from each channel, give two
# numbers, one for each channel of the output.](figure:one-by-one)

# %%
if __name__ == "__main__":
    weight = torch.randn(16, 3, 1, 1)
    output = F.conv2d(image, weight)  # (1, 16, 8, 8)
    matrix = weight[:, :, 0, 0]  # (16, 3)
    by_matrix = matrix @ image.view(3, 64)  # (16, 64): each position a column
    same = torch.allclose(output.view(16, 64), by_matrix, atol=1e-5)
    print("equal to a matrix product:", same)

# %% [markdown]
# ## What one position sees
#
# A position in the output of a 3×3 convolution depends on 3×3 pixels. In the
# next layer a position depends on 3×3 of these positions, and therefore on more
# of the image. The pixels that it depends on are its **receptive field**.
#
# ![Change the number of layers and their stride, and choose a position at the
# top. The colored cells are what it depends on, in a single row of the image.
# All kernels are 3 wide.](figure:layers-see)
#
# To measure it, we set one pixel to 1 and all others to 0, check whether the
# middle of the output notices, and do so for every pixel.

# %%
if __name__ == "__main__":
    ones = torch.ones(1, 1, 3, 3)
    noticed = torch.zeros(81, dtype=torch.int)
    for pixel in range(81):
        image = torch.zeros(81)
        image[pixel] = 1.0
        first = F.conv2d(image.view(1, 1, 9, 9), ones)  # (1, 1, 7, 7)
        second = F.conv2d(first, ones)  # (1, 1, 5, 5)
        noticed[pixel] = second[0, 0, 2, 2] > 0
    print(noticed.view(9, 9))

# %% [markdown]
# Two layers of 3×3 see 5×5 pixels. Each further layer adds two more, and after
# a stride of 2 each addition counts double, because neighbors are then two
# pixels apart. With $c$ channels throughout, two layers of 3×3 have
# $2 \cdot 9 c^2 = 18 c^2$ weights, and one of 5×5 has $25 c^2$. So two small
# kernels see as much as one large one, and need fewer weights for it.
#
# A relative of the convolution moves a window without weights: **pooling**. Max
# pooling keeps the largest number under the window, average pooling their mean.
# ResNet-50 has one of each.
#
# ## BatchNorm on eight numbers
#
# Chapter 1 normalized the images. But after the first layer the numbers are
# again as large or as small as its weights make them. So **BatchNorm**, short
# for batch normalization, normalizes inside the network, each channel by itself
# and anew for every batch (Ioffe and Szegedy, 2015).
#
# Take a batch of two images of 2×2 pixels with one channel: 2, 4, 4, 4 and 5,
# 5, 7, 9. All we need is a pencil.
#
# 1. Their sum is 40, so their mean is 5. Subtract it: −3, −1, −1, −1, 0, 0, 2,
#    4.
# 2. The squares of these are 9, 1, 1, 1, 0, 0, 4, 16. Their mean, $32 / 8 = 4$,
#    is called the **variance**. Its root, 2, is the standard deviation. Divide
#    by it: −1.5, −0.5, −0.5, −0.5, 0, 0, 1, 2.
# 3. Multiply by a *scale* and add a *shift*. Both are learned, one of each
#    for every channel. With scale 3 and shift 1: −3.5, −0.5, −0.5, −0.5, 1, 1,
#    4, 7.
#
# ![Drag the last of the eight numbers, or type it, and watch the other seven.
# Then change the scale and the shift.](figure:eight-numbers)
#
# PyTorch also adds a tiny number, $\epsilon = 0.00001$, to the variance before
# it takes the root, because a channel in which all numbers are equal has the
# variance 0.

# %%
if __name__ == "__main__":
    numbers = torch.tensor([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    batch = numbers.view(2, 1, 2, 2)  # (batch, channels, height, width)
    norm = nn.BatchNorm2d(1)
    nn.init.constant_(norm.weight, 3.0)  # the scale
    nn.init.constant_(norm.bias, 1.0)  # the shift
    theirs = norm(batch).flatten()
    by_hand = torch.tensor([-3.5, -0.5, -0.5, -0.5, 1.0, 1.0, 4.0, 7.0])
    print([round(value, 4) for value in theirs.tolist()])
    print("equal:", torch.allclose(theirs, by_hand, atol=1e-4))

# %% [markdown]
# In a network, mean and variance are taken over all images of the batch and all
# positions, for each channel. With the scale and the shift, the network can
# still choose the mean and the spread that suit the next layer. But it now
# chooses them directly, with two numbers for each channel, and no longer as a
# side effect of all the weights before.
#
# *Predict:* The eight numbers are multiplied by 10 before they enter BatchNorm.
# What happens to what comes out?
#
# - It becomes 10 times as large.
# - It becomes 10 times as small.
# - It stays the same.

# %%
if __name__ == "__main__":
    for values in (batch, 10 * batch):
        print([round(value, 3) for value in norm(values).flatten().tolist()])

# %% [markdown]
# It stays the same. It is tempting to say 10 times. But the mean and the
# standard deviation grow by the same factor and cancel it, except for the trace
# that $\epsilon$ leaves.
#
# ## Training and evaluation
#
# In the figure above, moving one number moved the other seven. So the result
# for one image depends on the other images in its batch. While the network
# learns, that is accepted. When it is used, it is not.
#
# Therefore BatchNorm has two modes. In **training mode** it normalizes with the
# mean and the variance of the batch, and keeps an average of both over the
# batches, the **running statistics**. In **evaluation mode** it normalizes with
# these. `train()` and `eval()` switch between the two, in a layer as in a whole
# network.
#
# *Predict:* A new BatchNorm has not seen any batch. Its running mean is 0, its
# running variance 1, its scale 1 and its shift 0. It is switched to evaluation
# mode and given the eight numbers. What does it return?
#
# - The numbers normalized, as before.
# - The numbers as they are.
# - Eight zeros.

# %%
if __name__ == "__main__":
    norm = nn.BatchNorm2d(1)
    norm.eval()
    print([round(value, 3) for value in norm(batch).flatten().tolist()])

# %% [markdown]
# It returns them as they are: it subtracts 0 and divides by the root of 1. It
# is tempting to expect that BatchNorm always normalizes. In evaluation mode it
# does so only as well as its running statistics describe the data.
#
# After each batch in training mode they move a little toward that batch: the
# running mean becomes 0.9 times itself plus 0.1 times the batch's mean, and the
# variance likewise. The 0.1 is an argument of the layer, `momentum`; it has
# nothing to do with the momentum of chapter 5. Such an average is called an
# **exponential moving average**: a batch counts the less, the longer ago it
# was.
#
# ![Change the momentum and the size of the batches. Each dot is the mean of one
# channel in one batch of digits, after a convolution with random weights; the
# line is the running mean.](figure:running-mean)

# %%
if __name__ == "__main__":
    norm.train()
    norm(batch)
    print(f"running mean     {norm.running_mean.item():.4f}")
    print(f"by hand          {0.9 * 0 + 0.1 * 5:.4f}")
    print(f"running variance {norm.running_var.item():.4f}")
    print(f"by hand          {0.9 * 1 + 0.1 * 32 / 7:.4f}")

# %% [markdown]
# The last line divides by 7 and not by 8. To normalize the batch, PyTorch
# divides the sum of the squares by their number, which gives the *biased*
# variance. For the running variance it divides by one less, since numbers
# scatter, on average, a little less around their own mean than around that of
# all data.
#
# ## Twenty layers deep
#
# What is BatchNorm good for? We send 64 digits through 20 layers, each a
# convolution with random weights and a ReLU, which replaces negative numbers by
# 0. After each layer we measure how large the numbers are, without and with a
# BatchNorm in between.


# %%
def sizes_by_layer(x: Tensor, spread: float, normalized: bool) -> list[float]:
    """Return the root mean square of the values after each of 20 layers.

    Args:
        x: what the first layer gets, (batch, 16, height, width).
        spread: the standard deviation of the random weights.
        normalized: whether BatchNorm follows each convolution.
    """
    sizes = []
    for _ in range(20):
        x = F.conv2d(x, spread * torch.randn(16, 16, 3, 3), padding=1)
        if normalized:
            # without running statistics, which nobody needs here
            x = F.batch_norm(x, None, None, training=True)
        x = torch.relu(x)
        sizes.append(x.square().mean().sqrt().item())
    return sizes


# %% tags=["folded"]
if __name__ == "__main__":
    from sklearn.datasets import load_digits

    digits = torch.from_numpy(load_digits().images[:64]).float()
    digits = ((digits - digits.mean()) / digits.std()).unsqueeze(1)
    figure, axes = plots.figure_with(1, 1, width=5.6, height=3.2)
    axis = axes[0, 0]
    ends = {}
    print("spread of the weights, and what is left after 20 layers")
    for normalized in (False, True):
        for spread in (0.06, 0.12, 0.24):
            last = []
            for seed in range(3):
                torch.manual_seed(seed)
                start = F.conv2d(digits, torch.randn(16, 1, 3, 3), padding=1)
                start = F.batch_norm(start, None, None, training=True)
                sizes = sizes_by_layer(start, spread, normalized)
                color = plots.Y if normalized else plots.F
                axis.plot(range(1, 21), sizes, color=color, linewidth=1)
                last.append(sizes[-1])
            kind = "with BatchNorm" if normalized else "without"
            ends[kind if normalized else f"spread {spread}"] = (last[0], color)
            print(f"{spread} {kind:14} {min(last):.2g} to {max(last):.2g}")
    axis.set(yscale="log", xlabel="layer", ylabel="root mean square")
    axis.set_xticks([1, 5, 10, 15, 20])
    plots.name_ends(axis, ends)
    plots.show(
        figure,
        name="ch02-spread",
        alt="The size of the values over 20 layers, on a logarithmic axis, for "
        "three spreads of the weights and three seeds each. Without BatchNorm "
        "the values shrink below a millionth, stay near 1 or grow beyond "
        "100,000; with BatchNorm all nine lines lie together at 0.7.",
        caption="Look at the right ends of the lines: one line for each of "
        "three seeds. Without BatchNorm (blue) a factor of 2 in the weights "
        "decides whether the numbers vanish or explode. With it (green) all "
        "nine lines coincide.",
    )

# %% [markdown]
# Every layer multiplies the size of the numbers by some factor, and the twenty
# factors are multiplied: twice the spread doubles each of them, and $2^{20}$ is
# about a million. The middle spread nearly keeps the size, which still shrinks,
# in part by the zeros of the padding.
#
# Where does the middle spread, 0.12, come from? The variances of independent
# numbers add up. Each number of the output is a sum of $9 \cdot 16 = 144$
# products, which makes the variance 144 times as large, and ReLU sets about
# half of the numbers to zero, which halves the mean of their squares. Weights
# with a spread of $\sqrt{2 / 144} \approx 0.12$ undo both (He et al. 2015,
# *Delving Deep into Rectifiers*, section 2.2). With BatchNorm one need not hit
# this spread: each layer begins with the same size.
#
# ## ReLU
#
# **ReLU**, the rectified linear unit, keeps what is positive and replaces the
# rest by 0: $\max(0, x)$. It looks like too little to matter, but without it,
# more layers compute nothing that one could not. A linear layer, like a
# convolution, multiplies its input by fixed numbers and adds the products up.
# Two of them, with nothing between, can be merged into one.

# %%
if __name__ == "__main__":
    first, second = torch.randn(5, 3), torch.randn(2, 5)
    x = torch.randn(3)
    merged = second @ first  # (2, 3): one layer in place of two
    print("two layers:", torch.round(second @ (first @ x), decimals=3))
    print("one layer: ", torch.round(merged @ x, decimals=3))
    between = torch.relu(first @ x)
    print("with ReLU: ", torch.round(second @ between, decimals=3))

# %% [markdown]
# The same holds for convolutions. Without padding, two of 3×3 are one
# convolution of 5×5:

# %%
if __name__ == "__main__":
    image = torch.randn(1, 1, 9, 9)
    first, second = torch.randn(1, 1, 3, 3), torch.randn(1, 1, 3, 3)
    merged = F.conv2d(first, second.flip(2, 3), padding=2)  # (1, 1, 5, 5)
    two_layers = F.conv2d(F.conv2d(image, first), second)
    one_layer = F.conv2d(image, merged)
    print("the same:", torch.allclose(two_layers, one_layer, atol=1e-4))

# %% [markdown]
# With a ReLU between them that is no longer possible. Its output has a bend,
# and the layer before it decides where. The more bent pieces the next layer
# adds up, the more shapes the sum can take.
#
# ![Change the three weights, and switch the ReLU off and on. Each thin line is
# one of the three numbers that a first layer makes of $x$, times its weight.
# The thick line is their sum.](figure:bends)
#
# ## The exercise
#
# What you have seen by hand now becomes three functions for any batch. They are
# compared with PyTorch's on images that are not square, with strides that do
# not divide the size, and on single images. The check also asks whether PyTorch
# could follow your computation backward, which learning needs in chapter 5. It
# can if you compute with tensors from beginning to end.
#
# Write `conv2d`. It takes a batch of images and a set of kernels and returns
# what `F.conv2d` returns, for any stride and any padding. Loop over the places
# of the window, or find another way. PyTorch's own convolutions are not
# allowed; `F.pad` and `F.unfold` are.


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
# Write `batch_statistics`. It takes a batch and returns two tensors of shape
# `(channels,)`: the mean of each channel, and its biased variance. The sum of
# the squares is divided by their number, not by one less.


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
# Write `batch_norm`. It normalizes a batch with the means and variances that it
# is given, whatever those of the batch are, and then scales and shifts each
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
# The two functions for BatchNorm are the two modes. With the statistics of the
# batch itself, `batch_norm(x, *batch_statistics(x), weight, bias)` is training
# mode. With running statistics in their place, it is evaluation mode.
#
# ## What goes wrong
#
# These three mistakes raise no error. Each was built into a small network,
# which then learned the digits (the recorded run `layer-mistakes-cpu`):
#
# - **The output is a row and a column too small.** The formula was used without
#   its $+ 1$, so every layer takes away another row and column. The network
#   learns from what is left.
# - **PyTorch cannot follow the statistics,** because `item()`, `detach()` or
#   `torch.no_grad()` made plain numbers of them. But each number of a batch
#   moves the mean and the variance by which all are normalized, and learning
#   (chapter 5) now knows nothing of that part.
# - **The kernel is flipped.** Nothing can be seen, because the network learns
#   flipped kernels. Only a comparison with numbers that are known to be right
#   finds this one.

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import mistake_curves

    three = {
        "last-place-left-out": "too small",
        "statistics-without-gradient": "no gradient",
        "kernel-flipped": "flipped kernel",
    }
    mistake_curves.show_mistakes(
        three,
        name="ch02-mistakes",
        caption="Compare each mistake (red) with the right version (green), "
        "each trained from three sets of random weights. Above is the "
        "training loss, which says how wrong the network still is, after each "
        "pass over the training images (an epoch). Below is the share of the "
        "test images that it then classifies correctly.",
        alt="Training loss and test accuracy by epoch of three mistakes beside "
        "the right version. With outputs that are too small both stay behind; "
        "with statistics that are cut off from autograd they stay far behind; "
        "with flipped kernels they are like those of the right version.",
        most=2.5,
        run="layer-mistakes-cpu",
    )
    mistake_curves.print_mistakes(three, run="layer-mistakes-cpu")

# %% [markdown]
# A fourth mistake usually raises an error: a vector with one number for each
# channel meets a batch, and the sizes do not match. The vector needs the shape
# `(1, channels, 1, 1)`. PyTorch lines shapes up from the last axis on, so the
# vector meets the columns, and if an image is as wide as it has channels,
# nothing is reported.
#
# The effect of each is described in [the common mistakes](mistakes).
#
# ## In three sentences
#
# - A convolution multiplies the numbers under a moving window by a kernel, the
#   same at every place, and adds the products up over all input channels.
# - BatchNorm subtracts the mean of each channel, divides by its standard
#   deviation, and applies a learned scale and shift; the statistics are those
#   of the batch in training mode and running ones in evaluation mode.
# - ReLU replaces negative numbers by 0, and without it any number of such
#   layers could be merged into one.
#
# ## Three questions
#
# *Question:* Why is one kernel used at every place, and not a different one at
# each?
#
# *Answer:* What is worth finding in one place, such as an edge, is worth
# finding in any other. It also keeps the weights few, whatever the size of the
# image.
#
# *Question:* A layer takes 64 channels of 56×56 and gives 128 channels with a
# 3×3 kernel, stride 2 and padding 1. How large is its output, and how many
# weights and multiply-adds does it have?
#
# *Answer:* Its output is 28×28, since $\lfloor (56 + 2 - 3) / 2 \rfloor + 1 =
# 28$. It has $128 \cdot 64 \cdot 9 = 73{,}728$ weights. Each is used once at
# each of the 784 places, which makes 57,802,752 multiply-adds.
#
# *Question:* A network gives the same photograph another answer when it is
# tested in a different batch. What was forgotten?
#
# *Answer:* To switch to evaluation mode with `eval()`. In training mode the
# result for one image depends on the others in its batch.
#
# ## Read on
#
# - Dumoulin and Visin, [*A guide to convolution arithmetic for deep
#   learning*](https://arxiv.org/abs/1603.07285), 2016: stride and padding in
#   drawings, chapter 2.
# - Ioffe and Szegedy, [*Batch
#   Normalization*](https://arxiv.org/abs/1502.03167), 2015: the four lines in
#   algorithm 1, and evaluation in section 3.1.
# - He et al., [*Delving Deep into
#   Rectifiers*](https://arxiv.org/abs/1502.01852), 2015: how large random
#   weights should be, section 2.2.
#
# Next: [chapter 3](ch03_bottleneck.py) builds the block that ResNet-50 repeats
# sixteen times, from these three layers.
