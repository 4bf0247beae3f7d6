# %% [markdown]
# # 7. The full run
#
# Your network learns. Now train it on photographs, for long, and as well as you can. What helps, and how much?
#
# **At the end of this chapter you have** every part of `resnet50 train --recipe full`, and what each is worth.
#
# **You need** chapters 1 to 6.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutorial_code import plots, tables
from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch03_resnet50 import ResNet50, count_groups
from tutorial_code.ch04_training import make_optimizer
from tutorial_code.device_loader import cut_out, make_device_loaders, shift_and_flip

# %% [markdown]
# The loops stay as they are. All that follows goes in through their arguments.
#
# ## What learns better
#
# ### A stem for small pictures
#
# Chapter 3 left a question open. The stem was made for 224×224 pixels; ours have 32×32. *Predict:* how many
# positions are left for conv5_x? Then take a 3×3 convolution with stride 1 and no pool, and predict again.


# %%
def use_small_stem(model: ResNet50) -> ResNet50:
    """Give a ResNet the stem for 32×32 pictures: a 3×3 convolution with stride 1, and no max-pool; in place."""
    model.conv1 = nn.Conv2d(3, model.conv1.out_channels, kernel_size=3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model


if __name__ == "__main__":
    for name, model in {"7×7 and max-pool": ResNet50(), "3×3": use_small_stem(ResNet50())}.items():
        groups = count_groups(model, image_size=32)
        sizes = " ".join(f"{group.name} {group.output_shape[-1]:2}" for group in groups[:-1])
        print(f"{name:16} {sizes}   {sum(g.multiply_adds for g in groups) / 1e6:6.0f} million multiply-adds")

# %% [markdown]
# One position against 4×4. With the paper's stem the last 3×3 convolutions of conv5_x see one pixel and eight zeros.
# The small stem avoids that, at about 16 times the cost.
#
# ### Pictures that never come twice
#
# **Cutout** hides a square of each training picture. The network cannot rest on the ears of a cat; it must learn
# the rest, too. Shifting and mirroring are those of chapter 1, for a whole batch at once (`device_loader.py`).

# %%
if __name__ == "__main__":
    from sklearn.datasets import load_sample_image

    flower = torch.from_numpy(load_sample_image("flower.jpg").copy()).permute(2, 0, 1)[None, :, :400, 120:520]
    flower = F.interpolate(flower.float(), size=(32, 32), mode="area").byte().expand(4, -1, -1, -1)
    generator = torch.Generator().manual_seed(1)
    shifted = shift_and_flip(flower, 4, True, generator)
    cut = cut_out(shifted, 8, generator)
    plots.show(
        plots.pictures(torch.cat([shifted, cut]), ["shifted, mirrored"] * 4 + ["cut out, here black"] * 4, columns=4),
        name="ch07-augmentation",
        alt="A photograph of a flower four times: shifted, some of them mirrored; below, each with a dark square.",
    )

# %% [markdown]
# ### Steps: Nesterov, and what not to decay
#
# Nesterov's momentum (`nesterov=True`) takes the gradient a little ahead, where momentum will carry the weights.
# Weight decay pulls weights towards 0. BatchNorm undoes the size of a convolution's weights, so there decay only
# decides how far a step turns them. Spare BatchNorm's own numbers, and biases (*Bag of Tricks*, 3.1).


# %%
def spare_norms_and_biases(optimizer: torch.optim.Optimizer) -> None:
    """Let weight decay act on the weights of convolutions and of the classifier only, in place."""
    (group,) = optimizer.param_groups
    spared = [parameter for parameter in group["params"] if parameter.ndim < 2]
    group["params"] = [parameter for parameter in group["params"] if parameter.ndim >= 2]
    optimizer.add_param_group({**group, "params": spared, "weight_decay": 0.0})


if __name__ == "__main__":
    optimizer = make_optimizer(ResNet50())
    spare_norms_and_biases(optimizer)
    for group in optimizer.param_groups:
        print(f"decay {group['weight_decay']}: {sum(tensor.numel() for tensor in group['params']):10,} numbers")

# %% [markdown]
# The rate follows chapter 4: up, then down along a cosine. Batches of 512 make a quarter of the steps that 128 make, so
# take each four times as long: 0.1 for every 128 pictures (Goyal et al. 2017, section 2.1, has the rule).
#
# ### Labels that leave some doubt
#
# Cross-entropy is never content. At 99% it still asks for more, and the logits grow for nothing. **Label
# smoothing** takes 10% from the right class and shares it among all ten: 91% is left. *Predict:* the other logits
# stay 0, and the right one grows from 2 to 16. Where is the loss lowest?


# %%
class SmoothedCrossEntropy(nn.CrossEntropyLoss):
    """Cross-entropy that smooths labels in training and not in testing (Szegedy et al. 2015, section 7)."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels) if torch.is_grad_enabled() else F.cross_entropy(logits, labels)


if __name__ == "__main__":
    for right in (2.0, 4.0, 8.0, 16.0):
        loss = SmoothedCrossEntropy(label_smoothing=0.1)(torch.tensor([[right] + 9 * [0.0]]), torch.tensor([0]))
        print(f"logit of the right class {right:4.0f}   loss {loss.item():.3f}")

# %% [markdown]
# Not at the largest. The training loss cannot reach 0 now; testing takes the plain loss, so that runs compare.
#
# ### A calmer network, and a second look
#
# While the rate is high, each step is noisy. An average over an epoch of steps is calmer. And the mirror image of a
# photograph is a second look: take the mean of both answers.


# %%
def add_average(optimizer: torch.optim.Optimizer, network: nn.Module, steps: int) -> AveragedModel:
    """Return an exponential moving average of weights and BatchNorm statistics, of about the last ``steps`` steps."""
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(1 - 1 / steps), use_buffers=True)
    optimizer.register_step_post_hook(lambda *_: average.update_parameters(network))
    return average


class AverageTested(nn.Module):
    """Trains one network and answers, in testing, with another: its average."""

    def __init__(self, network: nn.Module, average: nn.Module) -> None:
        super().__init__()
        self.network, self.average = network, average

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images) if self.training else self.average(images)


class FlipTested(nn.Module):
    """Answers, in testing, with the mean of the logits of a picture and of its mirror image."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        logits = self.model(images)
        return logits if self.training else (logits + self.model(images.flip(-1))) / 2


if __name__ == "__main__":
    torch.manual_seed(0)
    line = nn.Linear(1, 1, bias=False)
    optimizer = make_optimizer(line, lr=0.05, momentum=0.0, weight_decay=0.0)
    mean = add_average(optimizer, line, steps=10)
    weights, means = [], []
    for _ in range(60):
        optimizer.zero_grad()
        ((line.weight - 2 + torch.randn(1)) ** 2).sum().backward()
        optimizer.step()
        weights.append(line.weight.item())
        means.append(mean.module.weight.item())
    plots.show(
        plots.curves({"the weight": weights, "its average": means}, "step", "value; the best is 2"),
        name="ch07-average",
        alt="A weight jumps about its best value, 2. Its moving average follows a little later and far more calmly.",
    )

# %% [markdown]
# ### What each is worth
#
# Only a measurement can say. Take everything, leave one part out, train again, and test on 5,000 pictures that
# were held out of the training set. Not on the test set: whoever chooses by it has no honest number left.
#
# *Predict:* without which part is it worst? Which make a difference too small to see?

# %%
if __name__ == "__main__":
    tables.show("ablation-cpu")
    tables.show("ablation")

# %% [markdown]
# Without shifts and mirrors 5,000 pictures are soon learned by heart. The stem comes next, then weight decay. A falling
# rate and blocks that start as nothing cost here: they are for long runs and deep networks. Seeds show what is chance.
#
# ## What runs faster
#
# A loader prepares picture after picture in Python, while the device waits. All of CIFAR-10 is 184 MB: put it on the
# device, and prepare batch by batch there. For what does not fit, `--workers 4` prepares batches beside the training.
#
# Hardware likes the channels of a pixel side by side in memory (**channels last**), and numbers of 16 bits
# (**bf16**: the range of 32-bit numbers, fp32, with 8 bits of precision, not 24). `torch.compile` fuses the small
# steps between the convolutions. **TF32** lets a GPU round the factors of fp32 products. **CUDA graphs** replay the
# compiled network without Python in between; `full` leaves them off, because its batches are large.


# %%
class Accelerated(nn.Module):
    """A network that computes in ``fp32`` or ``bf16``, with channels last where asked; its logits are float32.

    ``compiled`` is the same network, compiled, for training. Testing is too short for it to pay.
    """

    def __init__(
        self, model: nn.Module, precision: str, compiled: nn.Module | None = None, channels_last: bool = True
    ) -> None:
        super().__init__()
        self.model = model
        self.precision = precision
        self.channels_last = channels_last
        self.__dict__["compiled"] = compiled  # no submodule: its weights are the model's

    def forward(self, images: Tensor) -> Tensor:
        if self.channels_last and images.device.type != "mps":
            images = images.contiguous(memory_format=torch.channels_last)
        network = self.model if self.compiled is None or not self.training else self.compiled
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = network(images)
        return logits.float()


# %% [markdown]
# A 1×1 convolution sees one position at a time, and takes the same matrix at each. So it is one **matrix product**
# over all positions, the same but for rounding. *Predict:* is the time the same, too? Which step helps most?
#
# A row with + adds to the one above. The peak is the speed of a product of large matrices in bf16.


# %%
class ProductConv(nn.Conv2d):
    """A 1×1 convolution that is computed as a matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride[0], :: self.stride[1]].permute(0, 2, 3, 1)  # (batch, h, w, channels)
        return F.linear(x, self.weight.flatten(1)).permute(0, 3, 1, 2)


def use_products(model: nn.Module) -> nn.Module:
    """Let every 1×1 convolution be computed as a matrix product, in place; return the model."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1):
            module.__class__ = ProductConv  # its weights stay, under the same names
    return model


if __name__ == "__main__":
    tables.show("speed-cpu")
    tables.show("speed-gpu")

# %% [markdown]
# On this CPU bf16 and products help most, and compiling does not pay. With the small stem a 1×1 convolution sees 16
# positions and more, and is not slower than a product: `full` leaves `--products` off.
#
# ## What keeps a long run safe
#
# A run of hours may be interrupted. To go on **exactly**, weights are not enough: the optimizer has its momentum,
# the schedule its step, and every random number must come as it would have. One generator draws order, shifts and
# squares. *Predict:* set it back to where an epoch began and drop the first 15 batches. Do the same pictures come?

# %%
if __name__ == "__main__":
    loader, _ = make_device_loaders(load_dataset("digits"), 64, torch.device("cpu"))
    began = loader.generator.get_state()
    whole = [images for images, _ in loader]
    loader.generator.set_state(began)
    rest = [images for images, _ in loader][15:]
    print("the same rest:", all(torch.equal(a, b) for a, b in zip(whole[15:], rest, strict=True)))

# %% [markdown]
# So `--resume` goes on in the middle of an epoch. The last two checkpoints are kept: a damaged one costs minutes and
# not the run. A loss that is NaN stops it and names step and batch; `--time-limit 30` stops it after 30 minutes.
#
# ## One command
#
#     uv run resnet50 train --recipe full --data cifar10
#
# `--recipe exercise` is the training of chapters 4 to 6. Each part has an option, so you can leave it out:
# `--no-average`, `--cutout 0`, `--stem 7x7`. To choose between them, hold pictures out: `--validation 5000`.
#
# ## Check
#
# - A run that was stopped and resumed ends with the weights of one that was not, on the same CPU.
#
# ## What usually goes wrong
#
# - **Choosing on the test set**, by trying options until the number is high.
# - **A larger batch with the old rate.** Fewer steps, none of them longer: it learns less in the same epochs.
# - **A checkpoint of the weights alone.** Resumed, the momentum is gone and the schedule begins again.
#
# ## Read on
#
# - He et al., *Bag of Tricks*, 2018. DeVries and Taylor, 2017: cutout. Izmailov et al., 2018: averages of weights.
