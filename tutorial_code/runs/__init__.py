"""Runs: training around the chapters' loops, the run folder, checkpoints and reports."""
