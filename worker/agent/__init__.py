"""The agent: runs on a compute node (or beside the driver), evaluates one trial after another, writes down the results."""
