"""Checks of a candidate's words, before a gate spends replies on it."""
