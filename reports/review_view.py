"""Views of reviews: the question to a reviewer, the form to fill in, and past reviews."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from ..store.events import (
    GateDecided,
    PortabilityMeasured,
    ReviewAsked,
    StrategyProposed,
)
from ..store.log import Log
from ..store.runs import find_run
from ..store.slots import parse_reference, round_of
from ..store.strategies.diff import diff, gate_line
from ..store.strategies.review_answers import ReviewAnswer, version_of
from ..store.strategies.versions import Strategies, Version
from .diff_lines import diff_by_rule
from .review_history import Review, reviews
from .run_json import gate_as_json
from .wording import clean, interval, points, version_name


@dataclass(frozen=True)
class Question:
    """Review with all that a person needs to decide it."""

    asked: ReviewAsked
    candidate: Version
    incumbent: Version
    gate: GateDecided
    why: str
    """Reason given by whoever proposed the version."""
    further_models: tuple[PortabilityMeasured, ...]
    """Effects of the version on further models."""
    lines: Mapping[str, list[Text]]
    """Rule id -> its part of the diff."""
    facts: Mapping[str, Any]
    """Result of the gate as JSON."""
    in_last_round: bool
    """True in the run's last round: what a reviewer edits there, no gate of it measures."""

    @classmethod
    def of(cls, log: Log, asked: ReviewAsked) -> "Question":
        strategies = Strategies(log)
        candidate, incumbent = (
            version_of(strategies, asked.domain, it) for it in (asked.candidate, asked.incumbent)
        )
        gate = log.find(GateDecided, *parse_reference(asked.gate))
        assert gate is not None, f"{asked.gate} decided about {candidate.name}"
        proposal = log.find(StrategyProposed, candidate.stream, candidate.slot)
        return cls(
            asked=asked,
            candidate=candidate,
            incumbent=incumbent,
            gate=gate,
            why=proposal.rationale if proposal else "",
            further_models=tuple(
                it
                for it in log.events(PortabilityMeasured, stream=gate.stream)
                if (it.candidate, it.incumbent) == (asked.candidate, asked.incumbent)
            ),
            lines=diff_by_rule(diff(incumbent, candidate)),
            facts=gate_as_json(strategies, gate),
            in_last_round=_in_last_round(log, asked),
        )


def _in_last_round(log: Log, asked: ReviewAsked) -> bool:
    loop = find_run(log, asked.stream).config["loop"]
    rounds = loop["rounds"] if isinstance(loop["rounds"], int) else loop["rounds"][-1]
    return round_of(asked.slot) == (loop["cycles"], rounds)


def question_lines(question: Question) -> Iterator[Text]:
    """Yield the whole question, for a terminal or a file."""
    yield from heading_lines(question)
    for rule in question.asked.rules:
        yield from question.lines.get(rule, [Text(rule)])


def heading_lines(question: Question) -> Iterator[Text]:
    """Yield the version, its gate, its further models and its reason."""
    asked, gate = question.asked, question.gate
    name, old = question.candidate.name, question.incumbent.name
    yield Text(f"{name} against {old}, for {clean(asked.reviewer)}", style="bold")
    yield Text(f"{asked.candidate}", style="dim")
    colour = {"accept": "green", "reject": "red", "indecisive": "yellow"}[gate.decision]
    yield Text(clean(f"Gate: {gate_line(gate)}"), style=colour)
    yield Text(clean(f"  {gate.reason}"), style="dim")
    for it in question.further_models:
        change = f"{points(it.gain)} points, {interval(it.low, it.high)}"
        yield Text(clean(f"For {it.model}: {it.verdict}; {change}, {it.pairs} pairs"))
    if question.why:
        yield Text(clean(f"Proposed because: {question.why}"))
    if question.in_last_round:
        yield Text(f"This is the last round: no gate would measure an edit of {name}.", "yellow")
    yield Text("")


def answer_form(question: Question) -> dict[str, Any]:
    """Return the form that `--decisions` reads, with no decision taken beforehand."""
    blank = ReviewAnswer(
        candidate=question.asked.candidate,
        reviewer=question.asked.reviewer,
        decisions=(),
        review=question.asked.slot,
    ).model_dump(mode="json", exclude={"shown"})
    rules = [
        {"rule": rule, "decision": "", "text": "", "reason": ""} for rule in question.asked.rules
    ]
    shown = {
        "run": question.asked.stream,
        "version": question.candidate.name,
        "incumbent": question.incumbent.name,
        "rules": {rule: [line.plain for line in each] for rule, each in question.lines.items()},
        "proposed_because": question.why,
        "last_round": question.in_last_round,
        "gate": dict(question.facts),
        "further_models": [it.model_dump(mode="json") for it in question.further_models],
    }
    return {**blank, "decisions": rules, "shown": shown}


def past_reviews(log: Log, run_id: str) -> list[dict[str, Any]]:
    """Return a run's reviews as JSON, each decision beside what was measured since."""
    strategies, domain = Strategies(log), find_run(log, run_id).domain
    return [_review_as_json(strategies, it) for it in reviews(log, domain, stream=run_id)]


def _review_as_json(strategies: Strategies, it: Review) -> dict[str, Any]:
    asked, answered = it.asked, it.answered

    def name(strategy: str) -> str:
        return version_name(strategies, asked.domain, strategy)

    return {
        "review": asked.slot,
        "version": name(asked.candidate),
        "incumbent": name(asked.incumbent),
        "reviewer": asked.reviewer,
        "at": it.at.isoformat(timespec="seconds") if it.at else None,
        "verdict": answered.verdict if answered else None,
        "reason": answered.reason if answered else "",
        "revised": name(answered.revised) if answered and answered.revised else None,
        "gate": gate_as_json(strategies, it.shown) if it.shown else None,
        "decisions": [
            decision.model_dump(mode="json") | {"since": later.as_text() if later else None}
            for decision in (answered.decisions if answered else ())
            for later in [it.worth.get(decision.rule)]
        ],
        "later_gates": [gate_as_json(strategies, gate) for gate in it.later],
    }


def past_review_lines(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the same for people."""
    for each in found:
        said = f"{each['verdict']} on {each['at']}" if each["verdict"] else "not answered yet"
        yield f"{each['version']} against {each['incumbent']}, before {each['reviewer']}: {said}"
        if each["gate"]:
            yield f"  shown    {each['gate']['verdict']}"
        if each["reason"]:
            yield f"  because  {each['reason']}"
        for decision in each["decisions"]:
            why = f": {decision['reason']}" if decision["reason"] else ""
            yield f"  {decision['decision']:8} {decision['rule']}{why}"
            if decision["text"]:
                yield f"           it shall say: {decision['text']}"
            if each["verdict"]:
                yield f"           since then: {decision['since'] or 'not measured'}"
        if each["revised"]:
            yield f"  made     {each['revised']}"
        for gate in each["later_gates"]:
            yield f"  later    {gate['candidate']} against {gate['incumbent']}: {gate['verdict']}"
        yield ""
