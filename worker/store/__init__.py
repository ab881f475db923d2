"""The run directory: its paths, its append-only records, and their replay."""
