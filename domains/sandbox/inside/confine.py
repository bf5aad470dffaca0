"""Put protections on the calling process for good: Landlock, seccomp, limits, no capabilities.

A private directory is a file system in memory that only the calling process sees: what a program
keeps in it, named or not, the kernel counts, and it is gone with the process.

Every function raises OSError where the kernel refuses, and nothing here tries anything else then.
"""

import contextlib
import ctypes
import os
import resource
import stat
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Landlock's calls have the same numbers on every machine."""
READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
FILES_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Landlock's version -> number of kinds of access to files it knows; newer ones know no fewer."""
NEW_USER, NEW_NET, NEW_IPC, NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
NEW_MOUNTS, NO_SETUID, NO_DEVICES, NO_EXEC = 0x00020000, 2, 4, 8
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38

CAPABILITIES = 0x20080522
"""Version of the kernel's capability calls."""
NOBODY = 65534
"""User and group that a process in namespaces of its own sees itself as."""
PRIVATE = "/proc"
"""Place of a private directory: every machine has it, and no program may read what it hides."""

_c = ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _syscall(number: int, *args: object) -> int:
    return _check(int(_c.syscall(ctypes.c_long(number), *args)))


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(_c.prctl(ctypes.c_int(option), *padded))


def landlock_version() -> int:
    """Return the kernel's Landlock version. Raises OSError where it has none."""
    return _syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))


class Ruleset:
    """Landlock rules: paths that may be read or written; all other files are out of reach."""

    def __init__(self, version: int) -> None:
        known = FILES_BY_ABI[min(version, max(FILES_BY_ABI))]
        words = [(1 << known) - 1]
        if version >= 4:
            words.append(0b11)  # TCP: bind, connect
        if version >= 6:
            words.append(0b11)  # abstract sockets, signals
        asked = struct.pack(f"={len(words)}Q", *words)
        self._fd = _syscall(
            CREATE_RULESET, ctypes.c_char_p(asked), ctypes.c_size_t(len(asked)), ctypes.c_uint32(0)
        )

    def allow(self, path: str, access: int) -> None:
        """Allow `access` to `path` and to all that is below it."""
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what is not there or not ours needs no rule
        try:
            if not stat.S_ISDIR(os.fstat(opened).st_mode):
                access &= READ_FILE | WRITE_FILE | TRUNCATE
            rule = ctypes.create_string_buffer(struct.pack("=Qi", access, opened))
            _syscall(ADD_RULE, ctypes.c_int(self._fd), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        finally:
            os.close(opened)

    def allow_reading(self, listed: list[str], read: list[str]) -> "Ruleset":
        """Allow `listed` to be listed and `read` to be read."""
        for path in listed:
            self.allow(path, READ_DIR)
        for path in read:
            self.allow(path, READ_FILE | READ_DIR)
        return self

    def allow_writing(self, path: str) -> "Ruleset":
        """Allow plain files and folders in `path` to be made, changed and removed."""
        folders = READ_DIR | MAKE_DIR | REMOVE_DIR
        self.allow(path, folders | READ_FILE | WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE)
        return self

    def enter(self) -> None:
        """Bind the calling process to these rules."""
        _syscall(RESTRICT_SELF, ctypes.c_int(self._fd), ctypes.c_uint32(0))

    def close(self) -> None:
        os.close(self._fd)


class Filter:
    """A seccomp filter, laid out once so that a forked process only has to enter it."""

    def __init__(self, instructions: bytes) -> None:
        self._code = ctypes.create_string_buffer(instructions, len(instructions))
        head = struct.pack("@HP", len(instructions) // 8, ctypes.addressof(self._code))
        self._head = ctypes.create_string_buffer(head, len(head))

    def enter(self) -> None:
        """Allow the calling process, from now on, only the calls that the filter names."""
        _prctl(SET_SECCOMP, 2, ctypes.addressof(self._head))


def give_up_privileges() -> None:
    """Give up what exec or a debugger could give; the capabilities that are held stay."""
    _prctl(SET_NO_NEW_PRIVS, 1)
    _prctl(SET_DUMPABLE, 0)


def write_file(path: str, text: str) -> None:
    """Write a text file; pathlib stays unloaded, as programs load it after all is in place."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)


def drop_capabilities() -> None:
    """Give up all capabilities that are held; after `give_up_privileges`, no exec gives any."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITIES, 0))
    _check(_c.capset(header, ctypes.create_string_buffer(24)))


def enter_namespaces() -> bool:
    """Leave the machine's network, its IPC and its user ids, where that is allowed."""
    user, group = os.geteuid(), os.getegid()
    if _c.unshare(ctypes.c_int(NEW_USER | NEW_NET | NEW_IPC | NEW_UTS)):
        return False
    with contextlib.suppress(OSError):  # without these ids no file can be made in a private mount
        for name, said in (
            ("setgroups", "deny"),
            ("uid_map", f"{NOBODY} {user} 1"),
            ("gid_map", f"{NOBODY} {group} 1"),
        ):
            write_file(f"/proc/self/{name}", said)
    return True


def enter_private_directory(size: int, files: int) -> None:
    """Enter an empty directory that is this process's alone, of `size` bytes and `files` names."""
    _check(_c.unshare(ctypes.c_int(NEW_MOUNTS)))
    data = f"size={size},nr_inodes={files + 1},mode=700".encode()  # one is the directory itself
    flags = ctypes.c_ulong(NO_SETUID | NO_DEVICES | NO_EXEC)
    _check(_c.mount(b"tmpfs", PRIVATE.encode(), b"tmpfs", flags, data))
    os.chdir(PRIVATE)


def die_with_parent() -> None:
    _prctl(SET_DEATH_SIGNAL, 9)


def limit(memory: int, seconds: float, file_size: int) -> None:
    """Set the caps that the kernel counts; the parent counts wall time."""
    processor = int(seconds) + 2
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
