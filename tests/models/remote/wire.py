"""Bytes of HTTP responses, whole and broken."""

import json
import socket
import struct
from typing import Any


def http(
    body: bytes | str | Any, status: str = "200 OK", headers: str = "", length: int | None = None
) -> bytes:
    """Return a response; what is no text is sent as JSON, `length` stands for the true one."""
    if not isinstance(body, bytes | str):
        body = json.dumps(body)
    sent = body.encode() if isinstance(body, str) else body
    promised = len(sent) if length is None else length
    lines = f"HTTP/1.1 {status}\r\ncontent-length: {promised}\r\n{headers}connection: close\r\n\r\n"
    return lines.encode() + sent


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a response in chunks; without `end` it breaks off."""
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(it), it) for it in pieces) + end


def reset(line: socket.socket, first: bytes = b"") -> None:
    """Send the beginning of a response, then cut the line hard, with a reset and no goodbye."""
    line.sendall(first)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
