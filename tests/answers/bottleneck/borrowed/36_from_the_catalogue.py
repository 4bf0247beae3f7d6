from tutorial_code.checks.catalogue import solution

Bottleneck = solution("Bottleneck")
