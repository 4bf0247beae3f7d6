# %% [markdown]
# # 6. Testing
#
# *How good is it really?*
#
# A low training loss says that a network knows its training images. Whether it
# knows others, only other images can tell. Testing it on others sounds like one
# more loop without the learning, and in most lines it is. But a network that is
# run as in training gives no honest answer: what it says about an image then
# depends on the images beside it.
#
# ![Change the size of the batches and the image. One test image was put into a
# hundred different batches. Within each class, the hundred blue dashes are its
# logit in training mode, one for each batch, and the green line is its logit in
# evaluation mode.](figure:logits-in-batches)
#
# **By the end of this chapter you will have** written `evaluate`, and measured
# what its two switches change.
#
# You will also know which images may decide what, and how far a number is off
# when it was chosen because it is the best.
#
# **You need** the training loop of [chapter 5](ch05_training.py), and what
# [chapter 2](ch02_layers.py) says about BatchNorm.

# %%
import copy

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Stack
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    add_schedule,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)

CPU = torch.device("cpu")

# %% [markdown]
# ## Networks to test
#
# We want networks that have learned something, at several moments of their
# training, and from three seeds. ResNet-50 would take about a minute for that.
# Chapter 3's residual stack of 12 layers takes two seconds, and shows the two
# things that this chapter is about: the two modes of BatchNorm, and what
# PyTorch keeps in memory for `backward`. It learns the digits for four epochs,
# and we keep a copy after the first five batches and after each epoch.


# %%
def stages_of_training(seed: int, epochs: int = 4) -> list[nn.Module]:
    """Return copies of a small network from its training on the digits: after
    five batches, and after each epoch.
    """
    torch.manual_seed(seed)
    loader, _ = make_loaders(load_dataset("digits"), batch_size=64, seed=seed)
    stack, criterion = Stack(12, residual=True), make_criterion()
    optimizer = make_optimizer(stack)
    add_schedule(optimizer, epochs * len(loader), warmup_steps=len(loader))
    copies: list[nn.Module] = []
    for epoch in range(epochs):
        batches = list(loader)
        for some in [batches] if epoch else [batches[:5], batches[5:]]:
            train_one_epoch(stack, some, criterion, optimizer, CPU)
            copies.append(copy.deepcopy(stack))
    return copies


# %%
if __name__ == "__main__":
    stages = {seed: stages_of_training(seed) for seed in range(3)}
    train_loader, test_loader = make_loaders(
        load_dataset("digits"), batch_size=64, augmented=False
    )
    batches = list(test_loader)
    images = torch.cat([images for images, _ in batches])  # (360, 3, 32, 32)
    labels = torch.cat([labels for _, labels in batches])  # (360,)

# %% [markdown]
# ## First switch: `model.eval()`
#
# BatchNorm subtracts a mean and divides by a standard deviation. In *training
# mode*, which `model.train()` switches on, both are those of the batch. So they
# depend on all images of the batch, and so does what the network says about
# each of them. The figure above is made by this function: it puts one image
# into many batches, and keeps its logits.


# %%
@torch.no_grad()
def logits_in_batches(
    model: nn.Module,
    image: Tensor,
    others: Tensor,
    batch_size: int,
    batches: int = 100,
) -> Tensor:
    """Return the logits of one image (3, h, w) in many batches whose other
    images are drawn at random: (batches, classes).
    """
    found = []
    for _ in range(batches):
        company = others[torch.randperm(len(others))[: batch_size - 1]]
        batch = torch.cat([image[None], company])  # (batch_size, 3, h, w)
        found.append(model(batch)[0])
    return torch.stack(found)


# %%
if __name__ == "__main__":
    print("spread of one logit over 25 batches, three seeds")
    for mode, size in [
        ("train", 4),
        ("train", 16),
        ("train", 64),
        ("eval", 64),
    ]:
        spreads = []
        for copies in stages.values():
            model = copy.deepcopy(copies[-1])
            getattr(model, mode)()  # model.train() or model.eval()
            logits = logits_in_batches(model, images[0], images[1:], size, 25)
            of_its_class = logits[:, labels[0]]  # (25,)
            spreads.append(f"{of_its_class.std().item():8.5f}")
        print(f"{mode:5}  batches of {size:2}  {'  '.join(spreads)}")

