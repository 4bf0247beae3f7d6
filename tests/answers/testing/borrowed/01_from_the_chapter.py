from tutorial_code.ch05_testing import evaluate
