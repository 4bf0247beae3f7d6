"""From the command line to the rooms that do the work."""
