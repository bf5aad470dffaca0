"""Gains by channel: tables, paired contrasts and the one-sentence headline."""
