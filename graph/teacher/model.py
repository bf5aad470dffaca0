"""A teacher that is a model: it reads attempts as data, reflects, and answers in typed edits."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ...domains.contract import Guide, Problem
from ...models.contract import Model, Reply, Request
from ...store.edits import Edit, in_words
from ...store.rules import Rule, Strategy
from ...store.strategies.collapse import tokens
from ..state import seed_of
from .contract import Ask, Effect, Seen, Situation, Unusable
from .edit_schema import SCHEMA, edits_of
from .quoting import CUT, Blocks

READS = 36
"""Attempts in one reflection, at most."""
LARGE = 16
"""From so many attempts on they are shuffled into groups, read apart, and the lessons joined."""
LESSONS = 12
"""Lessons that one reflection keeps, and that one proposal prompt tells."""
SHOWN = 12
"""Attempts, measured effects and refusals in one proposal prompt: a long run asks no more."""
SHORT = 400
"""Characters of a problem, reply or feedback in a proposal prompt."""


class ModelTeacher:
    """Any model in the teacher's role."""

    def __init__(self, model: Model, max_tokens: int = 4096) -> None:
        self.name = model.name
        self.model: Model | None = model
        self.reads: int | None = READS
        self._max_tokens = max_tokens

    def reflect(
        self, ask: Ask, guide: Guide, strategy: Strategy, seen: Sequence[Seen]
    ) -> list[str]:
        if not seen:
            return []
        groups = grouped(seen)
        if len(groups) == 1:
            return self._lessons(ask, "lessons", guide, strategy, _read(seen))
        found: list[str] = []
        fault: Unusable | None = None
        for number, group in enumerate(groups, start=1):
            try:
                found += self._lessons(ask, f"group/{number}", guide, strategy, _read(group))
            except Unusable as error:
                fault = error
        if not found:
            raise fault or Unusable("No group of attempts gave a lesson.")
        return self._lessons(ask, "reduce", guide, strategy, _joined(found))

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        labels = _labels(situation)
        request = self._request(
            situation.guide, situation.strategy, _situation(situation, labels), SCHEMA
        )
        reply = _usable(ask("edits", request))
        return edits_of(reply, situation.strategy, labels, situation.edits)

    def demonstrate(
        self, ask: Ask, guide: Guide, problem: Problem, strategy: Strategy
    ) -> str | None:
        reply = ask(
            f"show/{problem.id}",
            Request(
                system=f"{_SHOW}\n{guide.reply_format}",
                context=strategy.render(),
                prompt=problem.text,
                max_tokens=guide.max_tokens,
            ),
        )
        return reply.text if reply.outcome == "ok" else None

    def _lessons(
        self, ask: Ask, part: str, guide: Guide, strategy: Strategy, prompt: str
    ) -> list[str]:
        reply = _usable(ask(part, self._request(guide, strategy, prompt, _LESSONS)))
        try:
            return _Lessons.model_validate_json(reply).lessons[:LESSONS]
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            raise Unusable(f"The lessons do not fit their schema: {said}.") from None

    def _request(
        self, guide: Guide, strategy: Strategy, prompt: str, schema: Mapping[str, Any]
    ) -> Request:
        return Request(
            system=_role(guide),
            context=strategy.render(),
            prompt=prompt,
            max_tokens=self._max_tokens,
            answer_schema=schema,
        )


def grouped(seen: Sequence[Seen]) -> list[list[Seen]]:
    """A small batch whole; a large one shuffled into about sqrt(n) groups of like size.

    Attempts of one problem stay together, and the same batch is always shuffled the same way.
    """
    if len(seen) < LARGE:
        return [list(seen)]
    problems = [list(block) for _, block in groupby(seen, key=lambda one: one.problem.id)]
    random.Random(seed_of(0, "/".join(one.attempt.slot for one in seen))).shuffle(problems)
    groups: list[list[Seen]] = [[] for _ in range(min(math.isqrt(len(seen)), len(problems)))]
    for block in problems:
        min(groups, key=len).extend(block)
    return groups


