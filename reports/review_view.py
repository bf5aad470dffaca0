"""What lies before a reviewer: the diff, the gate's evidence, a form to fill in, past reviews."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from ..commands.output import clean, points
from ..store.events import (
    GateDecided,
    PortabilityMeasured,
    ReviewAsked,
    RuleDecision,
    RunStarted,
    StrategyProposed,
)
from ..store.log import EventLog
from ..store.strategies.answers import Answer, version_of
from ..store.strategies.diff import diff, verdict
from ..store.strategies.reviews import Review, reviews
from ..store.strategies.versions import Strategies, Version
from .rule_lines import by_rule
from .run_story import gate_facts
from .wording import name_of


@dataclass(frozen=True)
class Question:
    """One review with all that a person needs to decide it."""

    asked: ReviewAsked
    candidate: Version
    incumbent: Version
    gate: GateDecided
    why: str
    """What the teacher, or whoever proposed the version, gave as the reason."""
    elsewhere: tuple[PortabilityMeasured, ...]
    """What the version does for further models."""
    lines: Mapping[str, list[Text]]
    """Rule id -> what happened to it."""
    facts: Mapping[str, Any]
    """What the gate found, for machines."""
    last: bool
    """Whether it is the run's last round: what a reviewer edits there, no gate of it measures."""

    @classmethod
    def of(cls, log: EventLog, asked: ReviewAsked) -> "Question":
        strategies = Strategies(log)
        candidate, incumbent = (
            version_of(strategies, asked.domain, it) for it in (asked.candidate, asked.incumbent)
        )
        stream, _, slot = asked.gate.partition("#")
        gate, proposal = log.find(stream, slot), log.find(candidate.stream, candidate.slot)
        assert isinstance(gate, GateDecided), f"{asked.gate} decided about {candidate.name}"
        elsewhere = log.entries(stream=stream, kinds=[PortabilityMeasured])
        return cls(
            asked=asked,
            candidate=candidate,
            incumbent=incumbent,
            gate=gate,
            why=proposal.rationale if isinstance(proposal, StrategyProposed) else "",
            elsewhere=tuple(
                it
                for entry in elsewhere
                if isinstance(it := entry.event, PortabilityMeasured)
                and (it.candidate, it.incumbent) == (asked.candidate, asked.incumbent)
            ),
            lines=by_rule(diff(incumbent, candidate)),
            facts=gate_facts(strategies, gate),
            last=_in_last_round(log, asked),
        )

    @property
    def gone(self) -> frozenset[str]:
        """Ids of the rules that the version takes out: there is no text of them to edit."""
        return frozenset(self.asked.rules) - {rule.id for rule in self.candidate.strategy.rules}

    def text(self, rule_id: str) -> str:
        """What the version makes a rule say."""
        rules = self.candidate.strategy.rules
        return next((rule.text for rule in rules if rule.id == rule_id), "")


def _in_last_round(log: EventLog, asked: ReviewAsked) -> bool:
    started = log.find(asked.stream, "start")
    assert isinstance(started, RunStarted), f"{asked.stream} is a run"
    loop = started.config["loop"]
    rounds = loop["rounds"] if isinstance(loop["rounds"], int) else loop["rounds"][-1]
    return asked.slot.startswith(f"c{loop['cycles']}/r{rounds}/")


def lay_out(question: Question) -> Iterator[Text]:
    """The whole question, for a terminal or a file."""
    yield from _heading(question)
    for rule in question.asked.rules:
        yield from question.lines.get(rule, [Text(rule)])


def _heading(question: Question) -> Iterator[Text]:
    asked, gate = question.asked, question.gate
    name, old = question.candidate.name, question.incumbent.name
    yield Text(f"{name} against {old}, for {clean(asked.reviewer)}", style="bold")
    yield Text(f"{asked.candidate}", style="dim")
    colour = {"accept": "green", "reject": "red", "indecisive": "yellow"}[gate.decision]
    yield Text(clean(f"Gate: {verdict(gate)}"), style=colour)
    yield Text(clean(f"  {gate.reason}"), style="dim")
    for it in question.elsewhere:
        change = f"{points(it.gain)} points, {points(it.low)} to {points(it.high)}"
        yield Text(clean(f"For {it.model}: {it.verdict}; {change}, {it.pairs} pairs"))
    if question.why:
        yield Text(clean(f"Proposed because: {question.why}"))
    if question.last:
        yield Text(f"This is the last round: no gate would measure an edit of {name}.", "yellow")
    yield Text("")


