"""Slurm as the engine: a file per verb, pure job scripts, and the launcher that keeps a run's agents in the queue."""
