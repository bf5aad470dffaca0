"""The command line `tutelage`."""

import _thread
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import NoReturn

AGAIN = 0.05
"""Seconds until an interrupt that was dropped is raised anew: the callback is over by then."""


def main() -> None:
    """What the console script calls."""
    try:
        sys.unraisablehook = _interrupt_again
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # Here, so that Ctrl-C while libraries are loaded is no traceback either.
        from .commands.app import app

        app(prog_name="tutelage")
    except KeyboardInterrupt:
        with suppress(OSError):
            sys.stderr.write("tutelage: Stopped before anything was begun.\n")
        _leave()
    except SystemExit as end:
        if end.code == 130:
            _leave()
        raise


def _interrupt_again(dropped: "sys.UnraisableHookArgs") -> None:
    """Python drops what a callback raises, Ctrl-C too: such a one is raised once more."""
    if dropped.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(dropped)
        return
    timer = threading.Timer(AGAIN, _press_ctrl_c)
    timer.daemon = True
    timer.start()


def _press_ctrl_c() -> None:
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)  # wakes it where it sleeps, too


def _leave() -> NoReturn:
    # Where the signal met an exec(), as in a dataclass, Python ends as if killed, whatever we say.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(130)


if __name__ == "__main__":
    main()
