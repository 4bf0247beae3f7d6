# %% [markdown]
# # 6. Testing
#
# *How good is it really?*
#
# A low training loss says that the network knows its training images. Does it
# know others?
#
# **By the end of this chapter you will have** `evaluate`, written by you, and
# you know what its two switches do.
#
# **You need** chapters 1 to 5.

# %%
import time

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    initialize,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)

# %% [markdown]
# Testing runs the network as training does, with two things switched:
# BatchNorm, and autograd. We measure what each one changes. For that we want a
# network that has seen some data.

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    train_loader, test_loader = make_loaders(
        load_dataset("digits"), batch_size=64
    )
    model, criterion, device = (
        initialize(ResNet50()),
        make_criterion(),
        torch.device("cpu"),
    )
    some_batches = [
        batch for _, batch in zip(range(5), train_loader, strict=False)
    ]
    loss = train_one_epoch(
        model, some_batches, criterion, make_optimizer(model), device
    )
    print(f"trained for 5 batches, mean loss {loss:.2f}")
    images, labels = next(iter(test_loader))

# %% [markdown]
# ## First switch: `model.eval()`
#
# In training, BatchNorm normalizes by the mean and variance of the batch. So
# the answer for one image depends on the images beside it. *Predict:* take the
# first image in a batch of 64, then in a batch of its first 8. Are its logits
# the same?


# %%
def largest_change(model: nn.Module, images: Tensor) -> float:
    """Return how far the first image's logits differ between the whole batch
    and its first 8 images.
    """
    with torch.no_grad():
        return (model(images)[0] - model(images[:8])[0]).abs().max().item()


if __name__ == "__main__":
    running_mean = model.bn1.running_mean
    for mode in ("train", "eval"):
        getattr(model, mode)()
        before = running_mean.clone()
        change = largest_change(model, images)
        moved = (running_mean - before).abs().max().item()
        print(
            f"model.{mode + '()':8} change of the logits {change:.6f}   "
            f"change of the running mean {moved:.6f}"
        )

# %% [markdown]
# In training mode the same image gets another answer in other company. And the
# test images moved the running statistics: the network learned from its test.
# In evaluation mode BatchNorm uses the running statistics that training
# collected, and nothing moves. What is left of the change is rounding.
#
# ## Second switch: `torch.no_grad()`
#
# Autograd keeps what each layer computed, because `backward` will need it. In a
# test there is no `backward`. How much is kept for nothing?


# %%
def kept_for_backward(model: nn.Module, images: Tensor) -> int:
    """Return the bytes that autograd keeps during one forward pass, weights not
    counted.
    """
    weights = {p.data_ptr() for p in model.parameters()}
    kept = {}

    def pack(tensor: Tensor) -> Tensor:
        if tensor.data_ptr() not in weights:
            kept[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = model(images)
    del output
    return sum(kept.values())


def seconds(model: nn.Module, images: Tensor, repeats: int = 3) -> float:
    """Return the shortest time of a forward pass among some."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        model(images)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    model.eval()
    for name, grad in (("autograd on ", True), ("autograd off", False)):
        with torch.set_grad_enabled(grad):
            kept, time_taken = (
                kept_for_backward(model, images),
                seconds(model, images),
            )
        print(
            f"{name}  kept for backward {kept / 1e6:6.1f} MB   forward "
            f"{time_taken:.3f} s"
        )

# %% [markdown]
# The numbers that come out are the same. The memory is not, and on a GPU it
# decides how large a batch fits.
#
# The two switches are independent. `no_grad` alone leaves BatchNorm in training
# mode. `eval` alone keeps the graph. A test needs both.
#
# ## The exercise
#
# Write `evaluate`: the mean loss per image, and the accuracy in percent. Count
# right answers and images; divide once, at the end. The mean of the batches'
# accuracies is wrong when the last batch is smaller:

# %%
if __name__ == "__main__":
    right, sizes = [64, 1], [64, 2]
    print(
        "mean of the batches",
        100 * sum(r / n for r, n in zip(right, sizes, strict=True)) / 2,
        "%",
    )
    print("per image        ", round(100 * sum(right) / sum(sizes), 1), "%")


# %% tags=["exercise"]
@torch.no_grad()
def evaluate(
    model: nn.Module,
    loader: DataLoader,
    criterion: nn.Module,
    device: torch.device,
) -> tuple[float, float]:
    """Test the model on every batch of the loader, in evaluation mode and with
    autograd off.

    Args:
        model: maps images (batch, 3, h, w) to logits (batch, classes); it is on
            ``device``.
        loader: gives pairs of images and labels (batch,).
        criterion: maps logits and labels to the mean loss of the batch.
        device: where the batches are moved to.

    Returns:
        The mean loss per image, and the accuracy in percent.
    """
    model.eval()
    total_loss = torch.zeros((), device=device)
    total_right = torch.zeros((), dtype=torch.int64, device=device)
    total_images = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        total_loss += criterion(logits, labels) * len(labels)
        total_right += (logits.argmax(dim=1) == labels).sum()
        total_images += len(labels)
    return (
        total_loss.item() / total_images,
        100 * total_right.item() / total_images,
    )


# %%
if __name__ == "__main__":
    test_loss, accuracy = evaluate(model, test_loader, criterion, device)
    print(
        f"test loss {test_loss:.2f}   accuracy {accuracy:.1f}%   (guessing "
        "gives about 10%)"
    )
    again = evaluate(model, test_loader, criterion, device)
    print("the same again:", tuple(again) == (test_loss, accuracy))

# %%
@torch.no_grad()
def estimate_statistics(model: nn.Module, loader: DataLoader) -> None:
    """Set the running statistics of BatchNorm to their plain mean over all
    batches of the loader.

    Nothing else of the model changes; it is in training mode afterward.

    Args:
        model: a network with BatchNorm.
        loader: gives pairs of images and labels, of which only the images are
            used.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over all batches
    model.train()
    for images, _ in loader:
        model(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


# %% [markdown]
# Five batches are not enough: the running statistics have hardly begun to
# follow the weights, so the answers in evaluation mode are still poor. That gap
# closes with training. Chapter 7 shows it epoch by epoch.
#
# ## Check
#
# - Two evaluations give exactly the same two numbers.
# - No weight and no running statistic changes.
# - The accuracy is in percent: 0 to 100, not 0 to 1.
#
# ## What usually goes wrong
#
# - **`eval()` forgotten.** The accuracy depends on the batch size, and the
#   network learns from its test.
# - **Autograd left on.** Right numbers, several times the memory.
# - **The two results swapped**: loss first, then accuracy.
# - **Choosing by the test.** Whoever picks the best epoch by its test accuracy
#   has trained on the test.
#
# ## Read on
#
# - Ioffe and Szegedy 2015, section 3.1: training and inference with BatchNorm.
# - The PyTorch notes on autograd mechanics: `no_grad`, `inference_mode` and
#   evaluation mode.
#
# Next: [chapter 7](ch07_results.py) puts it all together.
