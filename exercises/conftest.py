"""Lets ``pytest exercises`` check the answers in this folder."""

from tutorial_code.checks.pytest_exercises import pytest_collect_file
