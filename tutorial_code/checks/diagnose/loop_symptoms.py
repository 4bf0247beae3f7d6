"""What the diary of a loop tells of a mistake that is in no catalogue."""

from tutorial_code.checks.diagnose.explain import Difference
from tutorial_code.checks.observe.facts import Scenario, same


def loop_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the diary of a loop tells, beside the right one."""
    wrong = {
        fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)
    }
    facts, right = got["facts"], expected["facts"]
    if "a loss that is NaN stays visible" in right:
        reason = (
            "A loss that is NaN says that the training went wrong. Leave it in the mean, which is "
                "then NaN too, or raise an error; do not skip it or put another number in its place."
        )
        return [Difference("A loss that is NaN is hidden.", reason)] if wrong else []
    testing = "first result, the loss" in right
    whole = "runs" not in wrong
    found = [
        *_passes(expected, got, whole, testing),
        *_modes(expected, got),
        *_kept(facts, testing),
    ]
    if whole and "what is returned" in wrong:
        found.append(_returned(right["what is returned"], facts["what is returned"]))
    if facts.get("two tests give the same") is False and not wrong & {"first result, the loss"}:
        reason = (
            "Something is kept from call to call: a list or dictionary as a default argument, a "
                "global variable, an attribute of the function. Begin each call at 0."
        )
        found.append(
            Difference("A second test of the same network gives another result.", reason, rank=0)
        )
    if not testing and got["trace"] == expected["trace"] and "weights afterwards" in wrong:
        found.append(_steps(expected, got))
    ordered = (
        testing or "weights afterwards" not in wrong
    )  # where all ends as it should, the order is a matter of style
    if not found and got["trace"] != expected["trace"] and whole and wrong:
        for number, (asked, yours) in enumerate(
            zip(_batches(expected), _batches(got), strict=False), start=1
        ):
            missing = [event for event in asked if event not in yours]
            if missing or (asked != yours and not ordered):
                what = (
                    f"{' and '.join(missing)} is missing."
                    if missing
                    else "The steps come in another order."
                )
                order = (
                    f"Batch {number} should go: {', '.join(asked)}. Yours goes: "
                    f"{', '.join(yours) or 'nothing'}."
                )
                found.append(Difference(what, order))
                break
    return found


def _passes(expected: Scenario, got: Scenario, whole: bool, testing: bool) -> list[Difference]:
    """Look at how often each thing is done."""
    facts, right, found = got["facts"], expected["facts"], []
    walks, asked = (
        sum(event == "batch 1" for event in scenario["trace"]) for scenario in (got, expected)
    )
    if whole and walks > asked:
        reason = (
            "A loader that shuffles or augments gives other batches the second time, and the work "
                "is done twice. Do all in one loop: for images, labels in loader."
        )
        return [Difference("The loop goes over the loader more than once.", reason, rank=0)]
    if whole and walks < asked:
        reason = (
            "The network may have been trained meanwhile, or the loader may be another one: "
            "compute each result anew."
        )
        return [Difference("A later call gives back what an earlier one computed.", reason, rank=0)]
    if facts["forward passes"] > facts["batches"]:
        reason = (
            "The second pass costs time, and in training mode moves BatchNorm's statistics twice."
        )
        found.append(Difference("The network runs more than once for each batch.", reason))
    used = min(facts["batches"], facts["forward passes"])
    if whole and used < right["batches"]:
        reason = "Every batch of the loader counts, the smaller last one too."
        found.append(
            Difference(f"Not every batch is used: {used} of {right['batches']}.", reason, rank=0)
        )
    elif whole and not testing and facts["optimizer steps"] == 0:
        unused = "zero_grad" not in got["trace"] and "backward" in got["trace"]
        reason = (
            "Whoever calls the loop decides on the optimizer, and its momentum lives from step to "
                "step: use the argument."
        )
        sentence = "The given optimizer is not used." if unused else "The optimizer makes no step."
        found.append(Difference(sentence, reason))
    elif whole and not testing and facts["optimizer steps"] != right["optimizer steps"]:
        sentence = (
            f"There are {facts['optimizer steps']} optimizer steps for {facts['batches']} batches."
        )
        found.append(Difference(sentence, "One batch, one step."))
    if testing and facts.get("backward passes"):
        reason = "A test only looks: no backward(), no step(), and autograd is off."
        found.append(Difference("backward() is called in a test.", reason, rank=0))
    return found


def _modes(expected: Scenario, got: Scenario) -> list[Difference]:
    """Look at the mode and at autograd, and where they part from the right ones."""
    right = next(event for event in expected["trace"] if event.startswith("forward"))
    forwards = [event for event in got["trace"] if event.startswith("forward")]
    number = next(
        (number for number, event in enumerate(forwards, start=1) if event != right), None
    )
    if number is None:
        return []
    since = "" if number == 1 else f" from batch {number} on"
    mode, should = (event.removeprefix("forward in ") for event in (forwards[number - 1], right))
    if mode.startswith("mixed"):
        sentence = f"Only a part of the network is in {should.partition(' mode')[0]} mode{since}."
        return [
            Difference(
                sentence, "model.train() and model.eval() switch all of its layers, dropout too."
            )
        ]
    reason = (
        "model.train() and model.eval() switch BatchNorm; torch.no_grad() switches autograd. They "
            "are independent, and once before the loop is enough."
    )
    return [Difference(f"The network runs in {mode}{since}; right is {should}.", reason)]


def _kept(facts: dict, testing: bool) -> list[Difference]:
    """Look at what a loop leaves behind, and at the device."""
    found = []
    if facts.get("device"):
        places = "; ".join(facts["device"])
        found.append(
            Difference(
                f"Batches and the device: {places}.", "Use images.to(device), labels.to(device)."
            )
        )
    if facts.get("graphs kept alive"):
        reason = "Add up loss.item() or loss.detach(), so that each batch can be forgotten."
        found.append(Difference("Graphs of past batches are kept alive.", reason))
    if testing and (
        facts["weights left alone"] is False or facts["statistics left alone"] is False
    ):
        reason = "A test only looks: evaluation mode, no backward(), no step()."
        found.append(Difference("The test changes the network.", reason))
    if facts.get("weights still ask for gradients") is False:
        reason = (
            "requires_grad stays off after the call: the next training step fails. Use "
                "torch.no_grad() for a while instead."
        )
        found.append(Difference("The parameters no longer ask for gradients.", reason, rank=0))
    if facts.get("criterion left alone") is False:
        reason = (
            "Whoever calls the loop goes on using it. Compute what you need from what it gives."
        )
        found.append(Difference("The criterion's own settings are changed.", reason))
    if facts.get("settings of the optimizer left alone") is False:
        reason = (
            "Whoever calls the loop decides on the learning rate and the others, and may have a "
            "schedule of its own."
        )
        found.append(Difference("The optimizer's own settings are changed.", reason, rank=2))
    if facts.get("autograd left on") is False:
        reason = (
            "with torch.no_grad(): ends by itself; torch.set_grad_enabled(False) as a plain call "
            "does not."
        )
        found.append(Difference("Autograd is switched off for good.", reason))
    return found


def _returned(right: str | list[str], found: str | list[str]) -> Difference:
    """Say what a returned value is, and what it should be."""
    if isinstance(right, str) or not isinstance(found, list):
        asked = (
            "a number" if isinstance(right, str) else "two numbers, the mean loss and the accuracy"
        )
        got = f"{len(found)} values" if isinstance(found, list) else _value(found)
        return Difference(
            f"{got[0].upper()}{got[1:]} is returned, where {asked} is asked for.",
            "Look at the return.",
        )
    for place, kind in zip(("first", "second"), found, strict=False):
        if kind != "float":
            advice = ".item() makes a number of a tensor. " if kind == "Tensor" else ""
            sentence = f"The {place} result is {_value(kind)}, not a number of type float."
            return Difference(
                sentence, f"{advice}The mean loss and the accuracy in percent are asked for."
            )
    return Difference(
        f"{len(found)} results are returned, where two are asked for.",
        "The mean loss, then the accuracy.",
    )


def _value(kind: str) -> str:
    return {"NoneType": "nothing", "str": "a text", "int": "an integer"}.get(kind, f"a {kind}")


def _steps(expected: Scenario, got: Scenario) -> Difference:
    """Say at which step the training parts from the right one, and by what."""
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
                f"{first} the learning rate is {mine['rate']:g}, not {right['rate']:g}.", reason
            )
        if not same(mine["gradient"], right["gradient"]):
            times = mine["gradient"] / right["gradient"] if right["gradient"] else 0.0
            if abs(times - 1) < 0.03:
                reason = (
                    "bfloat16 and float16 round so, as under autocast. Plain float32 is asked for."
                )
                return Difference(
                    f"{first} the gradient is nearly the right one, but rounded.", reason
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
                f"{first} the gradient is {times:.3g} times as long as the right one{why}.", reason
            )
    reason = (
        "Gradients and learning rates are the right ones, so something else than step() writes "
        "into the weights."
    )
    return Difference("The steps are in the right order, but the weights end elsewhere.", reason)


def _batches(scenario: Scenario) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    for event in scenario["trace"]:
        if event.startswith("batch"):
            batches.append([])
        else:
            batches[-1].append(event.removesuffix(", autograd on"))
    return batches[1:]
