"""Run programs in CPython on WebAssembly: for machines without Landlock and seccomp.

The component imports nothing, so there is nothing that a program could ask the machine for; a
fresh instance runs each one. A private directory is kept in memory, and what is printed is lost.
"""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from . import component
from .confined_process import Stopped, overflow, timeout
from .contract import Call, Level, Limits, Raised, Returned, SandboxUnavailable
from .inside.wire import ASKED, HEADER
from .results import Forged, decode, most_bytes
from .runner import Runner, request_body
from .zygote import PATIENCE

_ENVIRONMENT = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
"""All that an engine's process is given: Windows starts none without it."""


class EngineDied(OSError):
    """The engine's process is gone, and no program was in it."""


class WasiSandbox(Runner):
    """Runs programs in engines' processes: as many as there are cores, started when needed."""

    def __init__(self) -> None:
        self._why = self._path = ""
        self._forget()

    def _forget(self) -> None:
        self._idle: list[Worker] = []
        self._alive: set[Worker] = set()
        self._lock = threading.Lock()
        self._places = threading.Semaphore(max(2, os.cpu_count() or 1))
        self._owner = os.getpid()

    def close(self) -> None:
        """End all processes; the next run starts another."""
        self._forget_after_fork()
        with self._lock:
            for worker in self._alive:
                worker.close()
            self._idle, self._alive = [], set()

    def level(self) -> tuple[Level, str]:
        """Return the level and its basis. Raises SandboxUnavailable where it cannot be had."""
        if not self._why:
            self._why = f"CPython in wasmtime {component.versions()['wasmtime']}, with no imports"
        return "wasi", self._why

    def make_calls(
        self, program: str, calls: Sequence[Call], limits: Limits, files: Mapping[str, str] | None
    ) -> tuple[Returned | Raised, ...]:
        """Load `program` in an instance of its own and make `calls`."""
        self._forget_after_fork()
        request = json.dumps(request_body(program, calls, limits, files)).encode()
        with self._places:
            return self._attempt(request, len(calls), limits)

    def _attempt(self, request: bytes, calls: int, limits: Limits) -> tuple[Returned | Raised, ...]:
        while True:
            worker, fresh = self._take()
            try:
                raw = worker.answer(request, limits, most_bytes(calls, limits))
            except EngineDied as error:
                # It died while it waited: nothing of the program is kept, it is run afresh.
                self._drop(worker)
                if fresh:
                    raise SandboxUnavailable(str(error)) from error
                continue
            except Stopped:
                if worker.gone:
                    self._drop(worker)
                else:
                    self._give_back(worker)
                raise
            except BaseException:
                self._drop(worker)
                raise
            self._give_back(worker)
            return decode(raw, calls, limits)

    def _take(self) -> "tuple[Worker, bool]":
        """Return a process that waits, or a fresh one."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        if not self._path:
            self._path = str(component.build_once())  # read whole to see that it is whole: once
        with self._lock:
            worker = Worker(self._path)
            self._alive.add(worker)
        return worker, True

    def _give_back(self, worker: "Worker") -> None:
        with self._lock:
            if worker in self._alive:
                self._idle.append(worker)

    def _drop(self, worker: "Worker") -> None:
        worker.close()
        with self._lock:
            self._alive.discard(worker)

    def _forget_after_fork(self) -> None:
        """Leave the engines to the process that started them, if this one was forked from that."""
        if self._owner != os.getpid():
            for worker in self._alive:
                worker.forget()
            self._forget()


class Worker:
    """One engine's process. It runs one program at a time."""

    def __init__(self, path: str) -> None:
        self.gone = False
        """True once it was ended: it is of no more use."""
        self._path = path
        self._begun = False
        self._process = subprocess.Popen(
            component.command("serve", path),
            env=_ENVIRONMENT,
            cwd=Path(os.sep).resolve(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            process_group=0,  # Ctrl-C is for the run, which drains
        )

    def answer(self, request: bytes, limits: Limits, most: int) -> bytes:
        """Return the results of `request`. Raises Stopped; EngineDied if no program had begun."""
        with Deadline(PATIENCE, self):
            self._begin(ASKED.pack(limits.memory_mb, limits.result_bytes, len(request)) + request)
        with Deadline(limits.seconds, self) as deadline:
            try:
                kind, size = HEADER.unpack(self._receive(HEADER.size))
                if size > most:
                    self.close()
                    raise overflow(most)
                said = self._receive(size)
            except (EOFError, OSError):
                self.close()
                if deadline.passed:
                    raise timeout(limits) from None
                raise Stopped("killed", "its engine ended before its calls were done") from None
        if deadline.passed:
            raise timeout(limits)
        if kind == b"r":
            return said
        if kind != b"x":
            self.close()
            raise Forged("what its engine sent begins like nothing of ours")
        raise Stopped("killed", f"its instance was ended: {said.decode('utf-8', 'replace')}")

    def _begin(self, message: bytes) -> None:
        try:
            if not self._begun:
                self._expect(b"s")
                self._begun = True
            self._send(message)
            self._expect(b"p")
        except (EOFError, OSError) as error:
            self.close()
            raise EngineDied(
                f"The WebAssembly engine does not answer. If it stays so, remove {self._path}"
            ) from error

    def _expect(self, kind: bytes) -> None:
        if HEADER.unpack(self._receive(HEADER.size))[0] != kind:
            raise EOFError

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        rest = memoryview(message)
        while rest:
            rest = rest[self._process.stdin.write(rest) :]

    def _receive(self, size: int) -> bytes:
        assert self._process.stdout is not None
        received = bytearray()
        while len(received) < size:
            part = self._process.stdout.read(min(size - len(received), 1 << 20))
            if not part:
                raise EOFError
            received += part
        return bytes(received)

    def kill(self) -> None:
        """End it from another thread; the thread that waits for it finds out."""
        self.gone = True
        self._process.kill()

    def close(self) -> None:
        """End it and wait for its end."""
        self.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Let go of a process that is gone, or belongs to the one we were forked from."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if self._process.returncode is None:
            self._process.returncode = 0


class Deadline:
    """Kills a worker after some seconds, unless it is left before."""

    def __init__(self, seconds: float, worker: Worker) -> None:
        self.passed = False
        self._worker = worker
        self._lock = threading.Lock()
        self._left = False
        self._timer = threading.Timer(seconds, self._ring)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._left = True
        self._timer.cancel()
        self._timer.join()

    def _ring(self) -> None:
        with self._lock:
            if not self._left:
                self.passed = True
                self._worker.kill()
