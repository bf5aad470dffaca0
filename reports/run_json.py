"""JSON form of a run's story and of its gates: what `show --json` prints."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from ..graph.measure.channel_rule import words_help
from ..store import events
from ..store.edits import edit_line
from ..store.slots import RoundId, cycle_of, reference
from ..store.strategies.diff import gate_line
from ..store.strategies.versions import Strategies
from .run_story import RunStory
from .wording import version_name

_EFFECT = {"gain", "low", "high", "p"}
_ADAPTER = {"adapter", "strategy", "tokens", "loss_first", "loss_last"}
_CREDIT = {"rule", "n", "wins", "losses", *_EFFECT}
_PORTABILITY = {"model", "verdict", "pairs", "missing", *_EFFECT}


def run_as_json(story: RunStory, *, is_finished: bool) -> dict[str, Any]:
    """Return the whole story as plain data."""
    return {
        "run": story.run,
        "domain": story.domain,
        "teacher": str(story.config["teacher"]),
        "student": str(story.config["student"]),
        "finished": is_finished,
        "began": story.began.isoformat(timespec="seconds"),
        "last": story.last.isoformat(timespec="seconds"),
        "seconds": story.seconds,
        "events": story.event_count,
        "current": story.current,
        "probe": _probe(story.probe) if story.probe else None,
        "rounds": [_round(story, where) for where in story.rounds],
        "cycles": _cycles(story),
        "by_hand": [gate_as_json(story.strategies, it) for it in story.gates_by_hand],
        "adapters": [
            it.model_dump(include=_ADAPTER) | {"strategy": story.name(it.strategy)}
            for it in story.all(events.AdapterTrained)
        ],
        "seals": [{"split": it.split, "reason": it.reason} for it in story.all(events.SealOpened)],
        "calls": usage_rows(story),
        "in_doubt": story.in_doubt,
        "outcomes": dict(sorted(story.outcomes.items())),
        "judged_by": dict(sorted(story.judged_by.items())),
        "evaluated": bool(story.all(events.Evaluated)),
    } | _only_where_there_are_some(story)


def _only_where_there_are_some(story: RunStory) -> dict[str, Any]:
    others = [it.model_dump(mode="json") for it in story.others]
    engines = dict(sorted(story.engines.items()))
    some = {
        "unusable": list(story.replies.warnings()),
        "engines": engines,
        "read_again": story.read_again,
        "doubts": story.doubts,
        "others": others,
    }
    return {key: it for key, it in some.items() if it}


def gate_as_json(strategies: Strategies, gate: events.GateDecided) -> dict[str, Any]:
    """Return what a gate measured and decided, with versions by name."""
    identity = {"stream", "slot", "kind", "domain", "candidate", "incumbent", "block"}
    return {
        "gate": reference(gate),
        "candidate": version_name(strategies, gate.domain, gate.candidate),
        "incumbent": version_name(strategies, gate.domain, gate.incumbent),
        "verdict": gate_line(gate),
        "by_hand": gate.by_hand,
        **gate.model_dump(mode="json", exclude=identity),
    }


def usage_rows(story: RunStory) -> list[dict[str, Any]]:
    """Return calls and tokens by model; calls in doubt are listed by their slots instead."""
    rows = [{"model": name, **asdict(it)} for name, it in story.usage.items() if it.calls]
    for row in rows:
        del row["in_doubt"]
    return rows


def _probe(event: events.ProbeDecided) -> dict[str, Any]:
    include = {"channel", "forced", "n", *_EFFECT}
    return event.model_dump(include=include) | {"helped": words_help(event)}


def _cycles(story: RunStory) -> list[dict[str, Any]]:
    cycles: dict[int, dict[str, Any]] = {}
    for transfer in story.all(events.Transferred):
        number = cycle_of(transfer.slot)
        cycles.setdefault(number, {"cycle": number})["transfer"] = {
            "strategy": story.name(transfer.strategy),
            "adapter": transfer.adapter,
            "reason": transfer.reason,
        }
    for feedback in story.all(events.FailuresSorted):
        number = cycle_of(feedback.slot)
        cycles.setdefault(number, {"cycle": number})["feedback"] = {
            "attempts": len(feedback.attempts),
            "right": feedback.right,
            "gaps": dict(sorted(Counter(feedback.gaps.values()).items())),
        }
    return [cycles[number] for number in sorted(cycles)]


def _round(story: RunStory, where: RoundId) -> dict[str, Any]:
    opening = story.newest(events.RoundOpened, where)
    solving = story.newest(events.Solved, where)
    reflection = story.newest(events.Reflected, where)
    promotion = story.newest(events.StrategyPromoted, where)
    return {
        "cycle": where.cycle,
        "round": where.round,
        "opened": _opening(story, opening) if opening else None,
        "solve": _solving(story, solving) if solving else None,
        "reflect": _reflection(reflection) if reflection else None,
        "review": _review(story, where),
        "promoted": story.name(promotion.strategy) if promotion else None,
        "credit": [
            {"version": story.name(it.strategy), **it.model_dump(include=_CREDIT)}
            for it in story.within(events.CreditMeasured, where)
        ],
        "candidates": [
            _candidate(story, it) for it in story.within(events.StrategyProposed, where)
        ],
        "refused": [
            {"reason": it.reason, "edits": [edit_line(edit) for edit in it.edits]}
            for it in story.within(events.ProposalRefused, where)
        ],
        "gates": [
            gate_as_json(story.strategies, it) for it in story.within(events.GateDecided, where)
        ],
        "portability": [
            {"version": story.name(it.candidate), **it.model_dump(include=_PORTABILITY)}
            for it in story.within(events.PortabilityMeasured, where)
        ],
    }


def _opening(story: RunStory, event: events.RoundOpened) -> dict[str, Any]:
    return {
        "parent": story.name(event.strategy),
        "incumbent": story.name(event.incumbent or event.strategy),
        "fronts": {story.name(it): n for it, n in event.fronts.items()},
    }


def _solving(story: RunStory, event: events.Solved) -> dict[str, Any]:
    return {
        "policy": event.policy,
        "strategy": story.name(event.strategy),
        "attempts": len(event.attempts),
        "right": event.right,
    }


def _reflection(event: events.Reflected) -> dict[str, Any]:
    return {
        "failure_modes": event.failure_modes,
        "lessons": list(event.lessons),
        "unsolved": len(event.knowledge_gaps),
    }


def _candidate(story: RunStory, event: events.StrategyProposed) -> dict[str, Any]:
    return {
        "version": story.name(event.strategy),
        "origin": event.origin,
        "parents": [story.name(it) for it in event.parents],
        "edits": [edit_line(edit) for edit in event.edits],
    }


def _review(story: RunStory, where: RoundId) -> dict[str, Any] | None:
    question = story.newest(events.ReviewAsked, where)
    if question is None:
        return None
    review: dict[str, Any] = {
        "version": story.name(question.candidate),
        "reviewer": question.reviewer,
        "rules": list(question.rules),
        "verdict": None,
    }
    for answer in story.within(events.ReviewAnswered, where):
        review |= answer.model_dump(mode="json", include={"verdict", "decisions", "reason"})
        review["revised"] = story.name(answer.revised) if answer.revised else None
    return review