# %% [markdown]
# In training mode the logit trembles, the more so the smaller the batch is. In
# *evaluation mode*, which `model.eval()` switches on, BatchNorm uses its
# running statistics: the averages of mean and variance that it kept while it
# was trained. They are the same for every batch, so nothing is left of the
# spread but rounding.
#
# Batches drawn at random are the harmless case. Test images often come in
# another order: many data sets are stored class by class. So we sort the test
# images by class, first all zeros, then all ones, and measure the accuracy in
# training mode, with batches of 16. In random order the three networks then
# reach about 92%.
#
# *Predict:* What is their accuracy on the same images in order of class?
#
# - Also about 92%
# - About 70%
# - About 25%


# %% tags=["folded"]
@torch.no_grad()
def percent_right(
    model: nn.Module, images: Tensor, labels: Tensor, batch_size: int
) -> float:
    """Return the accuracy in the mode that the model is in, in percent."""
    logits = torch.cat([model(batch) for batch in images.split(batch_size)])
    return 100 * (logits.argmax(dim=1) == labels).float().mean().item()


if __name__ == "__main__":
    orders = {
        "at random": torch.randperm(len(labels)),
        "by class": labels.argsort(stable=True),
    }
    print("accuracy in percent, three seeds")
    print("mode   batch  at random              by class")
    for mode, size in [
        ("train", 4),
        ("train", 16),
        ("train", 36),
        ("eval", 16),
    ]:
        shown = []
        for order in orders.values():
            rights = []
            for copies in stages.values():
                model = getattr(copy.deepcopy(copies[-1]), mode)()
                rights.append(
                    percent_right(model, images[order], labels[order], size)
                )
            shown.append("  ".join(f"{right:5.1f}" for right in rights))
        print(f"{mode:5}  {size:5}  {'    '.join(shown)}")

# %% [markdown]
# About 25%. A moderate drop is the tempting answer, since nothing about the
# images has changed. But in a batch of nothing but threes, BatchNorm subtracts
# what the images have in common, and what they have in common is that they are
# threes. The networks are fine: in evaluation mode the order plays no part.
#
# ## What a forward pass changes
#
# Training mode does one more thing: each forward pass moves the running
# statistics toward its batch. No label is needed for that, no loss, no
# gradient and no step. Suppose that somebody only *looks at* the 37 threes
# among the test images, in one batch, in training mode, under `no_grad`, and
# does so twenty times. Then the network is switched to evaluation mode.
#
# *Predict:* What happened to its accuracy on all test images?
#
# - Nothing, because no weight was changed.
# - It is a little better, because the network has seen some of them.
# - It is far worse.

# %% tags=["folded"]
if __name__ == "__main__":
    mixed = images[torch.randperm(len(images))]
    looked_at = {
        "only threes": [images[labels == 3]],
        "all images, mixed": mixed.split(36),
    }
    print("accuracy in evaluation mode, three seeds")
    print("looks at             0 looks          5 looks         20 looks")
    for name, seen in looked_at.items():
        models = [copy.deepcopy(copies[-1]) for copies in stages.values()]
        shown = []
        for looks in range(21):
            if looks in (0, 5, 20):
                rights = [
                    percent_right(model.eval(), images, labels, 360)
                    for model in models
                ]
                shown.append(" ".join(f"{right:4.1f}" for right in rights))
            with torch.no_grad():
                for model in models:
                    model.train()(seen[looks % len(seen)])
        print(f"{name:18}  {'   '.join(shown)}")

# %% [markdown]
# It is far worse. No weight was changed, which makes the first answer tempting.
# But the running statistics were: after twenty looks they describe threes and
# little else. They are part of the network, as the weights are, and stand in
# its `state_dict`. Images that are well mixed did no harm here, because they
# have the statistics of the training images. But a test should change nothing
# at all.
#
# ## Statistics that lag behind
#
# Evaluation mode has a weakness of its own. Running statistics are averages in
# which the last batches count most, and in these batches the network had other
# weights. While the weights change fast, the statistics describe a network that
# no longer exists.
#
# We can find out how much that costs. `estimate_statistics` lets a network look
# at all training images, and takes the plain mean of what it then finds. No
# weight changes.


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
# After five batches all three networks have an accuracy of about 10% in
# evaluation mode, which is guessing. One might blame the running statistics:
# five batches have moved them only 40% of the way.
#
# *Predict:* Their statistics are estimated anew over all training images. What
# is the accuracy then?
#
# - Still about 10%
# - About 50%
# - More than 80%

