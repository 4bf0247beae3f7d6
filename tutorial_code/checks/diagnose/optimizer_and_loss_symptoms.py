"""What single facts of a loss or an optimizer say about a mistake not in the catalogue."""

import math

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.observe.facts import Fact, Scenario, same


def loss_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the loss of a criterion says about the function ``name``."""
    facts, right = got["facts"], expected["facts"]
    if facts.get(Fact.IS_AN_OBJECT) is False or Fact.LOSS not in facts:
        return []
    if facts[Fact.LOSS_SHAPE] != right[Fact.LOSS_SHAPE]:
        reason = (
            "The criterion gives the mean over the batch, a single number: nn.CrossEntropyLoss() "
            "as it is."
        )
        return [Difference("loss-has-a-shape", "The loss is not a single number.", reason)]
    mine, asked = (float(values[Fact.LOSS]["norm"]) for values in (facts, right))
    if not math.isfinite(mine):
        reason = (
            "A softmax makes exact zeros of very unlikely classes, and the logarithm of zero is "
            "infinite. nn.CrossEntropyLoss takes logits and computes both in one step, which "
            "cannot overflow."
        )
        return [
            Difference(
                "loss-infinite",
                f"The loss is {mine} where the network is very sure and wrong.",
                reason,
            )
        ]
    if not same(mine, asked):
        sentence = (
            f"The loss is {mine:.4f} where {asked:.4f} is expected: {mine / asked:.3g} times as "
            "much."
        )
        return [
            Difference(
                "loss-differs",
                sentence,
                "Plain cross-entropy is asked for: nn.CrossEntropyLoss() without arguments.",
            )
        ]
    return [
        Difference(
            "loss-gradient-differs",
            "The loss is right, but not its gradient.",
            "Nothing in a criterion should be detached.",
        )
    ]


def optimizer_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario say about the function ``name``."""
    facts, right = got["facts"], expected["facts"]
    found = []
    if got.get("kind", "SGD") != "SGD":
        reason = (
            "This network is trained with SGD and momentum, as He et al. did (section 3.4): "
            "torch.optim.SGD."
        )
        found.append(
            Difference("optimizer-not-sgd", f"The optimizer is {got['kind']}, not SGD.", reason)
        )
    for setting in (Fact.LR, Fact.MOMENTUM, Fact.WEIGHT_DECAY):
        if setting in right and setting in facts and not same(facts[setting], right[setting]):
            reason = f"Pass it on to torch.optim.SGD by name, so that whoever calls {name} decides."
            values = ", ".join(f"{value:g}" for value in facts[setting])
            asked = f"{right[setting][0]:g}"
            found.append(
                Difference(
                    f"optimizer-{setting.replace('_', '-')}-differs",
                    f"{setting} is {values} in the optimizer, though {asked} was asked for.",
                    reason,
                )
            )
    for setting in (Fact.NESTEROV, Fact.DAMPENING, Fact.MAXIMIZE):
        if facts.get(setting):
            reason = f"Plain momentum is asked for: leave {setting} at its default."
            found.append(
                Difference(
                    f"optimizer-{setting}-on", f"The optimizer has {setting} switched on.", reason
                )
            )
    held = facts.get(Fact.PARAMETERS_HELD)
    if held is not None and held != right[Fact.PARAMETERS_HELD]:
        sentence = f"The optimizer holds {held} of {right[Fact.PARAMETERS_HELD]} parameters."
        copied = "It holds those of another model, such as a copy. " if held == 0 else ""
        found.append(
            Difference(
                "optimizer-holds-others",
                sentence,
                f"{copied}All of them are to be trained: model.parameters().",
            )
        )
    if facts.get(Fact.PARAMETERS_TRAINABLE) is False:
        reason = (
            "requires_grad stays True for all of them: making an optimizer changes nothing in the "
            "model."
        )
        found.append(
            Difference(
                "optimizer-freezes-parameters",
                "Some parameters are frozen while the optimizer is made.",
                reason,
                rank=0,
            )
        )
    if (
        facts.get(Fact.WEIGHTS_UNCHANGED) is False
        or facts.get(Fact.MODEL_IN_TRAINING_MODE) is False
    ):
        reason = (
            "It makes an optimizer over model.parameters(), and leaves weights and modes as they "
            "are."
        )
        found.append(
            Difference(
                "optimizer-changes-model",
                "The model is changed while the optimizer is made.",
                reason,
                rank=0,
            )
        )
    return found
