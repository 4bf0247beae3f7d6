"""Let ``python -m tutorial_code`` be the command ``resnet50``."""

from tutorial_code.cli import main

main()
