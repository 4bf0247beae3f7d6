# %% [markdown]
# # 7. The full run
#
# Your network learns. Now train it properly: better, faster, and safe against whatever ends a long run early.
#
# **At the end of this chapter you have** every part of `resnet50 train --recipe full`, and you know what each
# is for and what it gained when it was measured.
#
# **You need** chapters 1 to 6.

# %%
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutorial_code.ch01_images import ImageData, channel_statistics
from tutorial_code.ch03_resnet50 import ResNet50

# %% [markdown]
# STEM


# %%
def use_small_stem(model: ResNet50) -> ResNet50:
    """Give a ResNet the stem for 32×32 pictures: a 3×3 convolution with stride 1, and no max-pool; in place."""
    model.conv1 = nn.Conv2d(3, model.conv1.out_channels, kernel_size=3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model


# %% [markdown]
# AUGMENT


# %%
def shift_and_flip(images: Tensor, max_shift: int, may_flip: bool, generator: torch.Generator) -> Tensor:
    """Shift each picture of a batch (n, 3, h, w) by up to ``max_shift`` pixels and mirror half, as ``augment`` does."""
    n, _, height, width = images.shape
    device = images.device

    def draw(below: int) -> Tensor:
        return torch.randint(below, (n, 1, 1), generator=generator, device=device)

    rows = torch.arange(height, device=device).view(1, -1, 1)
    columns = torch.arange(width, device=device).view(1, 1, -1)
    if may_flip:
        columns = torch.where(draw(2) == 1, columns.flip(-1), columns)
    padded = F.pad(images, [max_shift] * 4)
    rows, columns = rows + draw(2 * max_shift + 1), columns + draw(2 * max_shift + 1)
    return padded[torch.arange(n, device=device).view(-1, 1, 1), :, rows, columns].permute(0, 3, 1, 2)


def cut_out(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Set a square in each normalised picture (n, 3, h, w) to the mean, 0; its centre may be any pixel.

    Source: DeVries and Taylor 2017, section 3.
    """
    n, _, height, width = images.shape
    device = images.device
    top = torch.randint(height, (n, 1, 1, 1), generator=generator, device=device) - side // 2
    left = torch.randint(width, (n, 1, 1, 1), generator=generator, device=device) - side // 2
    rows = torch.arange(height, device=device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=device).view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return images.masked_fill(inside, 0.0)


# %% [markdown]
# DEVICE


# %%
class DeviceLoader:
    """Batches from pictures that lie on the device as one tensor; the loops take it in place of a DataLoader.

    Args:
        images: (n, 3, h, w), uint8, on the device.
        labels: (n,), int64, on the device.
        batch_size: pictures a batch.
        prepare: makes the network's input, float32, of a batch of pictures.
        generator: draws the order, on the device. Then a last batch that is not full sits this epoch out, so that
            all have one shape. Without a generator the order is kept and nothing is left out.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch_size: int,
        prepare: Callable[[Tensor], Tensor],
        generator: torch.Generator | None = None,
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size = batch_size
        self.prepare = prepare
        self.generator = generator
        self.drop_last = generator is not None and len(labels) >= batch_size

    def __len__(self) -> int:
        full, rest = divmod(len(self.labels), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        n, device = len(self.labels), self.labels.device
        shuffled = self.generator is not None
        order = torch.randperm(n, generator=self.generator, device=device) if shuffled else torch.arange(n)
        for chosen in order.to(device).split(self.batch_size)[: len(self)]:
            yield self.prepare(self.images[chosen]), self.labels[chosen]


def make_device_loaders(
    data: ImageData, batch_size: int, device: torch.device, augmented: bool = True, cutout: int = 0, seed: int = 0
) -> tuple[DeviceLoader, DeviceLoader]:
    """Return loaders of training and of test batches as ``make_loaders`` does, prepared on the device.

    Args:
        data: what ``load_dataset`` returned.
        batch_size: pictures a batch.
        device: where all pictures are put: 3 kB each at 32×32.
        augmented: whether training pictures are shifted and, where they may be, mirrored.
        cutout: side in pixels of the square that is cut out of each training picture; 0 cuts nothing out.
        seed: decides the order and the augmentation.
    """
    mean, std = (torch.tensor(values, device=device).view(3, 1, 1) for values in channel_statistics(data.train_images))
    generator = torch.Generator(device).manual_seed(seed)

    def for_testing(images: Tensor) -> Tensor:
        return (images.float() / 255 - mean) / std

    def for_training(images: Tensor) -> Tensor:
        if augmented:
            images = shift_and_flip(images, data.max_shift, data.may_flip, generator)
        images = for_testing(images)
        return cut_out(images, cutout, generator) if cutout else images

    train, test = ([images.to(device), labels.to(device)] for images, labels in (data[:2], data[2:4]))
    return DeviceLoader(*train, batch_size, for_training, generator), DeviceLoader(*test, batch_size, for_testing)


# %% [markdown]
# OPTIMIZER


# %%
def spare_norms_and_biases(optimizer: torch.optim.Optimizer) -> None:
    """Let weight decay act on the weights of convolutions and of the classifier only, in place."""
    (group,) = optimizer.param_groups
    spared = [parameter for parameter in group["params"] if parameter.ndim < 2]
    group["params"] = [parameter for parameter in group["params"] if parameter.ndim >= 2]
    optimizer.add_param_group({**group, "params": spared, "weight_decay": 0.0})


class SmoothedCrossEntropy(nn.Module):
    """Cross-entropy that asks for ``1 - smoothing`` of certainty in training, and for all of it in testing.

    Source: Szegedy et al. 2015, section 7.
    """

    def __init__(self, smoothing: float) -> None:
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        smoothing = self.smoothing if torch.is_grad_enabled() else 0.0
        return F.cross_entropy(logits, labels, label_smoothing=smoothing)


# %% [markdown]
# AVERAGE


# %%
def add_average(optimizer: torch.optim.Optimizer, network: nn.Module, steps: int) -> AveragedModel:
    """Return a copy of the network that every ``optimizer.step()`` moves towards it, by one part in ``steps``.

    It is an exponential moving average of weights and BatchNorm statistics: of about the last ``steps`` steps.
    """
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(1 - 1 / steps), use_buffers=True)
    optimizer.register_step_post_hook(lambda *_: average.update_parameters(network))
    return average


class TestedByAverage(nn.Module):
    """Trains one network and is tested with another, its average."""

    def __init__(self, network: nn.Module, average: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.average = average

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images) if self.training else self.average(images)


class FlipTested(nn.Module):
    """Answers, in testing, with the mean of the logits of a picture and of its mirror image."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        if self.training:
            return self.model(images)
        return (self.model(images) + self.model(images.flip(-1))) / 2


# %% [markdown]
# FASTER


# %%
class Accelerated(nn.Module):
    """A network that computes with channels last in memory, and in bf16 where asked; its logits are float32.

    The layout changes no result but by rounding. It is faster on CPUs and GPUs; on ``mps`` it is left alone.

    Args:
        model: the network.
        precision: ``fp32`` or ``bf16``.
        compiled: the same network compiled, for training; testing is too short for it to pay.
        channels_last: whether to change the layout.
    """

    def __init__(
        self,
        model: nn.Module,
        precision: str,
        compiled: Callable[[Tensor], Tensor] | None = None,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.model = model
        self.precision = precision
        self.channels_last = channels_last
        self.__dict__["compiled"] = compiled  # no submodule: its weights are the model's

    def forward(self, images: Tensor) -> Tensor:
        if self.channels_last and images.device.type != "mps":
            images = images.contiguous(memory_format=torch.channels_last)
        network = self.compiled if self.training and self.compiled else self.model
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = network(images)
        return logits.float()
