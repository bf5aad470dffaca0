"""Pauses that a server asks for before the next try: no longer than somebody would wait."""

from collections.abc import Callable

import httpx2


def limit_waits(seconds: float) -> Callable[[httpx2.Response], None]:
    """Make a hook that shortens the pause which a response asks for."""

    def shorten(response: httpx2.Response) -> None:
        for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
            if name in response.headers:
                response.headers[name] = _at_most(response.headers[name], seconds * unit)

    return shorten


def _at_most(asked: str, longest: float) -> str:
    try:
        return str(min(float(asked), longest))
    except ValueError:
        # A date: zero means "use your own backoff" to the SDKs, which is at most 8 s.
        return "0"
