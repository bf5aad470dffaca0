"""Private directory in memory, behind `open` and the functions of `os`.

Files are reached by name; there are no descriptors, links or permissions. The caps are for ordinary
programs; a hostile one gets no further than the memory of its own process.
"""

import builtins
import errno
import io
import itertools
import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HOME = "/private"
BEGIN = 1_767_225_600
"""The time of every file: the year 2026 begins."""
FILE_BYTES = 16_000_000
"""The most bytes that a private directory holds, at each level."""
FILES = 200
"""The most files and folders in it."""


class Private:
    """The files of one program; with none given there is no directory, and all is refused."""

    def __init__(self, given: Mapping[str, str] | None) -> None:
        self._here = HOME if given is not None else "/"
        self._kept: dict[str, bytearray | None] = {} if given is None else {HOME: None}
        """Path -> content, or None for a directory."""
        for name, text in (given or {}).items():
            path = self._path(name)
            while (path := posixpath.dirname(path)) not in self._kept:
                self._kept[path] = None
            self._kept[self._path(name)] = bytearray(text.encode("utf-8"))

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Return the stand-ins for the functions of `os`."""
        return {
            "access": lambda path, mode, **_: self._path(path) in self._kept,
            "chdir": self.chdir,
            "getcwd": lambda: self._here,
            "getcwdb": lambda: self._here.encode(),
            "listdir": lambda path=".": [it.name for it in self.scandir(path)],
            "lstat": self.stat,
            "mkdir": self.mkdir,
            "remove": self.remove,
            "rename": self.rename,
            "replace": self.rename,
            "rmdir": self.rmdir,
            "scandir": self.scandir,
            "stat": self.stat,
            "unlink": self.remove,
        }

    def stand_before_disk(self) -> None:
        """Have `open` and `os` find these files; all that is not in the directory is on disk.

        The import system asks `posix` instead, so it finds the library as ever.
        """
        for name, ours in self.functions().items():
            setattr(os, name, self._or_disk(ours, getattr(os, name)))
        builtins.open = io.open = self._or_disk(self.open, io.open)

    def _or_disk(self, ours: Callable[..., Any], disk: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **named: Any) -> Any:
            asked = (*args, *named.values())[: 2 if ours == self.rename else 1]
            found = ours if not asked or any(map(self._holds, asked)) else disk
            return found(*args, **named)

        return act

    def _holds(self, name: Any) -> bool:
        return not isinstance(name, int) and f"{self._path(name)}/".startswith(f"{HOME}/")

    def open(
        self, file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None,
        errors: str | None = None, newline: str | None = None, closefd: bool = True,
        opener: object = None,
    ) -> Any:  # fmt: skip
        """Open a file as the built-in function does, for names in the directory."""
        kinds = set(mode) & set("rwax")
        if len(mode) != len(set(mode)) or len(kinds) != 1 or set(mode) - set("rwax+bt"):
            raise ValueError(f"invalid mode: {mode!r}")
        if "b" in mode and ("t" in mode or encoding or errors or newline):
            raise ValueError("binary mode takes no encoding, errors or newline argument")
        path = self._path(file)
        raw = Handle(self, self._open_content(path, kinds.pop()), mode, file)
        if "b" in mode and buffering == 0:
            return raw
        buffered: Callable[[Any], Any] = io.BufferedReader
        if raw.writable():
            buffered = io.BufferedRandom if raw.readable() else io.BufferedWriter
        held = buffered(raw)
        if "b" in mode:
            return held
        text = io.TextIOWrapper(held, encoding or "utf-8", errors, newline, buffering == 1)
        text.mode = mode  # type: ignore[misc]
        return text

    def _open_content(self, path: str, kind: str) -> bytearray:
        held = self._kept.get(path, None)
        if path in self._kept and held is None:
            raise _error(errno.EISDIR, path)
        if kind == "x" and held is not None:
            raise _error(errno.EEXIST, path)
        if held is None:
            if kind == "r":
                raise self._missing(path)
            self._room(path)
            held = self._kept[path] = bytearray()
        if kind == "w":
            held.clear()
        return held

    def room(self, held: bytearray, size: int) -> None:
        """Raise OSError unless a file may grow to `size` bytes."""
        others = sum(len(it) for it in self._kept.values() if it is not None and it is not held)
        if others + size > FILE_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    def _room(self, path: str) -> None:
        parent = posixpath.dirname(path)
        if not path.startswith(f"{HOME}/") or HOME not in self._kept:
            raise _error(errno.EACCES, path)
        if parent not in self._kept:
            raise _error(errno.ENOENT, path)
        if self._kept[parent] is not None:
            raise _error(errno.ENOTDIR, path)
        if len(self._kept) > FILES:
            raise _error(errno.ENOSPC, path)

    def _path(self, name: Any) -> str:
        if isinstance(name, int):
            raise _error(errno.EBADF, name)
        return posixpath.normpath(posixpath.join(self._here, os.fsdecode(name)))

    def _missing(self, path: str) -> OSError:
        inside = HOME in self._kept and path.startswith(f"{HOME}/")
        return _error(errno.ENOENT if inside else errno.EACCES, path)

    def stat(self, name: Any, **_: object) -> os.stat_result:
        path = self._path(name)
        if path not in self._kept:
            raise self._missing(path)
        held = self._kept[path]
        mode = stat.S_IFDIR | 0o700 if held is None else stat.S_IFREG | 0o600
        number = id(held) if held is not None else hash(path) & 0xFFFFFFFF
        return os.stat_result((mode, number, 1, 1, 0, 0, len(held or b""), BEGIN, BEGIN, BEGIN))

    def scandir(self, name: Any = ".") -> "Listing":
        path = self._path(name)
        if path not in self._kept:
            raise self._missing(path)
        if self._kept[path] is not None:
            raise _error(errno.ENOTDIR, path)
        found = (it for it in self._kept if posixpath.dirname(it) == path and it != path)
        return Listing([DirEntry(self, os.fsdecode(name), posixpath.basename(it)) for it in found])

    def chdir(self, name: Any) -> None:
        self.scandir(name)
        self._here = self._path(name)

    def mkdir(self, name: Any, mode: int = 0o777, **_: object) -> None:
        path = self._path(name)
        if path in self._kept:
            raise _error(errno.EEXIST, path)
        self._room(path)
        self._kept[path] = None

    def remove(self, name: Any, **_: object) -> None:
        path = self._path(name)
        if stat.S_ISDIR(self.stat(path).st_mode):
            raise _error(errno.EISDIR, path)
        del self._kept[path]

    def rmdir(self, name: Any, **_: object) -> None:
        path = self._path(name)
        if list(self.scandir(path)):
            raise _error(errno.ENOTEMPTY, path)
        del self._kept[path]

    def rename(self, source: Any, target: Any, **_: object) -> None:
        old, new = self._path(source), self._path(target)
        self.stat(old)
        if self._kept.get(new, b"") is None and new != old:
            raise _error(errno.EISDIR, new)
        if new.startswith(f"{old}/"):
            raise _error(errno.EINVAL, new)
        if new not in self._kept:
            self._room(new)
        moved = [path for path in self._kept if path == old or path.startswith(f"{old}/")]
        for path in moved:
            self._kept[new + path.removeprefix(old)] = self._kept.pop(path)


class Handle(io.RawIOBase):
    """One open file; it keeps its content when the name goes."""

    def __init__(self, private: Private, held: bytearray, mode: str, name: object) -> None:
        self._private = private
        self._held = held
        self._at = 0
        self._mode = mode
        self.name = name

    def readable(self) -> bool:
        return "r" in self._mode or "+" in self._mode

    def writable(self) -> bool:
        return not set(self._mode).isdisjoint("wax+")

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._held[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def write(self, data: Any) -> int:
        if "a" in self._mode:
            self._at = len(self._held)
        end = self._at + len(data)
        self._private.room(self._held, max(end, len(self._held)))
        self._held += bytes(max(0, self._at - len(self._held)))
        self._held[self._at : end] = data
        self._at = end
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {0: 0, 1: self._at, 2: len(self._held)}[whence]
        if at < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = at
        return at

    def truncate(self, size: int | None = None) -> int:
        size = self._at if size is None else size
        self._private.room(self._held, size)
        del self._held[size:]
        self._held += bytes(size - len(self._held))
        return size


class DirEntry:
    """Entry of `os.scandir` for one name."""

    def __init__(self, private: Private, folder: str, name: str) -> None:
        self._private, self.name = private, name
        self.path = posixpath.join(folder, name)

    def __fspath__(self) -> str:
        return self.path

    def stat(self, **_: object) -> os.stat_result:
        return self._private.stat(self.path)

    def inode(self) -> int:
        return self.stat().st_ino

    def is_dir(self, **_: object) -> bool:
        return stat.S_ISDIR(self.stat().st_mode)

    def is_file(self, **_: object) -> bool:
        return not self.is_dir()

    def is_symlink(self) -> bool:
        return False

    is_junction = is_symlink


class Listing:
    """Entries, as an iterator that can be closed."""

    def __init__(self, entries: list[DirEntry]) -> None:
        self._left: Iterator[DirEntry] = iter(entries)

    def __iter__(self) -> Iterator[DirEntry]:
        return self._left

    def __next__(self) -> DirEntry:
        return next(self._left)

    def __enter__(self) -> "Listing":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._left = itertools.chain()


def _error(code: int, path: object) -> OSError:
    return OSError(code, os.strerror(code), path)
