"""From what was seen of an answer to a verdict: right or wrong, and which mistake it is."""
