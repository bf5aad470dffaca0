"""Time zones of the machine that builds: the build puts a fuller file in this one's place."""

ZONES: dict[str, bytes] = {}
"""The zone's name -> the bytes of its file."""
