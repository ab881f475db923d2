"""The texts that a config can stand in, read into a run and written from it."""
