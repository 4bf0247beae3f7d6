"""The command line, which calls the modules that do the work."""
