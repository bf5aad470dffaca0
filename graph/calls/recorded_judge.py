"""Judge of a run that is made again: today's where it is the one of then, else the record."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from ...domains.contract import Domain, Problem, Split, Verdict
from ...domains.versions import JudgedEarlier, judge_of
from ...store.events import AttemptJudged
from ...store.hash_chain import sha256
from .judge_model import BEHIND_A_JUDGE
from .record import Record, ReplayDiffers


class RecordedJudge(JudgedEarlier):
    """Domain whose verdicts are those of the record, where they have to be.

    That is where another judge read the reply than today's, and where a sandbox or a model was
    asked, unless `judge_all`. What was not recorded is judged anew.
    """

    def __init__(self, domain: Domain, recorded: Record, judge_all: bool) -> None:
        self.name, self.task_type, self.guide = domain.name, domain.task_type, domain.guide
        self.checked = self.by_others = self.from_behind = 0
        self._domain, self._recorded, self._judge_all = domain, recorded, judge_all
        self._places: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._readings: dict[int, AttemptJudged] = {}
        for place, event in recorded.readings():
            self._places[event.problem, event.reply_text].append(place)
            self._readings[place] = event
        kept = any(self._keeps_verdict(event) for event in self._readings.values())
        self._right = frozenset(recorded.right_solutions()) if kept else frozenset()

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return self._domain.problems(split, n, seed)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return self._domain.solution(problem, steps)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        found = self._find_attempt(problem.id, sha256(reply))
        if found is None and (problem.id, reply) in self._right:
            return Verdict(1.0, "right", "")
        if found is None or not self._keeps_verdict(found):
            return self._ask(problem, reply, found)
        if found.judge != judge_of(self._domain):
            self.by_others += 1
        else:
            self.from_behind += 1
        return Verdict(
            score=found.score,
            outcome=found.outcome,
            feedback=found.feedback,
            failure_modes=found.failure_modes,
            answer=found.answer,
            judged_by=found.judged_by,
            doubt=found.doubt,
        )

    def _ask(self, problem: Problem, reply: str, found: AttemptJudged | None) -> Verdict:
        """Return today's verdict. Raises ReplayDiffers where the judge raises."""
        self.checked += found is not None
        try:
            return self._domain.judge(problem, reply)
        except BEHIND_A_JUDGE:
            raise
        except Exception as error:  # The domain is a stranger's: it may raise anything.
            text = "the recorded reply" if found else "a text that has no recorded verdict"
            said = f"The judge, asked anew about {text} to problem {problem.id}, raised {error!r}."
            upcoming = self._recorded.upcoming()
            slot = found.slot if found else upcoming.slot if upcoming else ""
            raise ReplayDiffers(slot, said) from error

    @property
    def judge_name(self) -> str:
        """Name and version of the judge that the record has here."""
        return self._recorded.judge

    def _find_attempt(self, problem: str, reply_text: str) -> AttemptJudged | None:
        """Return the recorded reading of a reply: the next one, else the last."""
        places = self._places.get((problem, reply_text), [])
        if not places:
            return None
        next_one = bisect_left(places, self._recorded.place)
        return self._readings[places[min(next_one, len(places) - 1)]]

    def _keeps_verdict(self, event: AttemptJudged) -> bool:
        elsewhere = bool(event.judged_by) and not self._judge_all
        return elsewhere or event.judge != judge_of(self._domain)
