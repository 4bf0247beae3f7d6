"""What the properties of a training by several processes say about a mistake that is not in the
catalogue.
"""

from typing import Any

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.parallel_layer_symptoms import processes_wait
from tutorial_code.checks.observe.facts import Fact, Scenario, same

# For each property an id, a sentence that what was seen is put into, what to do, and the rank.
SENTENCES: dict[Fact, tuple[str, str, str, int]] = {
    Fact.RETURNED: (
        "other-return-value",
        "It does not return a list of pairs of numbers, but {}.",
        "Append (loss, accuracy) for each epoch, and return the list in every process.",
        0,
    ),
    Fact.TRAINED_IMAGES: (
        "images-not-once",
        "Not every training image is trained on once in an epoch: {}.",
        "Each process takes its share of one order that all of them draw: DistributedSampler does "
        "it, and nothing else may shuffle or leave out the rest.",
        0,
    ),
    Fact.BATCH_SIZE: (
        "other-batch-size",
        "The largest batch of a process has {} images.",
        "batch_size is the number of images of a step in each process.",
        1,
    ),
    Fact.ORDER: (
        "order-not-random",
        "The order of the training images is not a new random one in each epoch: it is {}.",
        "DistributedSampler shuffles by its seed and the number of the epoch: call "
        "sampler.set_epoch(epoch) before each epoch.",
        1,
    ),
    Fact.AUGMENTATION: (
        "same-augmentation",
        "The random numbers of the augmentation are {}.",
        "Seed each process by its own number, for example torch.manual_seed(1000 + rank).",
        1,
    ),
    Fact.FIRST_WEIGHTS: (
        "other-first-weights",
        "Not all processes begin with the weights of rank 0.",
        "DistributedDataParallel(model) sends them to all when it is made.",
        0,
    ),
    Fact.STEP_GRADIENT: (
        "other-gradient",
        "The gradient of a step is not the mean over the images of all processes: {}.",
        "DDP makes it the mean in backward, if forward goes through the wrapper. Let nothing "
        "change it afterwards.",
        0,
    ),
    Fact.EQUAL_WEIGHTS: (
        "weights-drift-apart",
        "The processes' weights are not equal after each step.",
        "With equal first weights, gradients and rates they stay equal without being sent.",
        2,
    ),
    Fact.RATES: (
        "other-rates",
        "The learning rate takes another course: it {}.",
        "It begins at lr, grows by the same amount in each step of the first epoch, and stays at "
        "lr times the number of processes.",
        1,
    ),
    Fact.MOMENTUM_KEPT: (
        "momentum-lost",
        "The momentum is lost from one epoch to the next.",
        "Make the optimizer once, before the first epoch: it holds the momentum of each weight.",
        2,
    ),
    Fact.TESTED_IMAGES: (
        "tests-not-once",
        "Not every test image is tested once: {}.",
        "Give each process every n-th image, such as range(rank, len(test_set), processes). "
        "DistributedSampler repeats some.",
        1,
    ),
    Fact.TEST_MODE: (
        "tested-in-training-mode",
        "It is tested in training mode.",
        "evaluate of chapter 6 switches to evaluation mode.",
        1,
    ),
    Fact.TEST_STATISTICS: (
        "other-statistics",
        "The test does not use the running statistics of rank 0: {}.",
        "Before the test send the buffers of rank 0 to all, as take_buffers_of_rank_0 does.",
        1,
    ),
    Fact.MEAN_LOSSES: (
        "other-losses",
        "The losses that are returned are not the means over all training images: {}.",
        "Add up sums and counts over all processes, and divide once.",
        2,
    ),
    Fact.ACCURACIES: (
        "other-accuracies",
        "The accuracies that are returned are not those of all test images: {}.",
        "Add up the right answers and the images of all processes, and divide once.",
        2,
    ),
    Fact.EPOCHS: (
        "other-number-of-epochs",
        "The number of epochs that are trained is {}.",
        "All stop after the epoch in which the accuracy over all test images has reached the goal, "
        "and none before.",
        1,
    ),
    Fact.WRITERS: (
        "other-writers",
        "The file is written by {}.",
        "Rank 0 alone writes it. Two processes that write one file may destroy it.",
        1,
    ),
    Fact.SAVED_EACH_EPOCH: (
        "saved-too-seldom",
        "The file is not written after each epoch.",
        "A training that is killed in its last epoch should leave the weights of the one before.",
        2,
    ),
    Fact.SAVED: (
        "other-file",
        "The file does not hold the network's state_dict() after the last epoch: {}.",
        "Save model.state_dict() after each epoch. The wrapper puts module. before each name.",
        1,
    ),
}


def parallel_training_symptoms(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    """Return what the facts of one scenario say about the function ``name``."""
    if "waits" in got:
        return [processes_wait(got)]
    facts, found = got["facts"], []
    for fact, (id, sentence, reason, rank) in SENTENCES.items():
        if fact in facts and not same(facts[fact], expected["facts"][fact]):
            words = sentence.format(_words(facts[fact], expected["facts"][fact]))
            found.append(Difference(id, words, reason, rank))
    return found


def _words(value: Any, right: Any) -> str:
    """Put what was seen into words; of what was seen in each process, only what is wrong."""
    if isinstance(value, list):
        if len(value) == len(right):
            value = [mine for mine, other in zip(value, right, strict=True) if mine != other]
        return " and ".join(sorted(set(map(str, value)))) or "no process"
    return str(value)
