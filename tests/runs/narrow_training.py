"""`resnet50 ARGS...` with a narrow network: what torchrun starts in the tests, in each process."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

from ablation_trainings import NarrowResNet

from tutorial_code.cli.app import main
from tutorial_code.runs.own_code import components

components.CHAPTERS = components.CHAPTERS._replace(ResNet50=NarrowResNet)
main()
