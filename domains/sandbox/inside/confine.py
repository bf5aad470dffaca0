"""Put protections on the calling process for good: Landlock, seccomp, limits, no capabilities.

Every function raises OSError where the kernel refuses, and nothing here tries anything else then.
"""

import ctypes
import os
import resource
import stat
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Landlock's calls have the same numbers on every machine."""
READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE, REMOVE_FILE, MAKE_REG, TRUNCATE = 1 << 1, 1 << 5, 1 << 8, 1 << 14
FILES_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Landlock's version -> number of kinds of access to files it knows; newer ones know no fewer."""
NEW_USER, NEW_NET, NEW_IPC, NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, DROP_BOUND, SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38

_c = ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *args: object) -> int:
    result = int(_c.syscall(ctypes.c_long(number), *args))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _c.prctl(ctypes.c_int(option), *padded):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


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
        """Allow plain files in `path` to be made, changed and removed."""
        writing = WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE
        self.allow(path, READ_FILE | READ_DIR | writing)
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
    """Give up privileges by exec, capabilities and debuggers, wherever that can be had."""
    _prctl(SET_NO_NEW_PRIVS, 1)
    _prctl(SET_DUMPABLE, 0)
    for capability in range(64):
        try:
            _prctl(DROP_BOUND, capability)
        except OSError:
            break
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    _c.capset(header, ctypes.create_string_buffer(24))


def enter_namespaces() -> bool:
    """Leave the machine's network, its IPC and its user ids, where that is allowed."""
    return not _c.unshare(ctypes.c_int(NEW_USER | NEW_NET | NEW_IPC | NEW_UTS))


def die_with_parent() -> None:
    _prctl(SET_DEATH_SIGNAL, 9)


def limit(memory: int, seconds: float, file_size: int) -> None:
    """Set the caps that the kernel counts; the parent counts wall time."""
    if file_size:
        # What a directory holds is the parent's to look at, and it must get its turn to look.
        os.nice(10)
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
