"""Take a system call away from this process for good, as on a machine that lacks it."""

import errno
import platform
import struct

from tutelage.domains.sandbox.inside import confine

CALLS = {
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "unshare": (272, 97),
    "mount": (165, 40),
    "capset": (126, 91),
}
LOAD, EQUAL, RETURN, ALLOW, REFUSE = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000


def lack(call: str, error: int = errno.ENOSYS) -> None:
    """From here on, `call` fails with `error`, also in everything that is started from here."""
    number = CALLS[call][platform.machine() == "aarch64"]
    enter([(LOAD, 0, 0, 0), (EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | error)])


def lack_seccomp() -> None:
    """From here on, no further filter can be put on: prctl(PR_SET_SECCOMP) fails."""
    prctl = 167 if platform.machine() == "aarch64" else 157
    enter(
        [
            (LOAD, 0, 0, 0),
            (EQUAL, 0, 3, prctl),
            (LOAD, 0, 0, 16),
            (EQUAL, 0, 1, confine.SET_SECCOMP),
            (RETURN, 0, 0, REFUSE | errno.EINVAL),
        ]
    )


def enter(steps: list[tuple[int, int, int, int]]) -> None:
    """Put on a filter that allows what `steps` do not refuse."""
    confine._prctl(confine.SET_NO_NEW_PRIVS, 1)
    code = b"".join(struct.pack("=HBBI", *step) for step in [*steps, (RETURN, 0, 0, ALLOW)])
    confine.Filter(code).enter()
