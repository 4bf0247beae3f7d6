"""`resnet50 ARGS...` with a narrow network in float64: what torchrun starts in the tests.

In float32 a rounding error of the first steps grows to the size of the loss within ten steps, so
that no two numbers of threads or of processes give the same metrics.
"""

import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

from ablation_trainings import NarrowResNet

from tutorial_code.ch09_speed import Accelerated
from tutorial_code.cli.app import main
from tutorial_code.runs import training_setup
from tutorial_code.runs.own_code import components


class InFloat64(Accelerated):
    def forward(self, images):
        network = self.model if self.compiled is None or not self.training else self.compiled
        return network(images.double())


def make_narrow(num_classes):
    return NarrowResNet(num_classes, width=8).double()


# "NAN 1" in the environment: the loss of rank 1 is not a number. "SLEEP 1": rank 1 never comes.
trouble, _, rank = os.environ.get("TROUBLE", "").partition(" ")
if trouble and rank == os.environ["RANK"]:
    if trouble == "SLEEP":
        time.sleep(60)
    right = components.CHAPTERS.make_criterion()
    components.CHAPTERS = components.CHAPTERS._replace(
        make_criterion=lambda: lambda logits, labels: right(logits, labels) * float("nan")
    )
training_setup.Accelerated = InFloat64
components.CHAPTERS = components.CHAPTERS._replace(ResNet50=make_narrow)
main()
