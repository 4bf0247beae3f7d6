"""From the observations of an answer to a verdict: right or wrong, and which mistake it is."""