# %% tags=["folded"]
if __name__ == "__main__":
    from tutorial_code.shared import plots

    names = ["5 batches", *(f"epoch {number}" for number in range(1, 5))]
    found: dict[str, list[list[float]]] = {
        "running": [],
        "estimated anew": [],
    }
    for copies in stages.values():
        for kind, values in found.items():
            rights = []
            for stage in copies:
                model = copy.deepcopy(stage)
                if kind == "estimated anew":
                    estimate_statistics(model, train_loader)
                right = percent_right(model.eval(), images, labels, 360)
                rights.append(right)
            values.append(rights)
    figure, axes = plots.figure_with(1, 1, width=5.2, height=2.8)
    axis = axes[0, 0]
    colors = {"running": plots.F, "estimated anew": plots.Y}
    for kind, values in found.items():
        for rights in values:
            axis.plot(names, rights, color=colors[kind], marker="o", ms=3)
    axis.set(ylabel="accuracy, %", ylim=(0, 122), yticks=range(0, 101, 20))
    axis.text(2.4, 38, "running statistics", color=plots.F)
    axis.text(0, 110, "estimated anew", color=plots.Y)
    axis.set_xticks(range(5), ["5\nbatches", "1", "2", "3", "4"])
    axis.set_xlabel("epochs of training")
    plots.show(
        figure,
        name="ch06-statistics",
        caption="Compare the two groups of lines, a line for each seed, at "
        "the first point and at the second. Both groups have the same weights "
        "at each point, and differ in the statistics of BatchNorm alone.",
        alt="Accuracy in evaluation mode after five batches and after each of "
        "four epochs. After five batches both kinds of statistics give about "
        "10%. After the first and the second epoch statistics estimated anew "
        "give far more than the running ones; after the fourth they agree.",
    )
    for number, name in enumerate(names):
        shown = [
            " ".join(f"{rights[number]:5.1f}" for rights in values)
            for values in found.values()
        ]
        print(f"{name:9}  running {shown[0]}   anew {shown[1]}")

# %% [markdown]
# Still about 10%. The statistics were not what was missing: after five batches
# the network has learned nothing yet. At the end of the first epoch it is
# otherwise. The weights already know a good part of the digits, and the running
# statistics hide it. As the learning rate falls and the weights come to rest,
# the statistics catch up, and in the end the two ways hardly differ.
#
# So a poor test in the first epochs of a training is no alarm. Chapter 7 meets
# it again with ResNet-50.
#
# ## Second switch: `torch.no_grad()`
#
# The other switch concerns memory. To compute gradients, `backward` needs what
# went into each layer, or what came out of it. So **autograd**, the part of
# PyTorch that records a computation, keeps it, layer by layer, until `backward`
# has used it. A test has no `backward`, so what is kept is never used.
#
# *Predict:* A batch of digits, 32×32 pixels, goes through ResNet-50. In which
# group does autograd keep the most?
#
# - conv1
# - conv2_x
# - conv4_x
# - conv5_x
#
# ![Change the number of images and their size, and switch autograd off. Each
# bar is what autograd keeps of one part of ResNet-50: the stem, the blocks, the
# classifier. The weights are there in any case and are not
# counted.](figure:kept-memory)
#
# In conv2_x, with three of sixteen blocks. Conv5_x holds most of the weights,
# so it is a tempting answer. But what is kept are maps, and a map is large
# where the image is still large. For photographs of 224×224 pixels the same
# network needs 49 times as much, and this is often what limits the size of a
# batch.


