"""The command line `tutelage`."""

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> None:
    """Run the command line; the console script calls it."""
    try:
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


def _leave() -> NoReturn:
    # Where the signal met an exec(), as in a dataclass, Python ends as if killed, whatever we say.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(130)


if __name__ == "__main__":
    main()
