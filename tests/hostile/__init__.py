"""Hostile text: every pattern and parser that meets foreign text takes time in proportion."""
