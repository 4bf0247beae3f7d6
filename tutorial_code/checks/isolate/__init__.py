"""Answers run in a process of their own, which only reports; the verdict is reached elsewhere."""
