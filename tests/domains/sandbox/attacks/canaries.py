"""Canaries that show from outside that an attack succeeded: files, sockets, processes, memory.

Everything lies in one temporary folder or on loopback, so an attack that succeeds harms nothing.
"""

import contextlib
import json
import mmap
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

PAGE = mmap.PAGESIZE


class Canaries:
    """Bait for one attack. `evidence` lists what was taken."""

    def __init__(self, token: str, answers: list[int], inherited: int) -> None:
        self.token = token
        self.home = Path(tempfile.mkdtemp(prefix="canary-", dir="/dev/shm"))
        self.home.chmod(0o755)
        self.sentinel = self.home / "sentinel"
        self.sentinel.write_text("untouched")
        (self.home / "secret.py").write_text(f"TOKEN = {token!r}\n")
        (self.home / "secret").write_text(token)
        (self.home / "answers.json").write_text(json.dumps(answers))
        (self.home / "link").symlink_to(token)
        (self.home / f"named-{token}").write_text("")
        (self.home / "empty").mkdir()
        self._before = self._state()
        self._taken: list[str] = []
        self._servers = [self._tcp(), self._udp(), self._unix(""), self._unix("\0")]
        self.victim = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)
        self._victim_before = self._victim_state()
        self._names = {
            "HOME": str(self.home),
            "SENTINEL": str(self.sentinel),
            "TCP": str(self._servers[0].getsockname()[1]),
            "UDP": str(self._servers[1].getsockname()[1]),
            "VICTIM": str(self.victim.pid),
            "JUDGE": str(os.getpid()),
            "INHERITED": str(inherited),
            "KEY": str(int(token[:7], 16)),
        }
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._listen, args=(server,)) for server in self._servers
        ]
        for thread in self._threads:
            thread.start()

    def fill(self, source: str) -> str:
        """`source` with the names between @ signs replaced."""
        for name, value in self._names.items():
            source = source.replace(f"@{name}@", value)
        return source

    def _tcp(self) -> socket.socket:
        server = socket.create_server(("127.0.0.1", 0))
        return server

    def _udp(self) -> socket.socket:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        return server

    def _unix(self, zero: str) -> socket.socket:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(f"{zero}{self.home}/socket")
        server.listen()
        if not zero:
            (self.home / "socket").chmod(0o777)
        return server

    def _listen(self, server: socket.socket) -> None:
        """Note whoever comes, and hand the token to them: what is served can be stolen."""
        server.settimeout(0.02)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                if server.type == socket.SOCK_DGRAM:
                    server.recvfrom(100)
                else:
                    came, _ = server.accept()
                    with came:
                        came.sendall(self.token.encode())
                self._taken.append(f"{server.family.name} {server.type.name} was reached")

    def _state(self) -> list[object]:
        state: list[object] = []
        for path in sorted(self.home.rglob("*")):
            if path.name == "socket":
                continue
            known = path.lstat()
            state.append((path.name, known.st_mode, known.st_uid, known.st_nlink, known.st_mtime_ns,
                          known.st_size))  # fmt: skip
            with contextlib.suppress(OSError):
                state.append(os.listxattr(path, follow_symlinks=False))
        return state

    def _victim_state(self) -> object:
        pid = self.victim.pid
        if self.victim.poll() is not None:
            return "dead"
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        said = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        # Running, sleeping or waiting for the disk is the machine's doing; stopped or dead is not.
        alive = "alive" if said["State"][0] in "RSD" else said["State"]
        limits = Path(f"/proc/{pid}/limits").read_text()
        return (alive, said["TracerPid"], limits,
                os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid))  # fmt: skip

    def evidence(self) -> list[str]:
        """List the signs of success that the canaries show."""
        found = list(self._taken)
        if self._state() != self._before:
            found.append("the folder is not as it was")
        if self._victim_state() != self._victim_before:
            found.append("the victim is not as it was")
        for kind, option in (("shm", "-m"), ("sem", "-s"), ("msg", "-q")):
            lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
            ours = [line.split() for line in lines if line.split()[0] == self._names["KEY"]]
            for words in ours:
                found.append(f"a System V {kind} was made")
                subprocess.run(["ipcrm", option, words[1]], check=False)
        with contextlib.suppress(OSError), self.sentinel.open() as file:
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append("the sentinel is locked")
        return found

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for server in self._servers:
            server.close()
        self.victim.kill()
        self.victim.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class Keeper(Protocol):
    """Tells which processes a sandbox may have: its own, and those that programs run in."""

    def own(self) -> set[int]:
        """Processes that run no program."""

    def running(self, below: dict[int, list[int]]) -> set[int]:
        """Processes that programs run in, and no other: these are looked at."""

    def resting(self) -> set[int]:
        """Those of the running ones that were there before the program and outlive it."""


