"""Audits of somebody else's results: answers in, doubts out."""
