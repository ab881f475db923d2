"""Starting, listing and stopping agents: local processes and Slurm jobs."""
