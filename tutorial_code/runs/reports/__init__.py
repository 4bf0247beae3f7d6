"""The reports of a run, each made from the files in its folder."""
