"""Sandbox of confined processes: give each program a process that the zygote forked."""

import contextlib
import json
import os
import platform
import threading
from collections.abc import Mapping, Sequence
from functools import partial

from .confined_process import Process
from .contract import Call, Level, Limits, Raised, Returned, SandboxUnavailable
from .inside.wire import LENGTH
from .runner import Runner, request_body
from .zygote import Protection, Zygote, ZygoteDied


class ZygoteSandbox(Runner):
    """Runs programs through one zygote, started when first needed and again when it died."""

    def __init__(self, protection: Protection | None = None) -> None:
        self._protection = protection or Protection(machine=platform.machine())
        self._zygote: Zygote | None = None
        self._spare: Process | None = None
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def close(self) -> None:
        """End the zygote; the next run starts another."""
        self._forget_after_fork()
        with self._lock:
            self._stop_zygote()

    def level(self) -> tuple[Level, str]:
        """Return the protection between a program and this machine, and the reason for it.

        Raises SandboxUnavailable where the protections cannot be put on.
        """
        machine = f"{platform.system()} {platform.release()}"
        try:
            report = self._get_zygote().report
        except (OSError, LookupError) as error:
            raise SandboxUnavailable(f"{machine}: {error}") from error
        if report["fault"]:
            raise SandboxUnavailable(f"{machine}: {report['fault']}")
        if not self._protection.on:
            return "unsafe", "no protections but caps on memory, time and files"
        said = f"Landlock {report['version']} and seccomp"
        if report["namespaces"]:
            memory = "" if report["tmpfs"] else "; private files are kept in memory"
            return "zygote+ns", f"{said} in namespaces of its own{memory}"
        return "zygote", f"{said}; namespaces of its own were not to be had"

    def make_calls(
        self, program: str, calls: Sequence[Call], limits: Limits, files: Mapping[str, str] | None
    ) -> tuple[Returned | Raised, ...]:
        """Load `program` in a process of its own and make `calls`."""
        body = json.dumps(request_body(program, calls, limits, files)).encode()
        request = LENGTH.pack(len(body)) + body
        return self._attempt(request, len(calls), limits, files=files is not None)

    def _attempt(
        self, request: bytes, calls: int, limits: Limits, *, files: bool
    ) -> tuple[Returned | Raised, ...]:
        for last in (False, True):
            zygote = self._get_zygote()
            try:
                process = self._take(zygote, limits, files=files)
                spare = partial(self._prepare_spare, zygote, limits)
                return process.exchange(request, calls, spare)
            except ZygoteDied:
                # Nothing of the program is kept from a try whose zygote died: it is run afresh.
                self._replace(zygote)
                if last:
                    raise
        raise AssertionError("unreachable")

    def _take(self, zygote: Zygote, limits: Limits, *, files: bool) -> Process:
        """Return the process that waits, if it is of this kind; else a new one."""
        if not files:
            with self._lock:
                spare, self._spare = self._spare, None
            if spare is not None:
                if spare.fits(zygote, limits):
                    return spare
                spare.drop()
        return Process(zygote, limits, files=files)

    def _prepare_spare(self, zygote: Zygote, limits: Limits) -> None:
        """While an answer is judged, have the next process made: it will probably be alike."""
        with self._lock, contextlib.suppress(OSError):
            if self._spare is None and self._zygote is zygote:
                self._spare = Process(zygote, limits)

    def _get_zygote(self) -> Zygote:
        self._forget_after_fork()
        with self._lock:
            if self._zygote is None:
                self._zygote = Zygote(self._protection)
            return self._zygote

    def _replace(self, died: Zygote) -> None:
        with self._lock:
            if self._zygote is died:
                self._stop_zygote()

    def _stop_zygote(self) -> None:
        if self._spare is not None:
            self._spare.forget()
        if self._zygote is not None:
            self._zygote.close()
        self._spare = self._zygote = None

    def _forget_after_fork(self) -> None:
        """Leave the zygote to the process that started it, if this one was forked from that."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._lock = threading.Lock()
            if self._spare is not None:
                self._spare.forget()
            if self._zygote is not None:
                self._zygote.forget()
            self._spare = self._zygote = None
