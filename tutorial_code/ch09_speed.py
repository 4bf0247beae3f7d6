# %% [markdown]
# # 9. Running faster, and safely
#
# *Where does the time go, and what must a checkpoint hold?*
#
# The full recipe takes many epochs. Which changes make each of them faster, and
# what must be saved so that a long run survives an interruption?
#
# **By the end of this chapter you will have** a training whose every step is
# measured beside a plain loop, and that goes on exactly where it was stopped.
#
# **You need** chapters 1 to 8.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data.device_loader import make_device_loaders
from tutorial_code.shared import tables

# %% [markdown]
# ## What runs faster
#
# A loader prepares image after image in Python, while the device waits. All of
# CIFAR-10 is 184 MB: put it on the device, and prepare batch by batch there.
# For what does not fit, `--workers 4` prepares batches beside the training.
#
# Hardware likes the channels of a pixel side by side in memory (**channels
# last**), and numbers of 16 bits (**bf16**: the range of 32-bit numbers, fp32,
# with 8 bits of precision, not 24). `torch.compile` fuses the small steps
# between the convolutions. **TF32** lets a GPU round the factors of fp32
# products. **CUDA graphs** replay the compiled network without Python in
# between; `full` leaves them off, because its batches are large.


# %%
class Accelerated(nn.Module):
    """A network that computes in ``fp32`` or ``bf16``, with channels last where
    asked; its logits are float32.

    ``compiled`` is the same network, compiled, for training. Testing is too
    short for it to pay.
    """

    def __init__(
        self,
        model: nn.Module,
        precision: str,
        compiled: nn.Module | None = None,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.model = model
        self.precision = precision
        self.channels_last = channels_last
        # no submodule: its weights are the model's
        self.__dict__["compiled"] = compiled

    def forward(self, images: Tensor) -> Tensor:
        if self.channels_last and images.device.type != "mps":
            images = images.contiguous(memory_format=torch.channels_last)
        network = (
            self.model
            if self.compiled is None or not self.training
            else self.compiled
        )
        with torch.autocast(
            images.device.type, torch.bfloat16, enabled=self.precision == "bf16"
        ):
            logits = network(images)
        return logits.float()


# %% [markdown]
# A 1×1 convolution sees one position at a time, and takes the same matrix at
# each. So it is one **matrix product** over all positions, the same but for
# rounding. *Predict:* is the time the same, too? Which step helps most?
#
# A row with + adds to the one above. The peak is the speed of a product of
# large matrices in bf16.


# %%
class MatmulConv1x1(nn.Conv2d):
    """A 1×1 convolution that is computed as a matrix product."""

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride[0], :: self.stride[1]]
        x = x.permute(0, 2, 3, 1).contiguous()  # (batch, h, w, channels)
        return F.linear(x, self.weight.flatten(1)).permute(0, 3, 1, 2)


def use_matmul_convs(model: nn.Module) -> nn.Module:
    """Let every 1×1 convolution be computed as a matrix product, in place;
    return the model.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1):
            # its weights stay, under the same names
            module.__class__ = MatmulConv1x1
    return model


if __name__ == "__main__":
    tables.show("speed-cpu")
    tables.show("speed-gpu")

# %% [markdown]
# On this CPU bf16 and products help most, and compiling does not pay. With the
# small stem a 1×1 convolution sees 16 positions and more, and is not slower
# than a product: `full` leaves `--conv1x1-matmul` off.
#
# ## What keeps a long run safe
#
# A run of hours may be interrupted. To go on **exactly**, weights are not
# enough: the optimizer has its momentum, the schedule its step, and every
# random number must come as it would have. One generator draws order, shifts
# and squares. *Predict:* set it back to where an epoch began and drop the first
# 15 batches. Do the same images come?

# %%
if __name__ == "__main__":
    loader, _ = make_device_loaders(
        load_dataset("digits"), 64, torch.device("cpu")
    )
    began = loader.generator.get_state()
    whole = [images for images, _ in loader]
    loader.generator.set_state(began)
    rest = [images for images, _ in loader][15:]
    print(
        "the same rest:",
        all(torch.equal(a, b) for a, b in zip(whole[15:], rest, strict=True)),
    )

# %% [markdown]
# So `--resume` goes on in the middle of an epoch. The last two checkpoints are
# kept: a damaged one costs minutes and not the run. A loss that is NaN stops it
# and names step and batch; `--time-limit 30` stops it after 30 minutes.
#
# ## Check
#
# - A run that was stopped and resumed ends with the weights of one that was
#   not, on the same CPU.
#
# ## What usually goes wrong
#
# - **A checkpoint of the weights alone.** Resumed, the momentum is gone and the
#   schedule begins again.
#
# ## Read on
#
# - The PyTorch notes on reproducibility: which numbers repeat, and where.
