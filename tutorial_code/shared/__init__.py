"""What chapters and machinery share: plots, tables, errors, and the reader of chapters."""
