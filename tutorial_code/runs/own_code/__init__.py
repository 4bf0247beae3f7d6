"""Training with the reader's own answers: which of them pass, and how a run uses them."""
