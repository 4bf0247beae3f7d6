"""What an exception says, short enough to be shown, and not cut within a sentence."""

import re

MOST = 300  # characters that are shown
LEFT_OUT = "[…]"
BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def message_of(error: BaseException) -> str:
    """Return the first line of what an exception says, without its last period.

    A line that announces others (“expected one of:”) is followed by them. What is too long for
    ``MOST`` characters loses its last sentences. A single sentence that is too long is cut between
    two words, and says so.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return "no message"
    text = " ".join(lines) if lines[0].endswith(":") else lines[0]
    if len(text) > MOST:
        text = _shortened(text, lines[0])
    return text.rstrip(".")


def _shortened(text: str, first_line: str) -> str:
    sentences = BETWEEN_SENTENCES.split(text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(f"{kept} {sentence}") > MOST:
            break
        kept += f" {sentence}"
    if len(kept) > MOST and len(first_line) <= MOST:
        return f"{first_line} {LEFT_OUT}"
    if len(kept) > MOST:
        head = kept[: MOST + 1]
        return f"{head[: head.rfind(' ') if ' ' in head else MOST]} {LEFT_OUT}"
    return kept