# %% tags=["folded"]
def kept_by_part(model: ResNet50, images: Tensor) -> dict[str, int]:
    """Return the bytes that autograd keeps of each part in a forward pass.

    Weights and running statistics are not counted, and what two parts keep
    counts for the first.
    """
    parts: dict[str, nn.Module] = {
        "conv1": nn.Sequential(model.conv1, model.bn1, model.relu),
        "conv1 pool": model.maxpool,
    }
    for stage in ("conv2_x", "conv3_x", "conv4_x", "conv5_x"):
        for number, block in enumerate(getattr(model, stage), start=1):
            parts[f"{stage} {number}"] = block
    parts["fc"] = nn.Sequential(model.avgpool, nn.Flatten(), model.fc)
    own = [*model.parameters(), *model.buffers()]
    seen = {tensor.data_ptr() for tensor in own}
    kept = dict.fromkeys(parts, 0)
    x = images
    for name, part in parts.items():

        def pack(tensor: Tensor, name: str = name) -> Tensor:
            if tensor.data_ptr() not in seen:
                seen.add(tensor.data_ptr())
                kept[name] += tensor.numel() * tensor.element_size()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            x = part(x)
    return kept


if __name__ == "__main__":
    network = ResNet50().eval()
    for autograd in (True, False):
        with torch.set_grad_enabled(autograd):
            kept = sum(kept_by_part(network, images[:64]).values())
        print(
            f"autograd {autograd!s:5}  kept of 64 digits {kept / 1e6:6.1f} MB"
        )

# %% [markdown]
# Under `with torch.no_grad():`, autograd records nothing. Written above a
# function as a *decorator*, `@torch.no_grad()`, it holds for all that the
# function does. The logits that come out are the same numbers.
#
# The two switches know nothing of each other. Here are all four combinations,
# measured on the small network.

# %% tags=["folded"]
if __name__ == "__main__":
    print("mode   autograd  same answer     statistics  output can go")
    print("                 in any batch    stay        backward")
    for mode in ("train", "eval"):
        for autograd in (True, False):
            model = getattr(copy.deepcopy(stages[0][-1]), mode)()
            before = model.pairs[0][1].running_mean.clone()
            with torch.set_grad_enabled(autograd):
                among_64, among_8 = (model(images[:n])[0] for n in (64, 8))
            same = torch.allclose(among_64, among_8, atol=1e-4)
            stay = torch.equal(before, model.pairs[0][1].running_mean)
            cells = [
                "yes" if each else "no"
                for each in (same, stay, among_64.requires_grad)
            ]
            state = "on" if autograd else "off"
            print(
                f"{mode:5}  {state:8}  {cells[0]:14}  {cells[1]:10}  {cells[2]}"
            )

# %% [markdown]
# The mode decides about the answer and the statistics, autograd about memory
# and `backward`. A test needs the last line of the four.
#
# ## Count images, not batches
#
# The **accuracy** is the share of images whose largest logit is that of the
# right class. A test reads its images in batches, and the last batch is usually
# smaller. Take two batches: 64 images, all right, and then two images, one of
# them right. That is 65 of 66, or 98.5%. But the accuracies of the two batches
# are 100% and 50%, and their mean is 75%.
#
# ![Change the size of the batches; with 355 images a batch the last one has
# five. Each bar is a batch, as wide as its number of images. The accuracy of
# all images, in green, stays where it is. The mean of the bars, dashed, does
# not.](figure:batch-accuracies)
#
# The same holds for the loss. The criterion gives the *mean* loss of a batch.
# Multiplied by the number of its images it becomes a sum, sums of several
# batches may be added, and one division at the end makes them the mean loss per
# image. For one batch:

# %%
if __name__ == "__main__":
    model, criterion = stages[0][-1], make_criterion()
    model.eval()
    some, their_labels = images[:64], labels[:64]
    with torch.no_grad():
        logits = model(some)  # (64, 10)
    predicted = logits.argmax(dim=1)  # (64,), the place of the largest logit
    right = (predicted == their_labels).sum()
    loss = criterion(logits, their_labels) * len(their_labels)
    print("right:", right.item(), "  sum of the losses:", round(loss.item(), 2))

