"""``python -m tutorial_code`` is ``resnet50``, or its training alone where typer is missing."""

try:
    from tutorial_code.cli.app import main
except ModuleNotFoundError as missing:
    if missing.name != "typer":
        raise
    from tutorial_code.cli.cli_argparse import main

main()
