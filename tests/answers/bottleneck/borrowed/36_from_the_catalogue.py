from tutorial_code.checks.mistakes import solution

Bottleneck = solution("Bottleneck")
