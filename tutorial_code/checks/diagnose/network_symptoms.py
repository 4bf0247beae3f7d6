"""What single facts of a network say about a mistake that is not in the catalogue, and its usual
cause.
"""

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.observe.facts import ATTRIBUTE, Fact, Scenario, same


def network_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario say about the class ``name``."""
    wrong = {
        fact for fact, value in expected["facts"].items() if not same(got["facts"].get(fact), value)
    }
    facts, found = got["facts"], []
    for fact in sorted(wrong):
        attribute = fact.removeprefix(ATTRIBUTE.format(""))
        if attribute != fact and fact in facts:
            found.append(_attribute_differs(attribute, expected["facts"][fact], facts[fact]))
    if block := got.get("dropped"):
        found.append(
            Difference(
                "block-result-not-used",
                f"The result of block {block} is computed and not used: what comes next takes "
                "an earlier one.",
                "A call alone changes nothing: its result needs a name, as in x = self.conv3_x(x).",
                rank=0,
            )
        )
    if many := facts.get(Fact.UNREGISTERED_WEIGHTS):
        found.append(
            Difference(
                "weights-not-registered",
                f"{many} {'weight is' if many == 1 else 'weights are'} used that the module "
                "does not know.",
                "Layers are registered when they are attributes of the module, or stand in "
                "nn.Sequential, nn.ModuleList or nn.ModuleDict. Layers in a plain list or "
                "dictionary, layers made anew in forward and weights computed there from others "
                "are missing from parameters(): they are never trained.",
                rank=0,
            )
        )
    if facts.get(Fact.OWN_WEIGHTS) is False:
        found.append(
            Difference(
                "weights-shared",
                f"Two objects {name} that are made one after the other share weights.",
                "Layers that are kept on the class, in a cache or in a default argument belong to "
                "all objects at once. Make them in __init__, as attributes of self.",
                rank=0,
            )
        )
    if facts.get(Fact.MADE_IN_TRAINING_MODE) is False:
        found.append(
            Difference(
                "made-in-evaluation-mode",
                "It is in evaluation mode, or a part of it is, as soon as it is made.",
                "A new module is in training mode. Leave eval() and train() to whoever trains "
                "and tests it.",
            )
        )
    if got.get("frozen"):
        names = ", ".join(got["frozen"][:4]) + (", …" if len(got["frozen"]) > 4 else "")
        found.append(
            Difference(
                "parameters-frozen",
                f"These parameters are frozen: {names}.",
                "requires_grad is False, so they get no gradient and are never trained. Leave "
                "it at True.",
                rank=0,
            )
        )
    if facts.get(Fact.INPUT_UNCHANGED) is False:
        found.append(
            Difference(
                "input-changed",
                "The block changes its input.",
                "An operation in place (x += …, inplace=True, relu_) writes into the tensor that "
                "was passed in, and the caller's data and the shortcut change with it. Write to a "
                "new name instead.",
                rank=0,
            )
        )
    if facts.get(Fact.ARGUMENTS_UNCHANGED) is False:
        changed = " and the ".join(got["changed"])
        found.append(
            Difference(
                "arguments-changed",
                f"The {changed} is changed.",
                "Index it or loop over it; pop() and append() change the caller's list, and "
                "the default too.",
                rank=0,
            )
        )
    if got.get("unused") and not got.get("frozen") and Fact.WITHOUT_GRADIENT in wrong:
        names = ", ".join(got["unused"][:4]) + (", …" if len(got["unused"]) > 4 else "")
        found.append(
            Difference(
                "parameters-without-gradient",
                f"These parameters get no gradient: {names}.",
                "A layer that is made and never used in forward, or whose result is detached, "
                "never learns.",
                rank=2,
            )
        )
    gradients = {
        Fact.INPUT_GRADIENT,
        Fact.PARAMETER_GRADIENTS,
        Fact.WITHOUT_GRADIENT,
    }
    if wrong and wrong <= gradients and got.get("trace") and not got.get("frozen"):
        found.append(
            Difference(
                "gradients-cut-off",
                "The values are right, but not the gradients: on one path they are cut off.",
                "detach(), .data and torch.no_grad() stop the gradient. Nothing in forward should.",
                rank=2,
            )
        )
    if wrong & {Fact.STATISTICS_KEPT_IN_EVALUATION} and Fact.OUTPUT_IN_TRAINING not in wrong:
        found.append(
            Difference(
                "learns-in-evaluation-mode",
                "In evaluation mode it goes on learning: running statistics change, or the "
                "batch's own are used.",
                "BatchNorm takes the mode from the module: nn.BatchNorm2d does it by itself; "
                "F.batch_norm needs training=self.training.",
            )
        )
    elif "buffers" in got and got["buffers"] < expected["buffers"]:
        found.append(
            Difference(
                "statistics-no-buffers",
                "Running statistics are no buffers of the module.",
                "Plain tensors are neither saved in state_dict() nor moved by to(device): use "
                "register_buffer, or nn.BatchNorm2d, which has them.",
                rank=2,
            )
        )
    if wrong == {Fact.OUTPUT_IN_EVALUATION}:
        found.append(
            Difference(
                "evaluation-mode-differs",
                "In training mode all is right; in evaluation mode something else is computed.",
                "Only BatchNorm behaves differently in the two modes. Look for self.training, and "
                "for anything that replaces the running statistics.",
                rank=2,
            )
        )
    return found


def _attribute_differs(name: str, value: int, yours: int | str) -> Difference:
    found = yours if isinstance(yours, int) else f"of type {yours}"
    return Difference(
        f"attribute-{name}",
        f"The class has no attribute {name}."
        if yours == "nothing"
        else f"The class's attribute {name} is {found}, where {value} is expected.",
        f"Write {name} = {value} in the body of the class, beside its methods: it is asked of the "
        "class, and not of an object that __init__ has made.",
        rank=3,
    )