# %% [markdown]
# `argmax(dim=1)` looks along dimension 1, the classes, and gives a class for
# each image. `.item()` turns a tensor of one number into a Python number.
#
# ## The exercise
#
# Write `evaluate`. You are given a `model`, a `loader` of test batches, a
# `criterion` that maps logits and labels to the mean loss of a batch, and the
# `device` on which the model is. Switch the model to evaluation mode, and keep
# autograd off for as long as the test lasts. Move the images and the labels of
# each batch to the device, as in training. Add up the losses, the right answers
# and the images, and divide once, at the end. Return two plain Python numbers:
# first the mean loss per image, then the accuracy in percent, from 0 to 100.


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


# %% [markdown]
# The three networks after their last epoch, and the first one once more:

# %%
if __name__ == "__main__":
    results = []
    for copies in [*stages.values(), stages[0]]:
        results.append(evaluate(copies[-1], test_loader, criterion, CPU))
        print("test loss {:.3f}   accuracy {:.2f}%".format(*results[-1]))
    print("the same again:", results[0] == results[-1])

# %% [markdown]
# ## Who may see what
#
# One kind of mistake is not in the code. Suppose that you train twenty
# networks and report the best test accuracy of the twenty. Every line is right,
# and no network has ever learned from a test image. But the test images have
# made a choice, and an accuracy that was chosen for being high is too high.
#
# ![Follow the arrows: each set of images may decide only what is written beside
# it. Nothing leads away from the test images.](figure:who-sees-what)
#
# Therefore images are divided into three parts. The *training* images decide
# the weights. The **validation** images decide what you choose: the learning
# rate, the number of epochs, which of several networks you keep. The *test*
# images decide nothing. They are used once, at the end.
#
# How much does it matter? Twenty small networks, which differ only in their
# seeds, learn from 300 digits. For 1,497 others we know which of them each
# network classifies correctly. We draw 100 of these as a test, and keep the
# network that does best on it. All that is left plays the part of new images.


# %% tags=["folded"]
def right_answers(seed: int, learned: Tensor, asked: Tensor) -> Tensor:
    """Train a stack of four layers on some digits; return for each of others
    whether its class is found.

    Args:
        seed: of the weights and of the order.
        learned: the numbers of the digits to learn from.
        asked: the numbers of the others.
    """
    torch.manual_seed(seed)
    stack, criterion, epochs = Stack(4, residual=True), make_criterion(), 8
    optimizer = make_optimizer(stack, lr=0.05)
    add_schedule(optimizer, epochs * 6, warmup_steps=6)
    for _ in range(epochs):
        order = learned[torch.randperm(len(learned))]
        some = [(every[b], all_labels[b]) for b in order.split(50)]
        train_one_epoch(stack, some, criterion, optimizer, CPU)
    with torch.no_grad():
        logits = torch.cat([stack.eval()(every[b]) for b in asked.split(500)])
    return logits.argmax(dim=1) == all_labels[asked]


if __name__ == "__main__":
    batches = [*train_loader, *test_loader]
    every = torch.cat([images for images, _ in batches])  # (1797, 3, 32, 32)
    all_labels = torch.cat([labels for _, labels in batches])
    learned, asked = torch.arange(300), torch.arange(300, len(every))
    answers = torch.stack([right_answers(s, learned, asked) for s in range(20)])

# %%
if __name__ == "__main__":
    torch.manual_seed(0)
    on_test, on_new = torch.zeros(20), torch.zeros(20)
    draws = 1_000
    for _ in range(draws):
        shuffled = answers[torch.randperm(20)].float()  # (20, 1497)
        places = torch.randperm(shuffled.shape[1])
        test = shuffled[:, places[:100]].mean(dim=1)  # (20,)
        new = shuffled[:, places[100:]].mean(dim=1)
        for tried in range(1, 21):
            best = test[:tried].argmax()
            on_test[tried - 1] += 100 * test[best] / draws
            on_new[tried - 1] += 100 * new[best] / draws
    average = 100 * answers.float().mean().item()
    print(f"the average network {average:.1f}%")
    print(f"the best of 20, on the 100 test images {on_test[-1]:.1f}%")

# %% [markdown]
# *Predict:* How good is the best of twenty on the new images, on average?
#
# - As good as on the test images
# - Between its test accuracy and the average network
# - As good as the average network

