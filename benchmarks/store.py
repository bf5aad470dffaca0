"""Measure the event log: speed of appending, room in the file, speed of verifying.

The disk sets the limit: one `fdatasync` of 4 KB is timed before each commit, so that a busy
machine slows both and the ratio stays.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from _figures import Columns, Figure, finish, make_parser, print_table

from tutelage.store import open_log
from tutelage.store.events import AttemptJudged

SINGLE, BATCHES, BATCH = 1500, 40, 100


def _attempt(number: int, reply: str) -> AttemptJudged:
    return AttemptJudged(
        stream="run-1",
        slot=f"c0/r{number // 60}/validate/new/p{number:07d}/0",
        problem=f"{number:064x}",
        model="local:smollm2",
        strategy="b" * 64,
        adapter="",
        reply_text=reply,
        outcome="wrong",
        score=0.5,
        answer="10:30",
        feedback="Two meetings overlap between 10:00 and 10:30.",
        failure_modes=("overlap",),
    )


def measure(home: Path) -> list[Figure]:
    """Write, then verify, one store in `home`."""
    log = open_log(home)
    reply = log.keep("The meeting starts at 10:30.")
    probe = os.open(home / "probe", os.O_WRONLY | os.O_CREAT)
    block, syncs, commits, cpu = b"x" * 4096, [], [], []
    for number in range(SINGLE):
        start = time.perf_counter()
        os.write(probe, block)
        os.fdatasync(probe)
        middle, busy = time.perf_counter(), time.process_time()
        log.record(_attempt(number, reply))
        cpu.append(time.process_time() - busy)
        commits.append(time.perf_counter() - middle)
        syncs.append(middle - start)
    os.close(probe)
    start = time.perf_counter()
    for first in range(SINGLE, SINGLE + BATCHES * BATCH, BATCH):
        log.record_all([_attempt(number, reply) for number in range(first, first + BATCH)])
    batched = BATCHES * BATCH / (time.perf_counter() - start)
    start = time.perf_counter()
    report = log.verify()
    verifying = time.perf_counter() - start
    assert report.ok, report.faults
    start = time.perf_counter()
    read = sum(1 for _ in log.entries(stream="run-1"))
    reading = read / (time.perf_counter() - start)
    log.close()
    commit, sync = statistics.median(commits), statistics.median(syncs)
    room = (home / "tutelage.db").stat().st_size / report.events
    return [
        Figure("append, p50 / fdatasync p50", commit / sync, "x", most=3.5),
        Figure("append, p50", commit * 1e3, "ms"),
        Figure("fdatasync of 4 KB, p50", sync * 1e3, "ms"),
        Figure("append, processor time p50", statistics.median(cpu) * 1e6, "us"),
        Figure("appended one by one", SINGLE / sum(commits), "events/s"),
        Figure(f"appended {BATCH} at once", batched, "events/s", least=1000),
        Figure("read in order", reading, "events/s", least=5000),
        Figure("room in the file", room, "bytes/event", most=1500),
        Figure("verify", verifying, "s"),
        Figure("verified", report.events / verifying, "events/s", least=5000),
    ]


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    parser = make_parser(__doc__)
    parser.add_argument("--folder", type=Path, help="the disk to measure; default: temporary")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        figures = measure(Path(folder))
    print_table(figures, Columns(32, 12, 12), "store")
    return finish(figures, options)


if __name__ == "__main__":
    sys.exit(main())
