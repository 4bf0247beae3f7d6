import importlib.util
from pathlib import Path

import tutorial_code

spec = importlib.util.spec_from_file_location("mine", Path(tutorial_code.__file__).with_name("ch03_bottleneck.py"))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
Bottleneck = module.Bottleneck
