from tutorial_code.ch06_testing import evaluate
