"""What single facts tell of a mistake that is in no catalogue: symptoms, each with what usually
causes it.
"""

import math

from tutorial_code.checks.diagnose.explain import Difference
from tutorial_code.checks.observe.facts import Scenario, same

EFFECT = "Pass it on to torch.optim.SGD by name, so that whoever calls make_optimizer decides."


def network_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario of a network tell."""
    wrong = {
        fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)
    }
    facts, found = got["facts"], []
    if block := got.get("dropped"):
        found.append(
            Difference(
                f"The result of block {block} is computed and not used: what comes next takes "
                    "an earlier one.",
                "A call alone changes nothing: its result needs a name, as in x = self.conv3_x(x).",
                rank=0,
            )
        )
    if many := facts.get("weights that are not registered"):
        found.append(
            Difference(
                f"{many} {'weight is' if many == 1 else 'weights are'} used that the module "
                    "does not know.",
                "Layers are registered when they are attributes of the module, or stand in "
                    "nn.Sequential, nn.ModuleList or nn.ModuleDict. Layers in a plain list or "
                    "dictionary, layers made anew in forward and weights computed there from others "
                    "are missing in parameters(): they are never trained.",
                rank=0,
            )
        )
    if facts.get("weights of their own") is False:
        what = "networks" if "ResNet" in got["scenario"] else "blocks"
        found.append(
            Difference(
                f"Two {what} that are made one after the other share weights.",
                "Layers that are kept on the class, in a cache or in a default argument belong to "
                    f"all {what} at once. Make them in __init__, as attributes of self.",
                rank=0,
            )
        )
    if facts.get("is made in training mode") is False:
        found.append(
            Difference(
                "It is in evaluation mode, or a part of it is, as soon as it is made.",
                "A new module is in training mode. Leave eval() and train() to whoever trains "
                    "and tests it.",
            )
        )
    if got.get("frozen"):
        names = ", ".join(got["frozen"][:4]) + (", …" if len(got["frozen"]) > 4 else "")
        found.append(
            Difference(
                f"These parameters are frozen: {names}.",
                "requires_grad is False, so they get no gradient and are never trained. Leave "
                    "it at True.",
                rank=0,
            )
        )
    if facts.get("input left alone") is False:
        found.append(
            Difference(
                "The block changes its input.",
                "An operation in place (x += …, inplace=True, relu_) writes into the tensor that "
                    "was passed in, and the caller's data and the shortcut change with it. Write to a "
                    "new name instead.",
                rank=0,
            )
        )
    if facts.get("the list of blocks left alone") is False:
        found.append(
            Difference(
                "The list num_blocks is changed.",
                "Index it or loop over it; pop() and append() change the caller's list, and "
                    "the default too.",
                rank=0,
            )
        )
    if got.get("unused") and not got.get("frozen") and "parameters without a gradient" in wrong:
        names = ", ".join(got["unused"][:4]) + (", …" if len(got["unused"]) > 4 else "")
        found.append(
            Difference(
                f"These parameters get no gradient: {names}.",
                "A layer that is made and never used in forward, or whose result is detached, "
                    "never learns.",
                rank=2,
            )
        )
    gradients = {
        "gradient of the input",
        "gradients of the parameters",
        "parameters without a gradient",
    }
    if wrong and wrong <= gradients and got.get("trace") and not got.get("frozen"):
        found.append(
            Difference(
                "The values are right, but not the gradients: on one path they are cut off.",
                "detach(), .data and torch.no_grad() stop the gradient. Nothing in forward should.",
                rank=2,
            )
        )
    if wrong & {"statistics kept in evaluation mode"} and "output in training mode" not in wrong:
        found.append(
            Difference(
                "In evaluation mode it goes on learning: running statistics change, or the "
                    "batch's own are used.",
                "BatchNorm takes the mode from the module: nn.BatchNorm2d does it by itself; "
                    "F.batch_norm needs training=self.training.",
            )
        )
    elif "buffers" in got and got["buffers"] < expected["buffers"]:
        found.append(
            Difference(
                "Running statistics are no buffers of the module.",
                "Plain tensors are neither saved in state_dict() nor moved by to(device): use "
                    "register_buffer, or nn.BatchNorm2d, which has them.",
                rank=2,
            )
        )
    if wrong == {"output in evaluation mode"}:
        found.append(
            Difference(
                "In training mode all is right; in evaluation mode something else is computed.",
                "Only BatchNorm behaves differently in the two modes. Look for self.training, and "
                    "for anything that replaces the running statistics.",
                rank=2,
            )
        )
    return found


def criterion_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the loss of a criterion tells."""
    facts, right = got["facts"], expected["facts"]
    if facts.get("is an object, not a class") is False or "loss" not in facts:
        return []
    if facts["shape of the loss"] != right["shape of the loss"]:
        reason = (
            "The criterion gives the mean over the batch, a single number: nn.CrossEntropyLoss() "
            "as it is."
        )
        return [Difference("The loss is not a single number.", reason)]
    mine, asked = (float(values["loss"]["norm"]) for values in (facts, right))
    if not math.isfinite(mine):
        reason = (
            "A softmax makes exact zeros of very unlikely classes, and the logarithm of zero is "
                "infinite. nn.CrossEntropyLoss takes logits and computes both in one step, which "
                "cannot overflow."
        )
        return [Difference(f"The loss is {mine} where the network is very sure and wrong.", reason)]
    if not same(mine, asked):
        sentence = (
            f"The loss is {mine:.4f} where {asked:.4f} is expected: {mine / asked:.3g} times as "
            "much."
        )
        return [
            Difference(
                sentence,
                "Plain cross-entropy is asked for: nn.CrossEntropyLoss() without arguments.",
            )
        ]
    return [
        Difference(
            "The loss is right, but not its gradient.", "Nothing in a criterion should be detached."
        )
    ]


