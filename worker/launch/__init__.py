"""Starting, watching and ending workers: one door, `scheduler.py`; behind it Slurm, and the processes of this machine."""
