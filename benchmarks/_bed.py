"""Rates at which the judges misjudge the generated replies of `tests/judging`."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tutelage.domains.maths import symbolic
from tutelage.domains.maths.equality import equal
from tutelage.domains.maths.symbolic import LibraryAnswer, SymbolicJudge
from tutelage.domains.reading import Unreadable
from tutelage.domains.reading.numbers import number_of

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.judging.bed import FIXED, fingerprint, productions, replies  # noqa: E402 - found in ROOT alone
from tests.judging.file_maths import FILE  # noqa: E402
from tests.judging.generated_maths import GENERATED  # noqa: E402
from tests.judging.parts import Reply  # noqa: E402

WARM = 100
"""Replies of each kind whose times are not counted."""
MOST_REFUSED = 0.005
"""The share of right replies that may be refused; no wrong one may be accepted."""


@dataclass
class Count:
    """Replies of a domain and class, and those of them that were misjudged."""

    right: int = 0
    refused: int = 0
    wrong: int = 0
    accepted: int = 0

    def add(self, reply: Reply, misjudged: bool) -> None:
        if reply.right:
            self.right, self.refused = self.right + 1, self.refused + misjudged
        else:
            self.wrong, self.accepted = self.wrong + 1, self.accepted + misjudged

    def row(self, name: str) -> str:
        refused = f"{self.refused:4} of {self.right:4} {rate(self.refused, self.right):>6}"
        accepted = f"{self.accepted:4} of {self.wrong:4} {rate(self.accepted, self.wrong):>6}"
        return f"{name:26} {refused}   {accepted}"


def rate(some: int, of: int) -> str:
    return f"{some / of:.1%}" if of else "-"


Misjudged = tuple[Reply, str]
"""A reply, and the feedback of the judge."""


def judge_all(seed: str) -> tuple[Mapping[str, Mapping[str, Count]], list[Misjudged]]:
    """Return domain -> class -> counts, and each misjudged reply."""
    counts: dict[str, dict[str, Count]] = defaultdict(lambda: defaultdict(Count))
    misjudged = []
    for reply in replies(seed):
        verdict = reply.domain.judge(reply.problem, reply.text)
        missed = (verdict.outcome == "right") is not reply.right
        counts[reply.label][reply.group].add(reply, missed)
        if missed:
            misjudged.append((reply, verdict.feedback))
    return counts, misjudged


class TimedJudge(SymbolicJudge):
    """Symbolic judge that notes the milliseconds of every question to its worker."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def compare(self, gold: str, given: str) -> LibraryAnswer:
        begun = time.perf_counter()
        found = super().compare(gold, given)
        self.times.append(1000 * (time.perf_counter() - begun))
        return found


def measure_times() -> None:
    """Print the median time of a reply to a maths problem, once the worker is warm."""
    times: dict[str, list[float]] = {"numbers": [], "symbolic answers": []}
    symbolic.JUDGE = TimedJudge()
    for reply in replies():
        if reply.label in (GENERATED, FILE):
            # What is compared anew, not what the same answer in another wrapper found before.
            equal.cache_clear()
            begun = time.perf_counter()
            reply.domain.judge(reply.problem, reply.text)
            took = time.perf_counter() - begun
            times[_kind_of(reply)].append(1000 * took)
    for kind, most in (("numbers", 5), ("symbolic answers", 30)):
        warm = times[kind][WARM:]
        print(
            f"median time a reply, {kind}: {median(warm):.2f} ms of {len(warm)}, goal <= {most} ms"
        )

    asked = symbolic.JUDGE.times[WARM:]
    print(f"median time of a question to math-verify: {median(asked):.2f} ms of {len(asked)}")


def _kind_of(reply: Reply) -> str:
    try:
        number_of(reply.problem.answer)
    except Unreadable:
        return "symbolic answers"
    return "numbers"


def added(counts: Iterator[Count] | Sequence[Count]) -> Count:
    total = Count()
    for one in counts:
        total.right, total.refused = total.right + one.right, total.refused + one.refused
        total.wrong, total.accepted = total.wrong + one.wrong, total.accepted + one.accepted
    return total


def measure(*, seed: str, every: bool, file: str) -> bool:
    """Print the rates, and each misjudged reply where `every`; return True if the goals are met."""
    begun = time.perf_counter()
    counts, misjudged = judge_all(seed or FIXED)
    print(f"{'':26} {'right ones refused':>20}   {'wrong ones accepted':>20}")
    for label, groups in counts.items():
        print(added([*groups.values()]).row(label))
        for group, count in sorted(groups.items()):
            print(count.row(f"  {group}"))
    total = added([count for groups in counts.values() for count in groups.values()])
    print(total.row("all"))
    print(f"goal: at most {MOST_REFUSED:.1%} refused, none accepted")
    used = productions()
    new = sum(it.new for it in used)
    print(f"productions in no list of ours: {new} of {len(used)} ({rate(new, len(used))})")
    print(f"bed {seed or fingerprint()[:16]}, {time.perf_counter() - begun:.0f} s")
    if every:
        for reply, said in misjudged:
            print(f"\n{'refused' if reply.right else 'accepted'}: {reply.label}, {reply.name}")
            print(f"  wanted {reply.problem.answer!r}, read {reply.text!r}\n  {said}")
    if file:
        shown = {
            label: {group: asdict(it) for group, it in sorted(groups.items())}
            for label, groups in counts.items()
        }
        found = {"bed": fingerprint(), "all": asdict(total), "domains": shown}
        Path(file).write_text(json.dumps(found, indent=1) + "\n")
    return total.accepted == 0 and total.refused <= MOST_REFUSED * total.right