class Watch:
    """Looks every few milliseconds at the processes that a sandbox has and what they hold."""

    def __init__(self, keeper: Keeper, known: set[int], private: Path) -> None:
        self._keeper = keeper
        self._first = keeper.own()
        self._known = known
        self._private = private
        # What a process holds that was there before its program came is not the program's.
        self._rest = {pid: _Held(pid) for pid in keeper.resting()}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._found: set[str] = set()
        self._memory = self._disk = self._grown = 0

    def __enter__(self) -> "Watch":
        self._grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self._grown

    def evidence(self, memory_mb: int, disk: int) -> list[str]:
        """List the things seen that no program may have."""
        found = sorted(self._found)
        if self._memory > (memory_mb + 32) << 20:
            found.append(f"{self._memory >> 20} MB of memory")
        if self._disk > disk:
            found.append(f"{self._disk >> 20} MB on disk")
        if self._grown > 100_000:
            found.append(f"the judge grew by {self._grown >> 10} MB")
        return found

    def strangers(self) -> list[str]:
        """Processes that are neither known nor those that a program may run in."""
        below = children()
        fine = self._known | self._first | self._keeper.own() | self._keeper.running(below)
        strange = descendants(below) - fine
        if strange:
            time.sleep(
                0.05
            )  # one of the keeper's own may have been seen before it was written down
            strange -= self._keeper.running({})
        parents = {child: parent for parent, born in below.items() for child in born}
        return [_describe(pid, parents[pid]) for pid in strange]

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            self._found.update(self.strangers())
            for pid in descendants() - self._known:
                with contextlib.suppress(OSError, IndexError, KeyError):
                    self._inspect(pid)
            with contextlib.suppress(FileNotFoundError):  # a directory may go while we look
                self._disk = max(self._disk, sum(_sizes(self._private)))

    def _inspect(self, pid: int) -> None:
        held = _Held(pid)
        rest = self._rest.get(pid)
        self._memory = max(self._memory, held.memory - (rest.memory if rest else 0))
        seen = {
            "a thread too many": held.threads > (rest.threads if rest else 1),
            "locked memory": held.locked > 0,
            "a better place in the queue": held.ahead,
            "many descriptors": len(held.descriptors) > 100,
        }
        self._found.update(what for what, is_so in seen.items() if is_so)
        for target in held.targets - (rest.targets if rest else set()):
            if target.startswith(("anon_inode", "/memfd")) and "landlock" not in target:
                self._found.add(target)


class _Held:
    """The resources of a process at one moment."""

    def __init__(self, pid: int) -> None:
        proc = Path(f"/proc/{pid}")
        lines = (proc / "status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        scheduling = (proc / "stat").read_text().rpartition(")")[2].split()
        self.memory = int((proc / "statm").read_text().split()[1]) * PAGE
        self.threads = int(status["Threads"])
        self.locked = int(status["VmLck"].split()[0])
        self.ahead = int(scheduling[16]) < 0 or int(scheduling[38]) != 0
        self.descriptors: list[str] = []
        with contextlib.suppress(OSError):  # they may be closed to us, or go while we look
            for path in (proc / "fd").iterdir():
                self.descriptors.append(str(path.readlink()))
        self.targets = set(self.descriptors)


def children() -> dict[int, list[int]]:
    """Parent -> its children that are alive."""
    below: dict[int, list[int]] = {}
    for process in Path("/proc").iterdir():
        # One that ends while we look has no file any more; what is no process has no number.
        with contextlib.suppress(OSError, ValueError):
            pid = int(process.name)
            words = (process / "stat").read_text().rpartition(")")[2].split()
            if words[0] != "Z":
                below.setdefault(int(words[1]), []).append(pid)
    return below


def descendants(below: dict[int, list[int]] | None = None) -> set[int]:
    """The processes below this one that are alive."""
    below = children() if below is None else below
    found: set[int] = set()
    queue = [os.getpid()]
    while queue:
        new = set(below.get(queue.pop(), ())) - found
        found |= new
        queue += new
    return found


def _describe(pid: int, parent: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        name = "gone"
    return f"a process too many: {name} {pid} of {parent}"


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            yield path.lstat().st_blocks * 512
