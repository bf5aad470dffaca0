"""Run a module in a process with a moved clock: `python -m tests.moved_clock SECONDS
MODULE WORD...`, as if the machine's clock had been set by so much.

Everything that asks Python for the time of day is answered from the moved clock, whoever asks;
this has to come before any import of what is run.
"""

import datetime
import runpy
import sys
import time


def main(seconds: float, module: str, words: list[str]) -> None:
    real_now, real_time = datetime.datetime.now, time.time

    class Moved(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Moved":
            moment = real_now(tz) + datetime.timedelta(seconds=seconds)
            return cls.combine(moment.date(), moment.timetz())

    datetime.datetime = Moved  # type: ignore[misc]  # the process's own clock
    time.time = lambda: real_time() + seconds
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], sys.argv[3:])
