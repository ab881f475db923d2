"""Conditions and constraints: what they may say, how they are read, and when they hold."""
