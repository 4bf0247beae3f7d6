"""What the diary of a loop says about a mistake that is not in the catalogue."""

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.returned_values import describe_returned
from tutorial_code.checks.diagnose.training_steps import steps_differ
from tutorial_code.checks.exercises import Kind, kind_of
from tutorial_code.checks.observe.facts import Fact, Scenario, same


def loop_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return where the diary of the loop ``name`` differs from the right one."""
    wrong = {
        fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)
    }
    facts, right = got["facts"], expected["facts"]
    if Fact.NAN_VISIBLE in right:
        reason = (
            "A loss that is NaN says that the training went wrong. Leave it in the mean, which is "
            "then NaN too, or raise an error; do not skip it or put another number in its place."
        )
        return [Difference("nan-hidden", "A loss that is NaN is hidden.", reason)] if wrong else []
    testing = kind_of(name) is Kind.TEST_LOOP
    whole = Fact.RUNS not in wrong
    found = [
        *_passes(expected, got, whole, testing),
        *_modes(expected, got),
        *_kept(facts, testing),
    ]
    if whole and Fact.RETURNED in wrong:
        found.append(describe_returned(right[Fact.RETURNED], facts[Fact.RETURNED]))
    if facts.get(Fact.SAME_AGAIN) is False and not wrong & {Fact.FIRST_RESULT}:
        reason = (
            "Something is kept from call to call: a list or dictionary as a default argument, a "
            "global variable, an attribute of the function. Begin each call at 0."
        )
        found.append(
            Difference(
                "results-differ-again",
                "A second test of the same network gives another result.",
                reason,
                rank=0,
            )
        )
    if not testing and got["trace"] == expected["trace"] and Fact.WEIGHTS_AFTERWARDS in wrong:
        found.append(steps_differ(expected, got))
    # If the result is right, the order is a matter of style.
    ordered = testing or Fact.WEIGHTS_AFTERWARDS not in wrong
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
                found.append(Difference("event-missing" if missing else "other-order", what, order))
                break
    return found


def _passes(expected: Scenario, got: Scenario, whole: bool, testing: bool) -> list[Difference]:
    """Find what is done too often or not often enough."""
    facts, right, found = got["facts"], expected["facts"], []
    walks, asked = (
        sum(event == "batch 1" for event in scenario["trace"]) for scenario in (got, expected)
    )
    if whole and walks > asked:
        reason = (
            "A loader that shuffles or augments gives other batches the second time, and the work "
            "is done twice. Do all in one loop: for images, labels in loader."
        )
        return [
            Difference(
                "loader-used-again", "The loop goes over the loader more than once.", reason, rank=0
            )
        ]
    if whole and walks < asked:
        reason = (
            "The network may have been trained meanwhile, or the loader may be another one: "
            "compute each result anew."
        )
        return [
            Difference(
                "earlier-result-returned",
                "A later call gives back what an earlier one computed.",
                reason,
                rank=0,
            )
        ]
    if facts[Fact.FORWARD_PASSES] > facts[Fact.BATCHES]:
        reason = (
            "The second pass costs time, and in training mode moves BatchNorm's statistics twice."
        )
        found.append(
            Difference(
                "extra-forward-pass", "The network runs more than once for each batch.", reason
            )
        )
    used = min(facts[Fact.BATCHES], facts[Fact.FORWARD_PASSES])
    if whole and used < right[Fact.BATCHES]:
        reason = "Every batch of the loader counts, the smaller last one too."
        found.append(
            Difference(
                "batches-left-out",
                f"Not every batch is used: {used} of {right[Fact.BATCHES]}.",
                reason,
                rank=0,
            )
        )
    elif whole and not testing and facts[Fact.OPTIMIZER_STEPS] == 0:
        unused = "zero_grad" not in got["trace"] and "backward" in got["trace"]
        reason = (
            "Whoever calls the loop decides on the optimizer, and its momentum lives from step to "
            "step: use the argument."
        )
        if unused:
            found.append(
                Difference("optimizer-not-used", "The given optimizer is not used.", reason)
            )
        else:
            found.append(Difference("no-steps", "The optimizer makes no step.", reason))
    elif whole and not testing and facts[Fact.OPTIMIZER_STEPS] != right[Fact.OPTIMIZER_STEPS]:
        steps, batches = facts[Fact.OPTIMIZER_STEPS], facts[Fact.BATCHES]
        sentence = f"There are {steps} optimizer steps for {batches} batches."
        found.append(Difference("other-number-of-steps", sentence, "One batch, one step."))
    if testing and facts.get(Fact.BACKWARD_PASSES):
        reason = "A test only looks: no backward(), no step(), and autograd is off."
        found.append(
            Difference("backward-in-test", "backward() is called in a test.", reason, rank=0)
        )
    return found


def _modes(expected: Scenario, got: Scenario) -> list[Difference]:
    """Find where the mode and autograd differ from the right ones."""
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
                "mixed-modes",
                sentence,
                "model.train() and model.eval() switch all of its layers, dropout too.",
            )
        ]
    reason = (
        "model.train() and model.eval() switch BatchNorm, and once before the loop is enough. "
        "“with torch.no_grad():” around the loop, or @torch.no_grad() above the function, switches "
        "autograd off; a line that only says torch.no_grad() does nothing."
    )
    return [
        Difference("wrong-mode", f"The network runs in {mode}{since}; right is {should}.", reason)
    ]


def _kept(facts: dict, testing: bool) -> list[Difference]:
    """Find what a loop leaves behind, and mistakes about the device."""
    found = []
    if facts.get(Fact.DEVICE):
        places = "; ".join(facts[Fact.DEVICE])
        found.append(
            Difference(
                "device",
                f"Batches and the device: {places}.",
                "images.to(device) returns a copy that is there, and leaves images as it is: write "
                "images, labels = images.to(device), labels.to(device).",
            )
        )
    if facts.get(Fact.GRAPHS_KEPT):
        reason = "Add up loss.item() or loss.detach(), so that each batch can be forgotten."
        found.append(Difference("graphs-kept", "Graphs of past batches are kept alive.", reason))
    if testing and (
        facts[Fact.WEIGHTS_UNCHANGED] is False or facts[Fact.STATISTICS_UNCHANGED] is False
    ):
        reason = "A test only looks: evaluation mode, no backward(), no step()."
        found.append(Difference("test-changes-network", "The test changes the network.", reason))
    if facts.get(Fact.STILL_TRAINABLE) is False:
        reason = (
            "requires_grad stays off after the call: the next training step fails. Leave it alone, "
            "and test under torch.no_grad(), which ends by itself."
        )
        found.append(
            Difference(
                "parameters-frozen-afterwards",
                "The parameters no longer ask for gradients.",
                reason,
                rank=0,
            )
        )
    if facts.get(Fact.CRITERION_UNCHANGED) is False:
        reason = (
            "Whoever calls the loop goes on using the criterion. Leave its settings alone, and "
            "compute what you need from the loss that it gives."
        )
        found.append(
            Difference("criterion-changed", "The criterion's own settings are changed.", reason)
        )
    if facts.get(Fact.OPTIMIZER_UNCHANGED) is False:
        reason = (
            "Whoever calls the loop decides on the learning rate and the other settings, and may "
            "have a schedule. Leave them as they are."
        )
        found.append(
            Difference(
                "optimizer-changed", "The optimizer's own settings are changed.", reason, rank=2
            )
        )
    if facts.get(Fact.AUTOGRAD_LEFT_ON) is False:
        reason = (
            "with torch.no_grad(): ends by itself; torch.set_grad_enabled(False) as a plain call "
            "does not."
        )
        found.append(Difference("autograd-left-off", "Autograd is switched off for good.", reason))
    return found


def _batches(scenario: Scenario) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    for event in scenario["trace"]:
        if event.startswith("batch"):
            batches.append([])
        else:
            batches[-1].append(event.removesuffix(", autograd on"))
    return batches[1:]
