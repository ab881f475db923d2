"""The commands of `omniopt`, one module each; every one has `configure(parser)` and `execute(args) -> int`."""
