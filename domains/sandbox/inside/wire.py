"""How the two halves talk: a head of five bytes, then what it announces."""

import struct

HEADER = struct.Struct("=cI")
"""What comes (p: a process id, r: results, x: a refusal), and the id or the length."""
ASKED = struct.Struct("=III")
"""Before each request to the engine: megabytes, bytes of results, and the request's length."""
LENGTH = struct.Struct("=I")
"""Before the one request that a process gets."""
ENDED = struct.Struct("=i")
"""How a process ended, as waitpid tells it."""
