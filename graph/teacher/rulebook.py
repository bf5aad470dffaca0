"""Teacher without a language model: expert rules, in the order that evidence gives them."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from ...domains.contract import ExpertRule, Guide, Problem
from ...models.contract import Model, Request
from ...store.edits import Add, Edit
from ...store.rules import Strategy
from .contract import Ask, Effect, ShownAttempt, Situation


class RulebookTeacher:
    """Teacher that proposes one expert rule a candidate; only the gate knows which of them help.

    The order in which the domain lists its rules plays no part. A rule comes up when it claims to
    address a failure mode that was measured, sooner the more failed attempts it speaks to, among
    equals the more of their failure modes it addresses (then by the hash of its text), and
    sooner still when a gate has measured a gain for it. A rule whose steps the strategy asks for
    already comes last, and one that was measured against the same incumbent not at all.
    """

    name = "rulebook"
    model: Model | None = None
    reads: int | None = None

    def reflect(
        self, ask: Ask, guide: Guide, strategy: Strategy, seen: Sequence[ShownAttempt]
    ) -> list[str]:
        fresh = [one for one in seen if not one.solution]
        counts = Counter(mode for one in fresh for mode in one.attempt.failure_modes)
        return [
            f"{count} of {len(fresh)} attempts: {mode} ({guide.failure_modes.get(mode, 'unnamed')})"
            for mode, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        present = {rule.text for rule in situation.strategy.rules}
        taken = {_text(edits) for edits in situation.taken}
        measured_here = {
            _text(effect.edits)
            for effect in situation.effects
            if effect.incumbent == situation.strategy.hash
        }
        out = present | taken | measured_here
        open_rules = [rule for rule in situation.guide.rules if rule.text not in out]
        ranked = sorted(
            (rule for rule in open_rules if _matching_failures(rule, situation)),
            key=lambda rule: (
                _adds_no_step(rule, situation.strategy),
                -_effect(rule, situation.effects),
                -_matching_failures(rule, situation),
                -len(rule.addresses & situation.failure_modes.keys()),
                hashlib.sha256(rule.text.encode()).hexdigest(),
            ),
        )
        return (_add(ranked[0], situation),) if ranked else ()

    def demonstration(self, guide: Guide, problem: Problem, strategy: Strategy) -> Request | None:
        return None


def _adds_no_step(rule: ExpertRule, strategy: Strategy) -> bool:
    """Tell whether the strategy asks for all the steps of the rule already."""
    return bool(rule.steps) and rule.steps <= strategy.steps


def _matching_failures(rule: ExpertRule, situation: Situation) -> int:
    """Count the failed attempts that show something the rule claims to address."""
    return sum(bool(rule.addresses & modes) for modes in situation.failures)


def _effect(rule: ExpertRule, effects: Sequence[Effect]) -> float:
    """Return the last measured gain of adding this rule; 0 where no gate has seen it."""
    gains = [effect.gain for effect in effects if _text(effect.edits) == rule.text]
    return gains[-1] if gains else 0.0


def _text(edits: Sequence[Edit]) -> str:
    return "\n".join(edit.text for edit in edits if isinstance(edit, Add))


def _add(rule: ExpertRule, situation: Situation) -> Add:
    modes = sorted(mode for mode in rule.addresses if situation.failure_modes.get(mode))
    return Add(
        section=rule.section,
        text=rule.text,
        when=rule.when,
        when_not=rule.when_not,
        steps=tuple(sorted(rule.steps)),
        rationale=f"Claims to address {', '.join(modes)}, seen in this round.",
        because=situation.because,
    )
