"""Results for people: pure data functions and their renderers to csv, text, html and plots."""
