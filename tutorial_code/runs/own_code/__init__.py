"""Training with what the reader wrote: which of it passes, and how it takes part in a run."""
