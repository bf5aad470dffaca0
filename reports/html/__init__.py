"""A run as one page: everything a sceptical reader asks, in the order in which it is asked."""

from .page import render

__all__ = ["render"]
