"""Checks a domain: is it sound enough that a gate may rely on it?"""

import random
from dataclasses import dataclass

from .card import Card, Sample, card_of
from .contract import Domain, Problem
from .requirements import REQUIREMENTS
from .trial import CheckResult, DomainRaised, FloorsOf, Trial, TrialFloor


@dataclass(frozen=True)
class CheckReport:
    """Results of all checks, with the card of the domain."""

    domain: str
    findings: tuple[CheckResult, ...]
    floors: tuple[TrialFloor, ...]
    card: Card

    @property
    def ok(self) -> bool:
        """True when there is no fault. Notes are allowed."""
        return all(finding.level != "fault" for finding in self.findings)

    def as_text(self) -> str:
        """For a terminal: findings, floors, and the card with three problems."""
        lines = [
            *(f"{f.level:5} {f.name}: {f.said}" for f in self.findings),
            *(f"floor {floor.as_text()}" for floor in self.floors),
            *self.card.as_text().splitlines(),
        ]
        verdict = "sound" if self.ok else "NOT SOUND"
        return "\n".join([f"{self.domain}: {verdict}", *(f"  {line}" for line in lines)])


def check(domain: Domain, n: int | None = 100, *, floors: FloorsOf | None = None) -> CheckReport:
    """Try `n` problems of every split, or all there are; what a domain raises is a finding.

    Where `floors` is given, such as `tutelage.evidence.split_floors`, the report has them.
    """
    trial = Trial(domain, n, floors)
    findings: list[CheckResult] = []
    for name, run, fine in REQUIREMENTS:
        try:
            found = [CheckResult(name, level, said) for level, said in run(trial)]
        except DomainRaised as raised:
            found = [CheckResult(name, "fault", str(raised))]
        except Exception as error:  # The domain is a stranger's: whatever it raises is the finding.
            found = [CheckResult(name, "fault", f"it raised {error!r}")]
        findings += found or [CheckResult(name, "ok", fine)]
        if not trial.all:
            # Without problems, every other check would find nothing wrong.
            break
    card = card_of(domain, trial.problems, _samples(trial), trial.rates)
    return CheckReport(domain.name, tuple(findings), tuple(trial.floors), card)


def _samples(trial: Trial) -> list[Sample]:
    """Choose three problems of train (else of any split), of as many topics as there are."""
    first: dict[str, Problem] = {}
    for problem in (known := list(trial.problems.get("train") or trial.all)):
        first.setdefault(problem.topic, problem)
    topics = list(first.values())
    chosen = random.Random(0).sample(topics, min(3, len(topics)))
    chosen += [problem for problem in known if problem not in chosen][: 3 - len(chosen)]
    samples = []
    for problem in chosen:
        try:
            samples.append(Sample(problem, trial.solution(problem)))
        except DomainRaised:
            # Said among the findings already.
            samples.append(Sample(problem, None))
    return samples