# %% tags=["folded"]
if __name__ == "__main__":
    figure = plots.curves(
        {
            "on its test": on_test.tolist(),
            "on new images": on_new.tolist(),
        },
        "networks to choose from",
        "accuracy of the chosen one, %",
        colors={"on its test": plots.WRONG, "on new images": plots.Y},
        dashed={"on its test"},
    )
    plots.show(
        figure,
        name="ch06-choosing",
        caption="Follow both lines to the right. The more networks there are "
        "to choose from, the higher the test accuracy of the chosen one, and "
        "the further it lies above what new images give. (Means of 1,000 "
        "draws of the test.)",
        alt="Accuracy of the chosen network over the number of networks to "
        "choose from. On the test images that chose it, it rises more steeply "
        "than on new images, and the gap between the two grows.",
    )
    print(f"the best of 20 on new images {on_new[-1]:.1f}%")

# %% [markdown]
# Between the two. The choice was worth something, because some seeds are really
# better than others. But the number that made the choice promises more than the
# network delivers: part of what it measured was luck with these 100 images.
# There is nothing wrong with the choice, only with reporting that number. With
# a third set of images one may choose on the second and report from the third.
#
# The gap is smaller where a test has more images, and where the candidates are
# more alike, as the last epochs of one training are. It does not vanish. For
# this reason `resnet50 train` keeps the weights of the last epoch, whatever the
# test said in between, and `--val-size 200` holds 200 training images out to
# choose by.
#
# ## What goes wrong
#
# - **`eval()` is forgotten.** You see an accuracy that changes with the size
#   and the order of the batches, as in the table above: about 92% in batches of
#   16 drawn at random, about a quarter in order of class. You see nothing of
#   the running statistics that the test has moved.
# - **Autograd stays on.** Every number is right, but memory is not: 113 MB for
#   64 digits, as the figure says. If the losses are added up as tensors, too,
#   the sum holds on to what was kept of every batch, since no `backward` frees
#   it, and a large test fills up the memory.
# - **The mean of the batches.** The result is nearly right, and changes when
#   the size of the batch does, as in the figure above. Nothing about a network
#   changes with the size of its test batches.
#
# The checks know many more: see [the common mistakes](mistakes).
#
# ## In three sentences
#
# - In evaluation mode BatchNorm uses its running statistics, so that an image
#   gets one answer whatever is beside it, and a test changes nothing.
# - `no_grad` keeps autograd from storing what only `backward` would need; it is
#   independent of the mode, and a test needs both.
# - A test counts images and not batches, and a number that has made a choice is
#   no longer a test.
#
# ## Three questions
#
# *Question:* A network is tested under `no_grad` but in training mode. What
# about it is different afterward?
#
# *Answer:* Its running statistics, which have moved toward the batches of the
# test, and the count of batches that BatchNorm keeps. The weights are the same.
#
# *Question:* After the first epoch the training loss has fallen well, and the
# test accuracy is 20%. Has the network memorized its training images?
#
# *Answer:* Most likely not. After so few steps the running statistics lag
# behind the weights. Estimate them anew over the training images, or wait an
# epoch or two, before you suspect overfitting.
#
# *Question:* You compare three learning rates by their test accuracies, and
# report the best of the three. What is wrong, and how is it done right?
#
# *Answer:* The test images have chosen, so the reported accuracy is too high.
# Compare the three on validation images, then train with the best rate and test
# once.
#
# ## Read on
#
# - Ioffe and Szegedy, [*Batch
#   Normalization*](https://arxiv.org/abs/1502.03167), 2015: section 3.1 has
#   training and inference.
# - [Autograd mechanics](https://pytorch.org/docs/stable/notes/autograd.html),
#   in PyTorch's documentation: `no_grad`, `inference_mode` and evaluation mode.
# - Recht et al., [*Do ImageNet Classifiers Generalize to
#   ImageNet?*](https://arxiv.org/abs/1902.10811), 2019: what classifiers do on
#   a second test set, after years of choices by the first.
#
# Next: [chapter 7](ch07_results.py) trains, and looks hard at what comes out.
