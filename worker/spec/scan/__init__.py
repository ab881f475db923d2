"""What a program can be told on its command line, found in its help or source, and what of that is worth searching."""
