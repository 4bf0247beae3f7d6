"""What single facts of a function of tensors say about a mistake that is not in the catalogue."""

import torch

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.where_values_differ import describe_values
from tutorial_code.checks.observe.facts import (
    GRADIENT_OF,
    SHAPE_OF,
    VALUES_OF,
    Fact,
    Scenario,
    same,
)
from tutorial_code.checks.observe.functions import NO_GRADIENT, TENSOR

# What cuts a result off from autograd, by the name of the operation that shows it.
CUTS = {
    "no_grad": "It is computed under torch.no_grad()",
    "local_scalar_dense": "On the way, item() or float() makes plain numbers",
    "detach": "On the way, detach() or .data cuts it off",
}


def function_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario say about the function ``name``."""
    facts, right = got["facts"], expected["facts"]
    found = []
    if facts.get(Fact.BY_HAND) is False:
        found.append(
            Difference(
                "pytorchs-own-used",
                "A layer of PyTorch does the work.",
                f"Write {name} by yourself, with sums and products: the chapter shows each step. "
                "PyTorch's own is what your result is compared with.",
                rank=0,
            )
        )
    if got.get("changed"):
        tensors = " and the ".join(got["changed"])
        found.append(
            Difference(
                "arguments-changed",
                f"The {tensors} that it was given {'is' if len(got['changed']) == 1 else 'are'} "
                "changed.",
                "An operation in place (x += …, x[…] = …, mul_) writes into the caller's tensor. "
                "Write to a new name instead.",
                rank=0,
            )
        )
    if Fact.RETURNED in facts and facts[Fact.RETURNED] != right[Fact.RETURNED]:
        return [*found, _other_results(facts[Fact.RETURNED], list(expected["values"]))]
    wrong_values = False
    for result in expected["values"]:
        shape, values = SHAPE_OF.format(result), VALUES_OF.format(result)
        if shape not in facts:
            return found
        if facts[shape] != right[shape]:
            wrong_values = True
            found.append(_other_shape(result, right[shape], facts[shape]))
        elif not same(facts[values], right[values]):
            wrong_values = True
            found += _other_values(result, expected, got)
    return found if wrong_values else [*found, *_gradients(expected, got)]


def _other_results(found: list[str], right: list[str]) -> Difference:
    asked = f"two tensors, {' and '.join(right)}, are" if len(right) > 1 else "a tensor is"
    given = found[0] if len(found) == 1 else f"{len(found)} results ({', '.join(found)})"
    if found == ["nothing"]:
        reason = "A return is missing, or it is indented into a loop."
    elif set(found) == {TENSOR}:
        reason = f"End with return {', '.join(right)}."
    elif all(kind.startswith(TENSOR) for kind in found):
        reason = "The result has the arguments' type of numbers, float32."
    else:
        reason = "The result must be computed from the arguments by PyTorch, and be a tensor."
    return Difference("other-return-value", f"It returns {given}; {asked} asked for.", reason)


def _other_shape(result: str, right: list[int], found: list[int]) -> Difference:
    sentence = (
        f"The {result} has the shape {shape_in_words(found)}, where {shape_in_words(right)} is "
        "expected."
    )
    without_ones = [size for size in found if size > 1]
    if without_ones == [size for size in right if size > 1]:
        reason = "The count of numbers is right, but there are too many or too few dimensions of 1."
    elif sorted(found) == sorted(right):
        reason = "The dimensions are in another order."
    elif len(found) != len(right):
        reason = "Which dimensions are summed over, and which are left?"
    elif found[:-2] == right[:-2] and len(right) > 2:
        reason = (
            "Count the places of the window by hand for this size: the first one, and one more for "
            "each step that still fits."
        )
    else:
        reason = "Write the shape beside each line: where does the first wrong number appear?"
    return Difference(f"shape-of-{result}-differs", sentence, reason)


def shape_in_words(sizes: list[int]) -> str:
    """Return a shape as PyTorch writes it."""
    return f"({', '.join(map(str, sizes))}{',' * (len(sizes) == 1)})"


def _other_values(result: str, expected: Scenario, got: Scenario) -> list[Difference]:
    if result not in got.get("values", {}) or result not in expected["values"]:
        return []
    right, found = (
        torch.tensor(each["values"][result], dtype=torch.float64) for each in (expected, got)
    )
    return [describe_values(result, right, found)]


def _gradients(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what is wrong with the gradients of a function whose values are right."""
    prefix = GRADIENT_OF.format("")
    wrong = {
        fact.removeprefix(prefix): got["facts"][fact] == NO_GRADIENT
        for fact, value in expected["facts"].items()
        if fact.startswith(prefix) and fact in got["facts"] and not same(got["facts"][fact], value)
    }
    if not wrong:
        return []
    names = " and ".join(wrong)
    if all(wrong.values()):
        causes = [text for operation, text in CUTS.items() if operation in got.get("trace", [])]
        why = causes[0] if causes else "Something cuts the result off from the arguments"
        return [
            Difference(
                "no-gradient",
                f"No gradient comes back to {names}.",
                f"The values are right. {why}. A network can only learn if PyTorch can follow the "
                "computation from the arguments to the result: compute with tensors throughout.",
                rank=2,
            )
        ]
    return [
        Difference(
            "gradient-differs",
            f"The gradient with respect to {names} is wrong.",
            "The values are right. On one of the paths from the arguments to the result it is cut "
            "off or changed: look for detach(), item(), .data, torch.no_grad() and torch.tensor().",
            rank=2,
        )
    ]
