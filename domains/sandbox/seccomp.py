"""Seccomp filter for a program's system calls, which forbids all that it does not name.

The filter is a list of classic BPF instructions, built here so that no library is needed. A call
that is not named fails with EPERM; a call through another architecture's door kills the process.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Machine -> AUDIT_ARCH number of its native calls, in the order of `Numbers`."""

Numbers = tuple[int | None, int | None]
"""A system call's number on x86_64 and on aarch64; None where it does not exist."""

FREE: dict[str, Numbers] = {
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "write": (1, 64),
    "writev": (20, 66),
    "close": (3, 57),
    "fstat": (5, 80),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "lseek": (8, 62),
    "getcwd": (79, 17),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "dup": (32, 23),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "sched_yield": (24, 124),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
"""Calls that reach nothing outside the process but what Landlock lets it read."""

FILES: dict[str, Numbers] = {
    "pwrite64": (18, 68),
    "ftruncate": (77, 46),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "sendfile": (40, 71),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
}
"""Calls that a program with a private directory on a file system of its own may make besides."""

OPEN: Numbers = (2, None)
OPENAT: Numbers = (257, 56)
FCNTL: Numbers = (72, 25)

WRITING = 0o1 | 0o2 | 0o100 | 0o1000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC."""
UNNAMED = 0o20000000
"""What O_TMPFILE adds to O_DIRECTORY."""
FCNTLS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: none that sends a signal or takes a lock."""

_LOAD, _EQUAL, _SET, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _EPERM, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000


class _Step(NamedTuple):
    """One BPF instruction; `yes` and `no` count instructions to skip."""

    code: int
    value: int
    yes: int = 0
    no: int = 0


def program(machine: str, *, files: bool = False) -> bytes:
    """Make the filter for `machine`; with `files`, also the calls that a private directory needs.

    Raises LookupError for a machine whose call numbers are not known here.
    """
    if machine not in MACHINES:
        raise LookupError(f"No filter for {machine!r}. Known: {', '.join(sorted(MACHINES))}.")
    column = tuple(MACHINES).index(machine)
    asked: list[_Step] = []
    forbidden = UNNAMED if files else WRITING | UNNAMED
    for call, argument in ((OPEN, 1), (OPENAT, 2)):
        asked += _when(call[column], argument, list(_without(forbidden)))
    asked += _when(FCNTL[column], 1, list(_one_of(FCNTLS)))
    free = {**FREE, **FILES} if files else FREE
    numbers = sorted(number for call in free.values() if (number := call[column]) is not None)
    steps = [
        _Step(_LOAD, 4),  # seccomp_data.arch
        _Step(_EQUAL, MACHINES[machine], 1, 0),
        _Step(_RETURN, _KILL),
        _Step(_LOAD, 0),  # seccomp_data.nr
        *asked,
        *_search(_ranges(numbers)),
    ]
    return b"".join(struct.pack("=HBBI", it.code, it.yes, it.no, it.value) for it in steps)


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Return the numbers from which on the answer changes, each with its answer."""
    edges: list[tuple[int, int]] = [(0, _EPERM)]
    for number in numbers:
        if number and edges[-1] == (number, _EPERM):
            edges[-1] = (number + 1, _EPERM)
        else:
            edges += [(number, _ALLOW), (number + 1, _EPERM)]
    return edges


def _search(edges: list[tuple[int, int]]) -> list[_Step]:
    """Halve the edges until one is left: entering the filter tries each call, so depth counts."""
    if len(edges) == 1:
        return [_Step(_RETURN, edges[0][1])]
    half = len(edges) // 2
    below, above = _search(edges[:half]), _search(edges[half:])
    return [_Step(_AT_LEAST, edges[half][0], len(below), 0), *below, *above]


def _when(number: int | None, argument: int, then: list[_Step]) -> list[_Step]:
    """Make steps: if the call is `number`, load the lower half of an argument and do `then`."""
    if number is None:
        return []
    load = _Step(_LOAD, 16 + 8 * argument)
    return [_Step(_EQUAL, number, 0, 1 + len(then)), load, *then]


def _without(bits: int) -> Iterator[_Step]:
    yield _Step(_SET, bits, 0, 1)
    yield _Step(_RETURN, _EPERM)
    yield _Step(_RETURN, _ALLOW)


def _one_of(values: tuple[int, ...]) -> Iterator[_Step]:
    for value in values:
        yield _Step(_EQUAL, value, 0, 1)
        yield _Step(_RETURN, _ALLOW)
    yield _Step(_RETURN, _EPERM)