class _Lessons(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lessons: list[str]


_LESSONS = _Lessons.model_json_schema()
_GENERAL = (
    "Each shall read: when this is so, do that; not when ... Name no model, quote no problem, "
    "number or answer of a single one, and say what to do, never only to take care."
)
_REFLECT = (
    "Compare what went right with what went wrong, most of all where one problem was answered "
    "both ways, and where a solution stands beside a failure. Write lessons: what would have "
    f"helped on problems of this kind in general? {_GENERAL}"
)
_REDUCE = (
    "These lessons come from groups of attempts that were read apart. Write lessons that hold for "
    f"all: join what says the same, drop what only one attempt shows. {_GENERAL}"
)
_SHOW = "Solve the problem by following every rule of the strategy, writing its steps out."


def _usable(reply: Reply) -> str:
    if reply.outcome != "ok":
        raise Unusable(f"The teacher's reply was {reply.outcome}: {reply.detail}")
    return reply.text


def _role(guide: Guide) -> str:
    kinds = _listed(guide.step_kinds)
    return (
        f"You teach this capability: {guide.description}\n"
        f"Replies must follow this format: {guide.reply_format}\n"
        f"Kinds of steps a solution can write out:\n{kinds}\n"
        f"Failure modes that the verifier names:\n{_listed(guide.failure_modes)}"
    )


def _listed(meanings: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {said}" for name, said in meanings.items()) or "- none are named"


def _read(seen: Sequence[Seen]) -> str:
    blocks = Blocks(text for one in seen for text in _texts(one))
    return f"{blocks.warning}\n\n{_attempts(blocks, seen)}\n\n{_REFLECT}"


def _joined(lessons: Sequence[str]) -> str:
    blocks = Blocks(lessons)
    told = "\n".join(blocks.of("lesson", lesson) for lesson in lessons)
    return f"{blocks.warning}\n\n{told}\n\n{_REDUCE}"


def _texts(one: Seen) -> tuple[str, ...]:
    verdict = one.attempt
    return (one.problem.text, one.reply, one.solution, verdict.feedback, *verdict.failure_modes)


def _attempts(
    blocks: Blocks, seen: Sequence[Seen], labels: Sequence[str] = (), cut: int = CUT
) -> str:
    """Attempts of one problem stand together, behind the problem."""
    names = iter(labels)
    told = []
    for _, same in groupby(seen, key=lambda one: one.problem.id):
        group = list(same)
        parts = [blocks.of("problem", group[0].problem.text, cut=cut)]
        parts += [_attempt(blocks, one, next(names, ""), cut) for one in group]
        told.append(blocks.around("case", "\n".join(parts)))
    return "\n".join(told)


def _attempt(blocks: Blocks, one: Seen, label: str, cut: int) -> str:
    verdict = one.attempt
    parts = [f"Outcome: {verdict.outcome}", blocks.of("reply", one.reply, cut=cut)]
    if verdict.failure_modes:
        parts.append(blocks.of("modes", ", ".join(verdict.failure_modes), cut=cut))
    if verdict.feedback:
        parts.append(blocks.of("verifier", verdict.feedback, cut=cut))
    if one.solution:
        parts.append("Nobody had solved this problem; here is a solution that is right:")
        parts.append(blocks.of("solution", one.solution, cut=cut))
    return blocks.around("attempt", "\n".join(parts), label)


def _labels(situation: Situation) -> dict[str, str]:
    """What the attempts are called in the prompt -> their slots."""
    slots = [one.attempt.slot for one in situation.evidence] or situation.because
    return {f"a{number}": slot for number, slot in enumerate(slots[:SHOWN], start=1)}


def _situation(situation: Situation, labels: Mapping[str, str]) -> str:
    shown = situation.evidence[: len(labels)]
    lessons, effects = situation.lessons[:LESSONS], situation.effects[-SHOWN:]
    refused, taken = situation.refused[-SHOWN:], [_in_words(edits) for edits in situation.taken]
    rules = [_whole(rule) for rule in situation.strategy.rules]
    told = [_measured(effect) for effect in effects]
    modes = [f"{mode}: {count}" for mode, count in situation.failure_modes.items()]
    texts = [text for one in shown for text in _texts(one)]
    blocks = Blocks([*texts, *lessons, *told, *refused, *taken, *rules, *modes])
    attempts = _attempts(blocks, shown, list(labels), SHORT) or ", ".join(labels)
    return "\n\n".join(
        [
            blocks.warning,
            _part("The rules now, with their ids and what each was measured to be worth",
                  list(_rules(blocks, situation))),
            _part("Failures measured", [blocks.of("modes", "\n".join(modes))] if modes else []),
            _part("Attempts, with the labels to call them by", [attempts] if attempts else []),
            _part("Lessons", [blocks.of("lesson", lesson) for lesson in lessons]),
            _part("What gates measured of earlier edits; try no rejected one again as it was",
                  [blocks.of("effect", text) for text in told]),
            _part("Why earlier proposals never became a version",
                  [blocks.of("refusal", reason) for reason in refused]),
            _part("Already proposed in this round", [blocks.of("edits", text) for text in taken]),
            _task(situation),
        ]
    )  # fmt: skip


def _part(title: str, blocks: Sequence[str]) -> str:
    return f"{title}:\n" + ("\n".join(blocks) or "none")


def _rules(blocks: Blocks, situation: Situation) -> Iterator[str]:
    for rule in situation.strategy.rules:
        worth = situation.worth.get(rule.id)
        yield f"{rule.id}, {worth.in_words() if worth else 'not measured'}"
        yield blocks.of("rule", _whole(rule))


def _whole(rule: Rule) -> str:
    said = (("when", rule.when), ("not when", rule.when_not), ("steps", ", ".join(rule.steps)))
    more = "".join(f" ({word}: {text})" for word, text in said if text)
    return f"[{rule.section}] {rule.text}{more}"


def _measured(effect: Effect) -> str:
    counts = f"{effect.wins} won and {effect.losses} lost of {effect.pairs} pairs"
    measured = (
        f"gain {effect.gain:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}], {counts}"
        if effect.pairs
        else f"not measured: {effect.reason or 'no pairs'}"
    )
    return f"{effect.decision}, {measured}: {_in_words(effect.edits)}"


def _in_words(edits: Sequence[Edit]) -> str:
    return "; ".join(
        in_words(edit) + (f" (because: {edit.rationale})" if edit.rationale else "")
        for edit in edits
    )


def _task(situation: Situation) -> str:
    now, most = tokens(situation.strategy), situation.strategy_tokens
    twins = "; ".join(f"{a} and {b}" for a, b in situation.twins)
    merge = f" These pairs say nearly the same, so MERGE them: {twins}." if twins else ""
    return (
        f"Answer with a set of at most {situation.edits} edits that makes one new candidate, the "
        "most important first:\n"
        "- ADD a rule: section, text, when, when_not, steps, level\n"
        "- UPDATE one: rule (its id), what changes, place (its new place among all rules, else 0)\n"
        "- MERGE two or more into one: rules (their ids), and the new rule as for ADD\n"
        "- SPLIT one: rule, into (two or more new rules)\n"
        "- DEPRECATE one: rule\n"
        "Leave fields that do not apply empty. Each edit has a rationale and, in because, the "
        "labels of the attempts that support it. consolidates is true only where rules shall "
        f"leave or shrink on purpose.{merge}\n"
        f"The whole strategy may have {most} tokens; it has {now} now. {_GENERAL} Steps may only "
        "hold kinds that are named above."
    )
