"""Preparation: open what a config names, and count what a run will take."""
