"""Wire format between parent and process: a head of five bytes, then the announced body."""

import os
import struct

HEADER = struct.Struct("=cI")
"""Kind of message, and the id or the length.

p: a process id; x: a refusal; b: now the program begins; r: results.
"""
ASKED = struct.Struct("=III")
"""Before each request to the engine: megabytes, bytes of results, and the request's length."""
LENGTH = struct.Struct("=I")
"""Before the one request that a process gets."""
ENDED = struct.Struct("=i")
"""Exit status of a process, as waitpid returns it."""


def write_message(fd: int, kind: bytes, number: int, body: bytes = b"") -> None:
    """Write one whole message."""
    rest = memoryview(HEADER.pack(kind, number) + body)
    while rest:
        rest = rest[os.write(fd, rest) :]
