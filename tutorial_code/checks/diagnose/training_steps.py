"""At which step of the optimizer a training departs from the right one."""

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.observe.facts import Scenario, same


def steps_differ(expected: Scenario, got: Scenario) -> Difference:
    """Say at which step a training departs from the right one, and by what."""
    for number, (right, mine) in enumerate(
        zip(expected["steps"], got["steps"], strict=False), start=1
    ):
        first = (
            "At the first step"
            if number == 1
            else f"Up to step {number - 1} all is right. At step {number}"
        )
        if not same(mine["rate"], right["rate"]):
            reason = (
                "Something sets the rate within the epoch, such as a schedule. Whoever calls the "
                "loop decides on it."
            )
            return Difference(
                "learning-rate-changed",
                f"{first} the learning rate is {mine['rate']:g}, not {right['rate']:g}.",
                reason,
            )
        if not same(mine["gradient"], right["gradient"]):
            times = mine["gradient"] / right["gradient"] if right["gradient"] else 0.0
            if abs(times - 1) < 0.03:
                reason = (
                    "bfloat16 and float16 round so, as under autocast. Plain float32 is asked for."
                )
                return Difference(
                    "gradient-rounded",
                    f"{first} the gradient is nearly the right one, but rounded.",
                    reason,
                )
            images = expected["batches"][number - 1]["images"]
            words = {
                1 / images: "divided by the batch's number of images",
                images: "multiplied by it",
            }
            why = next(
                (
                    f": the loss is {text}"
                    for ratio, text in words.items()
                    if abs(times / ratio - 1) < 0.01
                ),
                "",
            )
            reason = (
                "The criterion's loss is a mean already: call backward() on it as it is, and let "
                "nothing touch the gradients between backward() and step()."
            )
            return Difference(
                "gradient-scaled",
                f"{first} the gradient is {times:.3g} times as long as the right one{why}.",
                reason,
            )
    reason = (
        "Gradients and learning rates are the right ones, so something else than step() writes "
        "into the weights."
    )
    return Difference(
        "weights-changed-otherwise",
        "The steps are in the right order, but the weights end elsewhere.",
        reason,
    )