def form(question: Question) -> dict[str, Any]:
    """What `--decisions` reads, to be filled in: no decision is taken beforehand."""
    blank = Answer(
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
        "last_round": question.last,
        "gate": dict(question.facts),
        "further_models": [it.model_dump(mode="json") for it in question.elsewhere],
    }
    return {**blank, "decisions": rules, "shown": shown}


def ask_person(question: Question, out: Console) -> Answer | None:
    """Go through the rules at the terminal. None where the person will not have it recorded."""
    for line in _heading(question):
        out.print(line, soft_wrap=True)
    decisions = [_decision(question, rule, out) for rule in question.asked.rules]
    reason = ""
    if all(it.decision == "approve" for it in decisions) and question.gate.decision != "accept":
        typer.echo(f"The gate did not accept {question.candidate.name}.")
        reason = _must_say("Why is it to be promoted all the same?")
    name = question.asked.reviewer
    if not typer.confirm(f"Record this as the decision of {name}?", default=False):
        return None
    return Answer(
        candidate=question.asked.candidate,
        reviewer=name,
        decisions=tuple(decisions),
        reason=reason,
        review=question.asked.slot,
    )


_WORDS = {"a": "approve", "e": "edit", "r": "reject"}


def _decision(question: Question, rule: str, out: Console) -> RuleDecision:
    for line in question.lines.get(rule, [Text(rule)]):
        out.print(line, soft_wrap=True)
    choices = "ar" if rule in question.gone else "aer"
    asked = ", ".join(f"[{it}]{_WORDS[it][1:]}" for it in choices)
    while (said := typer.prompt(asked).strip().lower()[:1]) not in (*choices, "") or not said:
        typer.echo(f"Please answer with one of {', '.join(choices)}.")
    text = _other_text(question.text(rule)) if said == "e" else ""
    reason = "" if said == "a" else _must_say("Reason")
    return RuleDecision.model_validate(
        {"rule": rule, "decision": _WORDS[said], "text": text, "reason": reason}
    )


def _other_text(old: str) -> str:
    while (text := _must_say("It shall say")) == old:
        typer.echo("That is what it says already.")
    return text


def _must_say(what: str) -> str:
    while not (said := str(typer.prompt(what, default="", show_default=False)).strip()):
        typer.echo("Please say something.")
    return said


def past(log: EventLog, run_id: str) -> list[dict[str, Any]]:
    """A run's reviews as plain data, each decision beside what was measured since."""
    started = log.find(run_id, "start")
    assert isinstance(started, RunStarted), f"{run_id} is a run"
    strategies = Strategies(log)
    return [_facts(strategies, it) for it in reviews(log, started.domain, stream=run_id)]


def _facts(strategies: Strategies, it: Review) -> dict[str, Any]:
    asked, answered = it.asked, it.answered

    def name(strategy: str) -> str:
        return name_of(strategies, asked.domain, strategy)

    return {
        "review": asked.slot,
        "version": name(asked.candidate),
        "incumbent": name(asked.incumbent),
        "reviewer": asked.reviewer,
        "at": it.at.isoformat(timespec="seconds") if it.at else None,
        "verdict": answered.verdict if answered else None,
        "reason": answered.reason if answered else "",
        "revised": name(answered.revised) if answered and answered.revised else None,
        "gate": gate_facts(strategies, it.shown) if it.shown else None,
        "decisions": [
            decision.model_dump(mode="json") | {"since": _since(it, decision.rule)}
            for decision in (answered.decisions if answered else ())
        ],
        "later_gates": [gate_facts(strategies, gate) for gate in it.later],
    }


def _since(it: Review, rule: str) -> str | None:
    """What was measured of a rule after it was decided on; None where nothing was."""
    return it.worth[rule].in_words() if rule in it.worth else None


def past_lines(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The same for people."""
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
