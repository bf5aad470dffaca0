"""Prompts of a teacher that is a model: reflection, proposal and worked solutions."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ...domains.contract import Guide
from ...store.edits import KINDS, Edit, edit_line
from ...store.rules import Rule
from ...store.strategies.collapse_guard import count_tokens
from .contract import Effect, ShownAttempt, Situation
from .quoting import CUT, UntrustedBlocks

LESSONS = 12
"""Lessons that one reflection keeps, and that one proposal prompt tells."""
SHOWN = 12
"""Attempts, measured effects and refusals in one proposal prompt: a long run asks no more."""
SHORT = 400
"""Characters of a problem, reply or feedback in a proposal prompt."""

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
FOLLOW = "Solve the problem by following every rule of the strategy, writing its steps out."


def role_prompt(guide: Guide) -> str:
    """Return the system prompt of all that a teacher is asked."""
    kinds = _list(guide.step_kinds)
    return (
        f"You teach this capability: {guide.description}\n"
        f"Replies must follow this format: {guide.reply_format}\n"
        f"Kinds of steps a solution can write out:\n{kinds}\n"
        f"Failure modes that the verifier names:\n{_list(guide.failure_modes)}"
    )


def _list(meanings: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {said}" for name, said in meanings.items()) or "- none are named"


def reflection_prompt(seen: Sequence[ShownAttempt]) -> str:
    """Return the prompt that asks for lessons from attempts."""
    blocks = UntrustedBlocks(text for one in seen for text in _texts(one))
    return f"{blocks.warning}\n\n{_attempts(blocks, seen)}\n\n{_REFLECT}"


def reduction_prompt(lessons: Sequence[str]) -> str:
    """Return the prompt that asks for one list of lessons from those of several groups."""
    blocks = UntrustedBlocks(lessons)
    told = "\n".join(blocks.of("lesson", lesson) for lesson in lessons)
    return f"{blocks.warning}\n\n{told}\n\n{_REDUCE}"


def _texts(one: ShownAttempt) -> tuple[str, ...]:
    verdict = one.attempt
    return (one.problem.text, one.reply, one.solution, verdict.feedback, *verdict.failure_modes)


def _attempts(
    blocks: UntrustedBlocks,
    seen: Sequence[ShownAttempt],
    labels: Sequence[str] = (),
    cut: int = CUT,
) -> str:
    """Quote attempts: those of one problem stand together, behind the problem."""
    names = iter(labels)
    told = []
    for _, same in groupby(seen, key=lambda one: one.problem.id):
        group = list(same)
        parts = [blocks.of("problem", group[0].problem.text, cut=cut)]
        parts += [_attempt(blocks, one, next(names, ""), cut) for one in group]
        told.append(blocks.around("case", "\n".join(parts)))
    return "\n".join(told)


def _attempt(blocks: UntrustedBlocks, one: ShownAttempt, label: str, cut: int) -> str:
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


def label_attempts(situation: Situation) -> dict[str, str]:
    """Return the labels of the attempts in the prompt -> their slots."""
    slots = [one.attempt.slot for one in situation.evidence] or situation.because
    return {f"a{number}": slot for number, slot in enumerate(slots[:SHOWN], start=1)}


def proposal_prompt(situation: Situation, labels: Mapping[str, str]) -> str:
    """Return the prompt that asks for one candidate's edits."""
    shown = situation.evidence[: len(labels)]
    lessons, effects = situation.lessons[:LESSONS], situation.effects[-SHOWN:]
    refused, taken = situation.refused[-SHOWN:], [_in_words(edits) for edits in situation.taken]
    rules = [_whole(rule) for rule in situation.strategy.rules]
    told = [_effect(effect) for effect in effects]
    modes = [f"{mode}: {count}" for mode, count in situation.failure_modes.items()]
    texts = [text for one in shown for text in _texts(one)]
    blocks = UntrustedBlocks([*texts, *lessons, *told, *refused, *taken, *rules, *modes])
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


def _rules(blocks: UntrustedBlocks, situation: Situation) -> Iterator[str]:
    for rule in situation.strategy.rules:
        yield f"{rule.id}, {situation.worth.get(rule.id, 'not measured')}"
        yield blocks.of("rule", _whole(rule))


def _whole(rule: Rule) -> str:
    said = (("when", rule.when), ("not when", rule.when_not), ("steps", ", ".join(rule.steps)))
    more = "".join(f" ({word}: {text})" for word, text in said if text)
    return f"[{rule.section}] {rule.text}{more}"


def _effect(effect: Effect) -> str:
    counts = f"{effect.wins} won and {effect.losses} lost of {effect.pairs} pairs"
    measured = (
        f"gain {effect.gain:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}], {counts}"
        if effect.pairs
        else f"not measured: {effect.reason or 'no pairs'}"
    )
    return f"{effect.decision}, {measured}: {_in_words(effect.edits)}"


def _in_words(edits: Sequence[Edit]) -> str:
    return "; ".join(
        edit_line(edit) + (f" (because: {edit.rationale})" if edit.rationale else "")
        for edit in edits
    )


def _task(situation: Situation) -> str:
    now, most = count_tokens(situation.strategy), situation.strategy_tokens
    alike = "; ".join(f"{a} and {b}" for a, b in situation.near_duplicates)
    asked = "\n".join(f"- {kind.ask}" for kind in KINDS.values())
    merge = f" These pairs say nearly the same, so MERGE them: {alike}." if alike else ""
    return (
        f"Answer with a set of at most {situation.edits} edits that makes one new candidate, the "
        f"most important first:\n{asked}\n"
        "Leave fields that do not apply empty. Each edit has a rationale and, in because, the "
        "labels of the attempts that support it. consolidates is true only where rules shall "
        f"leave or shrink on purpose.{merge}\n"
        f"The whole strategy may have {most} tokens; it has {now} now. {_GENERAL} Steps may only "
        "hold kinds that are named above."
    )
