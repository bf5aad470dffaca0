"""Process of the WebAssembly engine: one fresh instance of the component a program.

It reads requests from its input and answers on its output; b"p" says that it has begun with one,
b"r" brings results and b"x" says how the instance ended without any. Its parent kills it when a
program is late, and it leaves by itself when its parent is gone. Nothing here reads a program.
"""

import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

from wasmtime import Config, Engine, Store, WasmtimeError
from wasmtime.component import Component, Linker

from .wire import ASKED, write_message

STACK = 2 << 20
"""Bytes of stack that an instance has; the engine allows no more."""
ROOM = 256 << 20
"""Bytes of addresses that this process may add: its copies of requests and results, its threads."""
TRIAL = '{"program": "", "calls": [], "result_bytes": 64, "depth": 1, "files": null}'


def main() -> None:
    """Run with the arguments `compile SOURCE TARGET`, or `serve COMPONENT`."""
    task, *paths = sys.argv[3:]
    config = Config()
    config.max_wasm_stack = STACK
    engine = Engine(config)
    if task == "compile":
        Path(paths[1]).write_bytes(Component.from_file(engine, paths[0]).serialize())
    else:
        Server(engine, paths[0]).serve()


class Server:
    """One component that is instantiated again and again."""

    def __init__(self, engine: Engine, path: str) -> None:
        self._engine = engine
        self._component = Component.deserialize_file(engine, path)
        self._linker = Linker(engine)
        self._asked: queue.SimpleQueue[tuple[int, int, str]] = queue.SimpleQueue()
        self._held = 0

    def _address_space(self) -> int:
        """Count the bytes of addresses of this process with an instance; 0 if it cannot tell."""
        with Store(self._engine) as store:
            self._call(store, TRIAL)
            try:
                pages = int(Path("/proc/self/statm").read_text().split()[0])
            except OSError:
                return 0
        return pages * os.sysconf("SC_PAGESIZE")

    def serve(self) -> None:
        threading.Thread(target=self._receive, args=(sys.stdin.buffer,), daemon=True).start()
        self._held = self._address_space()
        write_message(1, b"s", 0)
        while True:
            memory, most, request = self._asked.get()
            self._limit_memory(most)
            write_message(1, b"p", 0)
            kind, body = self._answer(memory, request)
            write_message(1, kind, len(body), body)

    def _receive(self, source: BinaryIO) -> None:
        """Take in requests; without a parent this process ends, whatever a program does."""
        while head := source.read(ASKED.size):
            memory, most, size = ASKED.unpack(head)
            self._asked.put((memory, most, source.read(size).decode("ascii")))
        os._exit(0)

    def _answer(self, memory: int, request: str) -> tuple[bytes, bytes]:
        with Store(self._engine) as store:
            store.set_limits(memory_size=memory << 20)
            try:
                return b"r", self._call(store, request).encode()
            except WasmtimeError as error:
                return b"x", str(error).strip().rpartition("\n")[2].strip().encode()
            except MemoryError:
                return b"x", b"its results are too long"

    def _call(self, store: Store, request: str) -> str:
        instance = self._linker.instantiate(store, self._component)
        run: Any = instance.get_func(store, "run")
        return str(run(store, request))

    def _limit_memory(self, most: int) -> None:
        """Limit the memory that a program's results, however long, take of this process.

        The instance's own memory is counted by its store: its addresses are reserved beforehand.
        """
        if not self._held:
            return
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = self._held + ROOM + 4 * most
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
