"""What single facts tell of a mistake that is in no catalogue: symptoms, each with what usually causes it."""

from tutorial_code.checks.diagnose.explain import Difference
from tutorial_code.checks.observe.facts import Scenario, same

EFFECT = "Pass it on to torch.optim.SGD by name, so that whoever calls make_optimizer decides."


def network_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario of a network tell."""
    wrong = {fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)}
    facts, found = got["facts"], []
    if facts.get("weights that are not registered"):
        found.append(
            Difference(
                f"{facts['weights that are not registered']} weights are used that the module does not know.",
                "Layers are registered when they are attributes of the module, or stand in nn.Sequential, "
                "nn.ModuleList or nn.ModuleDict. Layers in a plain list or dictionary, and layers made anew in "
                "forward, are missing in parameters(): they are never trained.",
                rank=0,
            )
        )
    if facts.get("weights of their own") is False:
        found.append(
            Difference(
                "Two blocks share their weights.",
                "Layers that are kept on the class, in a cache or in a default argument belong to all blocks at "
                "once. Make them in __init__, as attributes of self.",
                rank=0,
            )
        )
    if facts.get("input left alone") is False:
        found.append(
            Difference(
                "The block changes its input.",
                "An operation in place (x += …, inplace=True, relu_) writes into the tensor that was passed in, and"
                " the caller's data and the shortcut change with it. Write to a new name instead.",
                rank=0,
            )
        )
    if facts.get("the list of blocks left alone") is False:
        found.append(
            Difference(
                "The list num_blocks is changed.",
                "Index it or loop over it; pop() and append() change the caller's list, and the default too.",
                rank=0,
            )
        )
    if got.get("unused") and "parameters without a gradient" in wrong:
        names = ", ".join(got["unused"][:4]) + (", …" if len(got["unused"]) > 4 else "")
        found.append(
            Difference(
                f"These parameters get no gradient: {names}.",
                "A layer that is made and never used in forward, or whose result is detached, never learns.",
                rank=2,
            )
        )
    gradients = {"gradient of the input", "gradients of the parameters", "parameters without a gradient"}
    if wrong and wrong <= gradients and got.get("trace"):
        found.append(
            Difference(
                "The values are right, but not the gradients: on one way they are cut off.",
                "detach(), .data and torch.no_grad() stop the gradient. Nothing in forward should.",
                rank=2,
            )
        )
    if wrong == {"output in evaluation mode"}:
        found.append(
            Difference(
                "In training mode all is right; in evaluation mode something else is computed.",
                "Only BatchNorm behaves differently in the two modes. Look for self.training, and for anything that"
                " replaces the running statistics.",
                rank=2,
            )
        )
    return found


def optimizer_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario of ``make_optimizer`` tell."""
    facts, right = got["facts"], expected["facts"]
    found = []
    if facts.get("kind", "SGD") != "SGD":
        reason = "This network is trained with SGD and momentum, as He et al. did (section 3.4): torch.optim.SGD."
        found.append(Difference(f"The optimizer is {facts['kind']}, not SGD.", reason))
    for setting in ("lr", "momentum", "weight_decay"):
        if setting in right and setting in facts and not same(facts[setting], right[setting]):
            values = ", ".join(f"{value:g}" for value in facts[setting])
            asked = f"{right[setting][0]:g}"
            found.append(Difference(f"{setting} is {values} in the optimizer, though {asked} was asked for.", EFFECT))
    for setting in ("nesterov", "dampening", "maximize"):
        if facts.get(setting):
            reason = f"Plain momentum is asked for: leave {setting} at its default."
            found.append(Difference(f"The optimizer has {setting} switched on.", reason))
    held = facts.get("parameters that it holds")
    if held is not None and held != right["parameters that it holds"]:
        sentence = f"The optimizer holds {held} of {right['parameters that it holds']} parameters."
        found.append(Difference(sentence, "All of them are to be trained: model.parameters()."))
    return found


