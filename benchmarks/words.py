"""Measure who can use words: the capability probe on each model and each domain, as one table.

A cell of the table is a run of its own in one store: the same problems are answered without and
with the domain's expert rules in the prompt. What is recorded is never asked again, so that a
command that was killed goes on where it was, and one with more models only asks the new ones.
"""

import argparse
import hashlib
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from tutelage.evidence.attribution.contrasts import mean
from tutelage.evidence.effects import ALPHA
from tutelage.evidence.gate.power import UNDETECTABLE, smallest_detectable
from tutelage.graph.config.config import RunConfig, parse_config
from tutelage.graph.context import SilentProgress
from tutelage.graph.measure.channel_rule import words_harm, words_help
from tutelage.graph.measure.probe import expert_strategy, probe
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.models import Model, open_model
from tutelage.store import open_log, slots
from tutelage.store.events import AttemptJudged, ProbeDecided
from tutelage.store.log import Log
from tutelage.store.readings import attempts_below
from tutelage.store.runs import run_ids

BEGIN, END = "<!-- words: written by benchmarks/words.py -->", "<!-- words: end -->"
"""Marks around the table of a document."""


class Cell(NamedTuple):
    """One model on one domain."""

    model: str
    domain: str
    n: int

    @property
    def run(self) -> str:
        """The run that measures it; a spec may hold what no run's name can."""
        spec = hashlib.sha256(self.model.encode()).hexdigest()[:8]
        readable = re.sub(r"[^a-z0-9]+", "-", self.model.lower().rpartition("/")[2]).strip("-")
        return f"{self.domain}-{self.n}-{readable[:24]}-{spec}"

    def config(self) -> RunConfig:
        """Return the config of its run: the smallest one with a probe of `n` problems."""
        return parse_config(
            {
                "name": self.run,
                "teacher": "rulebook",
                "student": self.model,
                "domain": {"name": self.domain},
                "splits": {"train": 2 * self.n + 2, "val": 20, "test": 1, "ood": 0},
                "loop": {"cycles": 1, "rounds": 1, "batch": self.n, "feedback": 1},
                "train": {"examples": 1},
            }
        )


class Lines(SilentProgress):
    """Progress as lines in a log, one for every tenth reply."""

    def __init__(self, cell: Cell) -> None:
        self._cell = f"{cell.model}, {cell.domain}"

    def advance(self, what: str, done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            print(f"{self._cell}: {what}, {done} of {total}", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def measure(home: Path, cell: Cell, opener: Callable[[str], Model]) -> ProbeDecided:
    """Probe the model on the domain, or find it probed, or go on where that stopped."""
    log = open_log(home)
    try:
        if found := log.find(ProbeDecided, cell.run, slots.PROBE):
            return found
        run = open_run(
            home,
            home / "runs",
            cell.config(),
            run_id=cell.run if cell.run in run_ids(log) else None,
            overrides=Overrides(student=opener(cell.model)),
            progress=Lines(cell),
            log=log,
        )
        with run.work_alone():
            run.freeze()
            return probe(run, expert_strategy(run))
    finally:
        log.close()


class Arm(NamedTuple):
    """Replies of one arm, by problem."""

    scores: Mapping[str, float]
    """Without the replies that an outage took."""
    unparsed: int

    @classmethod
    def of(cls, attempts: Iterable[AttemptJudged]) -> "Arm":
        kept = [it for it in attempts if it.outcome != "error"]
        unparsed = sum(it.outcome == "unparsed" for it in kept)
        return cls({it.problem: it.score for it in kept}, unparsed)


HEAD = """| model | domain | n | right without | with | unparsed without | with \
| wins | losses | gain, points | p | uses words |
|---|---|---|---|---|---|---|---|---|---|---|---|"""


def table(home: Path, cells: Sequence[Cell]) -> str:
    """Return the table of what the store holds; a cell that is not whole says so."""
    log = open_log(home, read_only=True)
    try:
        probes = [log.find(ProbeDecided, cell.run, slots.PROBE) for cell in cells]
        rows = [_row(log, *pair) for pair in zip(cells, probes, strict=True)]
    finally:
        log.close()
    return "\n".join([HEAD, *rows, "", *_notes([it for it in probes if it])])


def _row(log: Log, cell: Cell, probe: ProbeDecided | None) -> str:
    named = f"| `{cell.model}` | {cell.domain} |"
    if probe is None:
        return f"{named} | not measured yet" + " |" * 9
    bare, told = (
        Arm.of(attempts_below(log, cell.run, slots.inside(slots.part(slots.PROBE, arm))))
        for arm in ("bare", "told")
    )
    both = sorted(bare.scores.keys() & told.scores.keys())
    gains = [round(told.scores[it] - bare.scores[it], 12) for it in both]
    cells = [
        f"{probe.n}",
        *(f"{100 * mean([arm.scores[it] for it in both]):.0f} %" for arm in (bare, told)),
        f"{bare.unparsed}",
        f"{told.unparsed}",
        f"{sum(it > 0 for it in gains)}",
        f"{sum(it < 0 for it in gains)}",
        f"{100 * probe.gain:+.1f} ({100 * probe.low:+.1f} to {100 * probe.high:+.1f})",
        f"{probe.p:.2g}",
        "**yes**" if words_help(probe) else "harmed" if words_harm(probe) else "not shown",
    ]
    return f"{named} {' | '.join(cells)} |"


def _notes(probes: Sequence[ProbeDecided]) -> list[str]:
    if not probes:
        return []
    fewest = min(it.n for it in probes)
    seen = smallest_detectable(fewest, ALPHA / 2)
    small = f"a gain below {100 * seen:.0f} points" if seen < UNDETECTABLE else "any gain"
    return [
        "Accuracies are mean scores; intervals are 95 %, p is two-sided and exact. `yes` needs "
        f"both to exclude zero. On {fewest} problems {small} goes unseen more than one time in "
        f"five (where 30 % of the pairs differ). Of {len(probes)} cells {len(probes) * ALPHA:.1f} "
        "would show an effect by chance alone."
    ]


def write_between_marks(file: Path, text: str) -> None:
    """Put `text` between the marks of a document. Raises ValueError where there are none."""
    before, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} has no place for the table: put the lines {BEGIN} and {END}.")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Measure what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["smollm2-135m"], metavar="SPEC")
    parser.add_argument("--domains", nargs="+", default=["scheduling"], metavar="NAME")
    parser.add_argument("--n", type=int, default=40, help="problems a cell")
    parser.add_argument("--store", type=Path, default=Path("runs/words"), metavar="FOLDER",
                        help="where replies are kept, and found again")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table between the marks of this document")  # fmt: skip
    parser.add_argument("--only-table", action="store_true", help="ask no model")
    options = parser.parse_args()
    cells = [Cell(*it, options.n) for it in _pairs(options.models, options.domains)]
    opener = lru_cache(maxsize=1)(partial(open_model, role="student"))  # one in memory at a time
    for cell in () if options.only_table else cells:
        measure(options.store, cell, opener)
    found = table(options.store, cells)
    print(found)
    if options.write:
        command = _command(options)
        write_between_marks(options.write, f"```sh\n{command}\n```\n\n{found}")
    return 0


def _pairs(models: Sequence[str], domains: Sequence[str]) -> list[tuple[str, str]]:
    return [(model, domain) for model in models for domain in domains]


def _command(options: argparse.Namespace) -> str:
    parts = ["--models", *options.models, "--domains", *options.domains, "--n", str(options.n)]
    parts += ["--write", str(options.write)]
    return shlex.join(["python", "benchmarks/words.py", *parts])


if __name__ == "__main__":
    sys.exit(main())
