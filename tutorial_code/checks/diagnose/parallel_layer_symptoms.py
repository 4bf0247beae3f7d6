"""What single facts of a layer in several processes say about a mistake that is not in the
catalogue.
"""

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.observe.facts import Fact, Scenario, same


def parallel_layer_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario say about the class ``name``."""
    if "waits" in got:
        return [processes_wait(got)]
    facts, right = got["facts"], expected["facts"]
    wrong = {
        fact for fact, value in right.items() if fact in facts and not same(facts[fact], value)
    }
    found = []
    if Fact.STATE in wrong:
        found.append(_other_state(right[Fact.STATE], facts[Fact.STATE]))
    elif Fact.VALUES_AT_FIRST in wrong:
        found.append(
            Difference(
                "begins-with-other-values",
                "Its parameters or statistics begin with other values.",
                "As in nn.BatchNorm2d the weight and the running variance begin at 1, and the "
                "bias, "
                "the running mean and the count at 0.",
                rank=0,
            )
        )
    if Fact.INPUT_UNCHANGED in wrong:
        found.append(
            Difference(
                "input-changed",
                "It changes its input.",
                "An operation in place (x -= …, mul_) writes into the tensor of the caller. Write "
                "to "
                "a new name instead.",
                rank=0,
            )
        )
    if Fact.OUTPUT_TYPE in wrong:
        found.append(
            Difference(
                "output-of-another-type",
                f"The output is of type {facts[Fact.OUTPUT_TYPE][0]}, and the input of type "
                f"{right[Fact.OUTPUT_TYPE][0]}.",
                "Sums may be computed in float64. Give the output the type of the input, for "
                "example "
                "by .to(x.dtype).",
            )
        )
    if Fact.OUTPUTS in wrong:
        found.append(_other_outputs(expected, got))
    elif wrong & {Fact.INPUT_GRADIENTS, Fact.GRADIENTS_IN_EACH}:
        found.append(_other_gradients(wrong))
    if Fact.RUNNING_STATISTICS in wrong:
        found.append(_other_statistics(expected, got))
    if Fact.STATISTICS_FREE in wrong:
        found.append(
            Difference(
                "statistics-keep-a-graph",
                "The running statistics keep what autograd recorded.",
                "They are moved by values that depend on x. So each step holds on to all steps "
                "before it, and the memory grows until it is full. Move them under "
                "torch.no_grad(), or by mean.detach() and var.detach().",
                rank=2,
            )
        )
    if Fact.BATCHES_COUNTED in wrong:
        found.append(
            Difference(
                "batches-not-counted",
                "num_batches_tracked does not count the batches.",
                "It grows by 1 in each training pass, and not in evaluation.",
                rank=2,
            )
        )
    return found


def processes_wait(got: Scenario) -> Difference:
    """Say in which calls the processes wait for each other."""
    return Difference(
        "processes-wait",
        f"It does not come to an end: {', and '.join(got['waits'])}.",
        "What all processes must do together, such as an all-reduce, they must do equally often "
        "and "
        "in the same order. Look for a condition, or an error, that lets only some of them do it.",
        rank=0,
    )


def _other_state(right: dict, found: dict) -> Difference:
    missing = [name for name in right if name not in found]
    more = [name for name in found if name not in right]
    if missing or more:
        words = [f"{', '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing"]
        words = words if missing else []
        words += [f"{', '.join(more)} {'are' if len(more) > 1 else 'is'} not in nn.BatchNorm2d"]
        what = " and ".join(words if more else words[:1])
        sentence = f"Its state_dict() has other names: {what}."
    else:
        other = next(name for name in right if right[name] != found[name])
        sentence = f"{other} has the shape {found[other]}, where {right[other]} is expected."
    return Difference(
        "other-state",
        sentence,
        "A file of weights of a network with nn.BatchNorm2d must fit: weight and bias are "
        "nn.Parameter, and running_mean, running_var and num_batches_tracked are buffers "
        "(register_buffer).",
        rank=0,
    )


def _other_outputs(expected: Scenario, got: Scenario) -> Difference:
    right, found = expected["facts"][Fact.OUTPUTS], got["facts"][Fact.OUTPUTS]
    where = [rank for rank, value in enumerate(right) if not same(found[rank], value)]
    if len(right) == 1:
        return Difference(
            "outputs-differ",
            "In a single process its output is not that of nn.BatchNorm2d.",
            "Normalize by the mean and the biased variance of the batch; add eps to the variance.",
        )
    if "evaluation" in expected["scenario"]:
        return Difference(
            "evaluation-differs",
            "In evaluation mode its output is not that of nn.BatchNorm2d.",
            "It normalizes by running_mean and running_var, and exchanges nothing.",
        )
    which = f"in process {where[0]}" if len(where) == 1 else "in each process"
    return Difference(
        "outputs-differ",
        f"The output {which} is not that of one batch of all images.",
        "Mean and variance are those of all values in all processes: divide the sum of the sums by "
        "the sum of the counts. Print them in each process, and compare with one tensor that has "
        "all images.",
    )


def _other_gradients(wrong: set[str]) -> Difference:
    what = "input" if Fact.INPUT_GRADIENTS in wrong else "parameters"
    return Difference(
        "gradients-differ",
        f"The outputs are right, but not the gradients of the {what}.",
        "A value changes the mean and the variance by which the other processes normalize, so that "
        "gradients come back from all of them. all_reduce_sum has such a gradient; "
        "dist.all_reduce, "
        "detach(), item() and torch.no_grad() cut it off. The gradients of weight and bias are "
        "those "
        "of this process's own images: DDP adds them up."
        if what == "input"
        else "The gradients of weight and bias are those of this process's own images: DDP adds up "
        "those of all processes, here as in every layer.",
        rank=2,
    )


def _other_statistics(expected: Scenario, got: Scenario) -> Difference:
    right, found = (each["facts"][Fact.RUNNING_STATISTICS] for each in (expected, got))
    names = [
        name
        for name in right[0]
        if any(
            not same(mine.get(name), yours[name]) for mine, yours in zip(found, right, strict=True)
        )
    ]
    return Difference(
        "running-statistics-differ",
        f"{' and '.join(names) or 'The statistics'} {'are' if len(names) > 1 else 'is'} not what "
        "nn.BatchNorm2d has after the batch of all processes.",
        "Each training pass moves them by the share momentum towards the mean and the unbiased "
        "variance of all images, whose sum of squares is divided by the count of all processes "
        "minus "
        "1. In evaluation they stay.",
        rank=2,
    )