def loop_symptoms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the diary of a loop tells, beside the right one."""
    wrong = {fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)}
    facts, right, found = got["facts"], expected["facts"], []
    testing = "first result, the loss" in right
    whole = "runs" not in wrong
    if facts["forward passes"] > facts["batches"]:
        reason = "The second pass costs time, and in training mode moves BatchNorm's statistics twice."
        found.append(Difference("The network runs more than once for each batch.", reason))
    for mode in sorted(set(facts["mode and autograd"]) - set(right["mode and autograd"])):
        should = right["mode and autograd"][0].removeprefix("forward in ")
        reason = (
            "model.train() and model.eval() switch BatchNorm; torch.no_grad() switches autograd. They are independent."
        )
        found.append(Difference(f"The network runs in {mode.removeprefix('forward in ')}; right is {should}.", reason))
    used = min(facts["batches"], facts["forward passes"])
    if whole and used < right["batches"]:
        reason = "Every batch of the loader counts, the smaller last one too."
        found.append(Difference("Not every batch is used: " + f"{used} of {right['batches']}.", reason, rank=0))
    elif whole and not testing and facts["optimizer steps"] == 0:
        unused = "zero_grad" not in got["trace"] and "weights afterwards" in wrong
        reason = (
            "Whoever calls the loop decides on the optimizer, and its momentum lives from step to step: use the "
            "argument."
        )
        sentence = "The given optimizer is not used." if unused else "The optimizer makes no step."
        found.append(Difference(sentence, reason))
    elif whole and not testing and facts["optimizer steps"] != right["optimizer steps"]:
        sentence = f"There are {facts['optimizer steps']} optimizer steps for {facts['batches']} batches."
        found.append(Difference(sentence, "One batch, one step."))
    if facts.get("device"):
        found.append(
            Difference(
                f"Batches and the device: {'; '.join(facts['device'])}.", "Use images.to(device), labels.to(device)."
            )
        )
    if facts.get("graphs kept alive"):
        reason = "Add up loss.item() or loss.detach(), so that each batch can be forgotten."
        found.append(Difference("Graphs of past batches are kept alive.", reason))
    if not testing and got["trace"] == expected["trace"] and "weights afterwards" in wrong:
        reason = (
            "Between backward() and step() nothing should touch the gradients, and the criterion's loss goes back "
            "as it is."
        )
        found.append(Difference("The steps are in the right order, but the weights end elsewhere.", reason))
    if facts.get("weights left alone") is False or facts.get("statistics left alone") is False:
        found.append(
            Difference("The test changes the network.", "A test only looks: evaluation mode, no backward(), no step().")
        )
    if facts.get("weights still ask for gradients") is False:
        reason = (
            "requires_grad stays off after the call: the next training step fails. Use torch.no_grad() for a while "
            "instead."
        )
        found.append(Difference("The parameters no longer ask for gradients.", reason, rank=0))
    if not found and got["trace"] != expected["trace"] and whole:
        for number, (asked, yours) in enumerate(zip(_batches(expected), _batches(got), strict=False), start=1):
            if asked != yours and wrong:
                missing = [event for event in asked if event not in yours]
                what = f"{' and '.join(missing)} is missing." if missing else "The steps come in another order."
                order = f"Batch {number} should go: {', '.join(asked)}. Yours goes: {', '.join(yours) or 'nothing'}."
                found.append(Difference(what, order))
                break
    results = [fact for fact in right if fact.startswith(("mean loss", "first", "second")) and fact in wrong]
    if results and not wrong & {"runs", "mode and autograd", "batches", "forward passes", "weights afterwards"}:
        pairs = "; ".join(f"{fact}: expected {right[fact]:.4f}, got {_number(facts.get(fact))}" for fact in results)
        reason = (
            "Add up over pictures, each batch's mean loss times its number of pictures, and divide once, at the end."
        )
        found.append(Difference(f"What is returned is not what it should be: {pairs}.", reason))
    return found


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.4f}"


def _batches(scenario: Scenario) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    for event in scenario["trace"]:
        if event.startswith("batch"):
            batches.append([])
        else:
            batches[-1].append(event.removesuffix(", autograd on"))
    return batches[1:]
