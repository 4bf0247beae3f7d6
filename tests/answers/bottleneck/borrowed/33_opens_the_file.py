from pathlib import Path

import tutorial_code

source = (Path(tutorial_code.__file__).parent / "ch03_bottleneck.py").read_text()
exec(compile(source.replace('"__main__"', '""'), "mine.py", "exec"))
