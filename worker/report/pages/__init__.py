"""Results as html pages, each a single file that works offline."""
