"""Transport for every remote model: a deadline for each call, a bound for each body, no detours.

An HTTP library bounds each read. A server that sends a byte a second keeps within that for ever.
"""

import time
from collections.abc import Iterable
from contextlib import closing
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import anthropic
import httpcore2
import httpx2

from ..credentials import public_name

LONGEST_BODY = 8_000_000
"""Bytes of a response, unpacked; a hundred times an honest one."""
_DETOURS = (301, 302, 303, 307, 308)
_FRAMES = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that told how a body travelled; read, it has none of it."""
_ends: ContextVar[float | None] = ContextVar("_ends", default=None)
"""Moment at which the call of this thread must be over, on the monotonic clock."""


class BoundedClient(anthropic.DefaultHttpxClient):
    """HTTP client for an SDK, with the SDK's keep-alive and the proxies of the environment.

    What came whole is handed on once, whatever it is: of a body that is too long or cannot be
    unpacked a note in its place, which no parser takes for an answer. So nobody asks, and pays,
    again for what would come again. A redirect is not followed: the key, and a prompt, belong to
    one address.
    """

    def __init__(self, seconds: float, late: type[Exception]) -> None:
        """Give each call `seconds`, with all its tries; `late` is raised when they are over.

        `late` is the SDK's own base error: it is the one after which no SDK tries again.
        """
        super().__init__(follow_redirects=False, timeout=httpx2.Timeout(seconds, connect=10.0))
        self._seconds, self._late = seconds, late
        for transport in (self._transport, *self._mounts.values()):
            if isinstance(transport, httpx2.HTTPTransport):
                pool = transport._pool
                pool._network_backend = _PunctualBackend(pool._network_backend)

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send one try of a call and read what comes; a stream's body is left to the caller."""
        # Both SDKs count the tries of a call in this header.
        if request.headers.get("x-stainless-retry-count", "0") == "0":
            _ends.set(time.monotonic() + self._seconds)
        try:
            _remaining(None)
            response = super().send(request, stream=True, **options)
            return response if stream and response.is_success else _read_whole(response)
        except (httpx2.TimeoutException, httpcore2.TimeoutException):
            if time.monotonic() < (_ends.get() or 0.0):
                raise
            raise self._late(f"it was not whole in time ({self._seconds:g} s)") from None


def _read_whole(response: httpx2.Response) -> httpx2.Response:
    """Return the response with its body unpacked, or with a note instead of its body."""
    with closing(response):
        body = _note_of_detour(response) or _unpack(response)
    headers = [
        (name, value) for name, value in response.headers.multi_items() if name not in _FRAMES
    ]
    whole = httpx2.Response(
        response.status_code,
        headers=headers,
        content=body,
        request=response.request,
        extensions=response.extensions,
    )
    whole.elapsed = response.elapsed
    return whole


def _unpack(response: httpx2.Response) -> bytes:
    body = bytearray()
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LONGEST_BODY:
                # Not how it begins: half a key would not be known for one.
                return f"(more than {LONGEST_BODY:,} bytes)".encode()
    except httpx2.DecodingError as error:
        packed = response.headers.get("content-encoding")
        return f"(a body that cannot be unpacked as {packed!r}: {error})".encode()
    return bytes(body)


def _note_of_detour(response: httpx2.Response) -> bytes:
    if response.status_code not in _DETOURS:
        return b""
    place = public_name(response.headers.get("location", "nowhere"))
    return f"(it points to {place}, which is not followed: name the right address)".encode()


def _remaining(timeout: float | None) -> float | None:
    """Return the seconds that the next step may take. Raises ReadTimeout when none are left."""
    if (ends := _ends.get()) is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("The time of the call is over.")
    return left if timeout is None else min(left, timeout)


class _PunctualBackend(httpcore2.NetworkBackend):
    """Network whose every step ends with the call: headers may drip as well as a body."""

    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _remaining(timeout)
        return _PunctualStream(
            self._inner.connect_tcp(host, port, left, local_address, socket_options)
        )

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        left = _remaining(timeout)
        return _PunctualStream(self._inner.connect_unix_socket(path, left, socket_options))


class _PunctualStream(httpcore2.NetworkStream):
    """Connection that neither reads nor writes beyond the end of the call."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _remaining(timeout)
        return _PunctualStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
