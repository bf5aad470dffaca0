"""A teacher learns a strategy in words, proves it, and passes it into a small student's weights."""

__version__ = "0.1.0"
