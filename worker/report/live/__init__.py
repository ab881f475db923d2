"""All runs of a workdir as they go on, for whoever watches them in a browser."""
