"""`auto`: Gaussian processes that are asked where an improvement is likely, on numpy and scipy alone."""
