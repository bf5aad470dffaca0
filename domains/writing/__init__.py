"""Writing to order: demands are checked, and quality is judged by a model if one is given."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..contract import Belief, Guide, Pair, Problem, Split, Verdict
from ..guide_file import read_guide
from . import judging, problems
from .planted_pairs import pairs
from .reference_text import reference_text_of, write_solution
from .rubric import MET, Ask, LostReply, Preference, Rubric, Trust
from .task_parts import MODES

__all__ = ["Ask", "Preference", "Rubric", "Trust", "Writing"]

TRIED = 24
"""Planted pairs on which a judge is tried before it is believed."""
CHECKED, MARKED, COMPARED = 0.5, 0.3, 0.2
"""Shares of the score where a judge is believed: checks, criteria, comparison with our text."""
WON = {"one": 1.0, "same": 0.5, "other": 0.0}
GUIDE = read_guide(Path(__file__).with_name("guide.toml"))
JUDGED = frozenset(mode for mode in GUIDE.failure_modes if mode.startswith(("weak_", "loses_")))
"""Failure modes that only a model can find."""
ALONE = "only what can be checked is scored, no judge reads for quality"
BESIDE = "checks are scored, and a model judges quality"


def guide(*, judged: bool) -> Guide:
    """Return the guide, which says whether a model judges besides the checks."""
    modes = GUIDE.failure_modes.items()
    return replace(
        GUIDE,
        description=f"{GUIDE.description} ({BESIDE if judged else ALONE}).",
        failure_modes={mode: means for mode, means in modes if judged or mode not in JUDGED},
    )


class Writing:
    """Short texts with demands on topic, audience, length, form and wording."""

    name = problems.NAME
    task_type = "writing"
    judge_version = 1

    def __init__(self, *, topics: Sequence[str] = (), judge_model: Ask | None = None) -> None:
        """`topics` narrows the modes, such as `["narrative"]`; `judge_model` reads for quality.

        A config names the model; whoever builds the domain hands over what asks it. Raises
        ValueError for a mode that does not exist, or for a judge that is only a name.
        """
        unknown = [topic for topic in topics if topic not in MODES]
        if unknown:
            raise ValueError(f"No topic {unknown[0]!r} in writing. Known: {', '.join(MODES)}.")
        if judge_model is not None and not callable(judge_model):
            raise ValueError(
                f"judge_model is {judge_model!r}, which asks nobody: a run opens the model that "
                "its config names; from Python give a callable from prompts to replies."
            )
        self.guide = guide(judged=judge_model is not None)
        self._modes = [mode for mode in MODES if not topics or mode in topics]
        self._rubric = Rubric(judge_model) if judge_model is not None else None
        self._trust: Trust | None = None
        self._trying = threading.Lock()

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems, the modes in turn."""
        return problems.draw(self._modes, split, n, seed)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score what can be checked, and what the judge finds where one is given and believed."""
        judged = judging.judge(problem, reply)
        if self._rubric is None or judged.credit == 0.0:
            return judged.verdict
        trust = self.trust()
        if trust is not None and not trust.usable:
            return _add_feedback(judged.verdict, trust.as_text())
        try:
            return _weigh(self._rubric, problem, judged)
        except LostReply as lost:
            # Missing data, not a bad text: the gate leaves such a pair out.
            return Verdict(0.0, "error", f"No verdict: {lost}.", judged_by=self._rubric.name)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        """Write our reference text behind the named steps; None where a judge reads for quality.

        Without a judge a text is right when it meets its checks, as the reference text does. To a
        judge of quality no ready-made text is the answer: a teacher has to write one.
        """
        if self._rubric is not None:
            return None
        return write_solution(problem, frozenset(self.guide.step_kinds) if steps is None else steps)

    def planted_pairs(self, n: int, seed: int) -> Sequence[Pair]:
        """Return reference texts of train, each beside itself damaged in one of six ways."""
        drawn = problems.draw(self._modes, "train", max(2, min(n, 200)), seed)
        return list(pairs(drawn, n))

    def trust(self) -> Trust | None:
        """Try the judge on planted pairs, once; None without a judge."""
        if self._rubric is None:
            return None
        with self._trying:
            if self._trust is None:
                self._trust = self._rubric.trust(self.planted_pairs(TRIED, 0))
            return self._trust

    def belief(self) -> Belief | None:
        """Return the judge's trust as a check of the domain reads it."""
        trust = self.trust()
        return None if trust is None else Belief(trust.usable, trust.as_text())


def _weigh(rubric: Rubric, problem: Problem, judged: judging.Judged) -> Verdict:
    """Score checks, criteria and the comparison with our reference text."""
    marks = rubric.marks(problem, judged.text)
    against = rubric.prefer(problem, judged.text, reference_text_of(problem))
    # A judge that is believed gives marks: a text that keeps it from doing so has earned none.
    quality = sum(((mark or 1) - 1) / 4 for mark in marks.values()) / len(marks)
    score = CHECKED * judged.credit + MARKED * quality + COMPARED * WON[against.choice]
    weak = [mode for mode, mark in marks.items() if (mark or 1) < MET]
    if against.choice == "other":
        weak.append("loses_pairwise")
    modes = tuple(dict.fromkeys([*judged.verdict.failure_modes, *weak]))
    said = [judged.verdict.feedback, *(GUIDE.failure_modes[mode] for mode in weak[:2])]
    if not modes:
        met = _add_feedback(judged.verdict, "The judge finds every criterion met.")
        return replace(met, judged_by=rubric.name)
    answer = " ".join(judged.text.split())[:60]
    return Verdict(min(score, 0.99), "wrong", " ".join(said), modes, answer, rubric.name)


def _add_feedback(verdict: Verdict, said: str) -> Verdict:
    return replace(verdict, feedback=f"{verdict.feedback} {said}")
