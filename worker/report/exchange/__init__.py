"""Files that other programs read, or that come from them."""
