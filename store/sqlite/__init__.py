"""Keeper of the log in one SQLite database: the only folder that knows SQLite's ways."""