def optimizer_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario of ``make_optimizer`` tell."""
    facts, right = got["facts"], expected["facts"]
    found = []
    if got.get("kind", "SGD") != "SGD":
        reason = (
            "This network is trained with SGD and momentum, as He et al. did (section 3.4): "
            "torch.optim.SGD."
        )
        found.append(Difference(f"The optimizer is {got['kind']}, not SGD.", reason))
    for setting in ("lr", "momentum", "weight_decay"):
        if setting in right and setting in facts and not same(facts[setting], right[setting]):
            values = ", ".join(f"{value:g}" for value in facts[setting])
            asked = f"{right[setting][0]:g}"
            found.append(
                Difference(
                    f"{setting} is {values} in the optimizer, though {asked} was asked for.", EFFECT
                )
            )
    for setting in ("nesterov", "dampening", "maximize"):
        if facts.get(setting):
            reason = f"Plain momentum is asked for: leave {setting} at its default."
            found.append(Difference(f"The optimizer has {setting} switched on.", reason))
    held = facts.get("parameters that it holds")
    if held is not None and held != right["parameters that it holds"]:
        sentence = f"The optimizer holds {held} of {right['parameters that it holds']} parameters."
        copied = "It holds those of another model, such as a copy. " if held == 0 else ""
        found.append(
            Difference(sentence, f"{copied}All of them are to be trained: model.parameters().")
        )
    if facts.get("parameters ask for gradients") is False:
        reason = (
            "requires_grad stays True for all of them: making an optimizer changes nothing in the "
            "model."
        )
        found.append(
            Difference("Some parameters are frozen while the optimizer is made.", reason, rank=0)
        )
    if (
        facts.get("weights left alone") is False
        or facts.get("model left in training mode") is False
    ):
        reason = (
            "It makes an optimizer over model.parameters(), and leaves weights and modes as they "
            "are."
        )
        found.append(
            Difference("The model is changed while the optimizer is made.", reason, rank=0)
        )
    return found
