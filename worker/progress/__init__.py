"""What people watch while a run goes on: the terminal, events, the roster of workers, the csv, the last words."""
