"""One file, loaded into llama.cpp in this process: calls in, chunks of answers out."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

from ..contract import ModelError
from .loading import Settings, start, try_loading

Body = Mapping[str, Any]
"""A call of the Chat Completions API."""
Chunk = Mapping[str, Any]
"""A piece of its answer, or its error."""

_LOADED: "WeakValueDictionary[tuple[Settings, int, str], LlamaServer]" = WeakValueDictionary()
"""The files that are in memory: whoever opens one again gets the same server."""


def load(
    settings: Settings, changed: int, engine: str, xllamacpp: Any, *, trusted: bool
) -> "LlamaServer":
    """Return the server of a file, which is loaded unless it is in memory already.

    `changed` is the file's time of change, `engine` tells its bytes, and `trusted` says that its
    hash is known: any other is tried in another process first. Raises ModelError.
    """
    key = settings, changed, engine
    if found := _LOADED.get(key):
        return found
    if not trusted:
        try_loading(settings)
    server = LlamaServer(settings, xllamacpp)
    _LOADED[key] = server
    return server


class LlamaServer:
    """llama.cpp with one file. It frees the memory when nobody holds it any more."""

    def __init__(self, settings: Settings, xllamacpp: Any) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        """Held by the one model that is answering."""
        self.prefix = ""
        """Instructions whose tokens are in memory."""
        try:
            self._server = start(settings, xllamacpp)
        except RuntimeError:
            try_loading(settings)  # It says why.
            raise ModelError(
                f"{settings.path} was loaded by another process and not by this one: the memory "
                "may be short. Close what else is open, or take a smaller `context`."
            ) from None

    def ask(self, bodies: Sequence[Body]) -> list[list[Chunk]]:
        """Send the calls, as many at once as there are slots; return the chunks of each, in order.

        Another thread waits for llama.cpp, so that Ctrl-C is heard here; the calls stop then.
        """
        stop = threading.Event()
        with ThreadPoolExecutor(self.settings.slots, "llama.cpp") as pool:
            asked = [pool.submit(self._ask, body, stop) for body in bodies]
            try:
                return [each.result() for each in asked]
            except BaseException:
                stop.set()
                raise

    def _ask(self, body: Body, stop: threading.Event) -> list[Chunk]:
        chunks: list[Chunk] = []

        def keep(chunk: Chunk) -> bool:
            chunks.append(chunk)
            return stop.is_set()

        if not stop.is_set():
            streamed = {"stream": True, "stream_options": {"include_usage": True}}
            self._server.handle_chat_completions(
                {**body, **streamed, "return_progress": True}, keep
            )
        return chunks
