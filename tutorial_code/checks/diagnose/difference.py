"""What an answer does differently from the chapter's own version, in words."""

from typing import NamedTuple


class Difference(NamedTuple):
    """One thing that differs, and what to know about it."""

    id: str  # short and stable: programs and tests identify the difference by it
    sentence: str
    reason: str = ""
    rank: int = 1  # 0: a cause of others, 1: seen in the trace, 2: a consequence, 3: a weak sign
