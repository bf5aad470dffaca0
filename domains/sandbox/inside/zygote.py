"""Zygote: a clean interpreter that forks one confined process a program.

It talks over one socket: a message that begins with b"f" carries a socket for a new process and
its limits; b"w" waits for a process that the parent has killed and b"d" does so without
an answer. It reads no program itself.
"""

import contextlib
import gc
import json
import os
import random
import signal
import socket
import sys
from typing import Any

from . import calling, confine, files
from .wire import ENDED, LENGTH, write_message

PRELOADED = """
    bisect collections copy dataclasses datetime enum fractions functools hashlib heapq io
    itertools math operator random re statistics string typing
"""


def main() -> None:
    """Serve until the parent closes its end."""
    channel = socket.socket(fileno=int(sys.argv[2]))
    channel.set_inheritable(False)
    settings = json.loads(channel.recv(1 << 20))
    for name in PRELOADED.split():
        __import__(name)
    zygote = ZygoteProcess(channel, settings)
    channel.send(json.dumps(zygote.prepare()).encode())
    gc.collect()
    gc.disable()
    gc.freeze()
    zygote.serve()


class ZygoteProcess:
    """The process that stays; `_child` is where a program's process begins and ends."""

    def __init__(self, channel: socket.socket, settings: dict[str, Any]) -> None:
        self._channel = channel
        self._settings = settings
        self._version = 0
        self._rules: confine.Ruleset | None = None
        self._filters: tuple[confine.Filter, confine.Filter] | None = None
        self._tmpfs = False
        self._children: set[int] = set()

    def prepare(self) -> dict[str, object]:
        """Put on the protections that all share, and report on them."""
        report: dict[str, object] = {"fault": "", "version": 0, "namespaces": False}
        report["tmpfs"] = False
        if not self._settings["protect"]:
            return report
        try:
            if self._settings["namespaces"]:
                report["namespaces"] = confine.enter_namespaces()
            confine.give_up_privileges()
            if report["namespaces"]:
                report["tmpfs"] = self._tmpfs = _can_mount()
            if not self._tmpfs:
                confine.drop_capabilities()
            report["version"] = self._version = confine.landlock_version()
            if self._version < self._settings["oldest"]:
                report["fault"] = f"Landlock is too old: version {self._version}"
                return report
            self._rules = self._ruleset()
            closed, files = (bytes.fromhex(text) for text in self._settings["filters"])
            self._filters = confine.Filter(closed), confine.Filter(files)
        except OSError as error:
            report["fault"] = f"Landlock: {error.strerror}"
        return report

    def _ruleset(self) -> confine.Ruleset:
        rules = confine.Ruleset(self._version)
        return rules.allow_reading(self._settings["listed"], self._settings["read"])

    def serve(self) -> None:
        while True:
            message, sent, _, _ = socket.recv_fds(self._channel, 65536, 1)
            if not message:
                break
            if message[:1] == b"f":
                self._fork(json.loads(message[1:]), sent[0])
                continue
            ended = self._wait(int(message[1:]))
            if message[:1] == b"w":
                self._channel.send(ENDED.pack(ended))
        for pid in self._children:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)

    def _wait(self, pid: int) -> int:
        if pid not in self._children:
            return 0
        self._children.discard(pid)
        return os.waitpid(pid, 0)[1]

    def _fork(self, limits: dict[str, Any], own: int) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            said = f"fork: {error.strerror}".encode()
            write_message(own, b"x", len(said), said)
            os.close(own)
            return
        if pid:
            self._children.add(pid)
            os.close(own)
            return
        code = 1
        try:
            self._child(limits, own)
            code = 0
        finally:
            os._exit(code)

    def _child(self, limits: dict[str, Any], own: int) -> None:
        os.setpgid(0, 0)
        self._channel.close()
        write_message(own, b"p", os.getpid())
        gc.enable()
        list(calling.answer(calling.WARMING))
        fault = self._confine(limits)
        request = json.loads(_receive(own, LENGTH.unpack(_receive(own, LENGTH.size))[0]))
        fault = fault or self._lay_out(request.pop("files"))
        if fault:
            write_message(own, b"x", len(fault), fault)
            return
        write_message(own, b"b", 0)
        random.seed(0)
        said = f"[{','.join(calling.answer(request))}]".encode()
        write_message(own, b"r", len(said), said)

    def _confine(self, limits: dict[str, Any]) -> bytes:
        """Put all protections on, and return the fault of one that fails; then no program runs."""
        try:
            mounted = self._tmpfs and limits["files"]
            if mounted:
                confine.enter_private_directory(files.FILE_BYTES, files.FILES)
            if self._settings["protect"]:
                confine.drop_capabilities()
            confine.die_with_parent()
            file_size = files.FILE_BYTES if mounted else 0
            confine.limit(limits["memory"], limits["seconds"], file_size)
            if self._settings["protect"]:
                self._protect(mounted)
        except (OSError, ValueError) as error:
            return _describe(error)
        return b""

    def _protect(self, mounted: bool) -> None:
        if self._rules is None or self._filters is None:
            raise OSError("there are no rules to enter")
        if mounted:
            rules = self._ruleset().allow_writing(confine.PRIVATE)
            rules.enter()
            rules.close()
        else:
            self._rules.enter()
        self._rules.close()
        self._filters[mounted].enter()

    def _lay_out(self, given: dict[str, str] | None) -> bytes:
        """Give the program its files; return the fault of a directory that cannot hold them."""
        if given is None:
            return b""
        if not self._tmpfs:
            files.Private(given).stand_before_disk()
            return b""
        try:
            for name, text in given.items():
                os.makedirs(os.path.dirname(name) or ".", exist_ok=True)  # noqa: PTH103, PTH120
                confine.write_file(name, text)
        except (OSError, ValueError) as error:
            return b"its files: " + _describe(error)
        return b""


def _can_mount() -> bool:
    """Tell whether a child gets a private directory, by having one make a file in it."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    code = 1
    try:
        confine.enter_private_directory(4096, 1)
        confine.write_file("trial", "")
        code = 0
    finally:
        os._exit(code)


def _describe(error: Exception) -> bytes:
    return f"{getattr(error, 'strerror', '') or error}".encode()


# Past the filter there is no recv and no send: read and write do.


def _receive(own: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(own, min(size, 1 << 20))
        if not part:
            os._exit(1)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
