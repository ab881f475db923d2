"""The domain model of a run (standard library only): what may be asked for, and how it is written down."""
