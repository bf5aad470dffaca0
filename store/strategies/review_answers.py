"""Questions of a review, and the one answer to each that the log takes.

A question (`<slot>/asked`) names the version by its hash; an answer lands in `<slot>/answered`,
once, from whichever process, and only if it is about that very hash. Nothing here asks a clock.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ...bounded_json import UnreadableJson, read_json
from .. import slots
from ..errors import StoreError
from ..events import GateDecided, ReviewAnswered, ReviewAsked, RuleDecision
from ..log import Log
from ..rules import Strategy
from .diff import diff
from .revision import Revision, revise
from .versions import Strategies, Version

LONGEST_REASON = 2_000
"""Characters of a reason: later rounds tell a teacher why a version was rejected."""
ReviewVerdict = Literal["approve", "edit", "reject"]


class ReviewRefused(StoreError):
    """An answer that cannot be taken: about another version, by somebody else, or incomplete."""


class ReviewAnswer(BaseModel):
    """Form that a reviewer hands in; `tutelage review RUN --show --json` prints one to fill in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str
    """Hash of the version that was shown."""
    reviewer: str
    decisions: tuple[RuleDecision, ...]
    """One for each rule that was asked about."""
    reason: str = ""
    """About the version as a whole; needed to promote what its gate did not accept."""
    review: str = ""
    """Slot of the question; empty: the newest about this version."""
    shown: Any = None
    """What was printed beside the form, for whoever fills it in. Never read."""


def parse_answer(text: str, source: str = "the answer") -> ReviewAnswer:
    """Read an answer from JSON. Raises ReviewRefused that lists every fault."""
    try:
        return ReviewAnswer.model_validate(read_json(text))
    except ValidationError as error:
        said = [_fault_line(".".join(map(str, it["loc"])), it["type"], it["msg"])
                for it in error.errors()]  # fmt: skip
    except UnreadableJson as error:
        said = [f"it is no JSON ({error})"]
    told = "".join(f"\n  {it}" for it in said)
    raise ReviewRefused(f"{source} is no answer to a review:{told}\nNothing was recorded.")


def _fault_line(where: str, kind: str, otherwise: str) -> str:
    """Describe the fault at one place of a form; `kind` and `otherwise` are pydantic's words."""
    known = {
        "missing": "it is missing, and the form needs it",
        "extra_forbidden": "a form has no such field",
        "literal_error": "wanted approve, edit or reject",
        "string_type": "wanted a text in quotes",
        "tuple_type": "wanted a list, one decision for each rule",
        "model_type": 'wanted an object such as {"rule": ..., "decision": ...}',
    }
    if not where:
        return "wanted the form as it was printed: an object with candidate, reviewer, decisions"
    return f"{where}: {known.get(kind, otherwise)}"


def review_questions(log: Log, run_id: str) -> Iterator[ReviewAsked]:
    """Yield the questions of a run, oldest first."""
    return log.events(ReviewAsked, stream=run_id)


def find_answer(log: Log, asked: ReviewAsked) -> ReviewAnswered | None:
    """Return the answer to a question, once there is one."""
    return log.find(ReviewAnswered, asked.stream, _answer_slot(asked))


def open_question(log: Log, run_id: str) -> ReviewAsked | None:
    """Return the question that a run waits for; None where it waits for nobody."""
    return next((it for it in review_questions(log, run_id) if find_answer(log, it) is None), None)


def rules_to_decide(incumbent: Version, candidate: Version) -> tuple[str, ...]:
    """Return the ids of the rules that a review is about: added, changed, moved, or gone."""
    found = diff(incumbent, candidate)
    changed = [it.new for it in found.changed] + [it.rule for it in found.moved]
    rules = [*found.added, *changed, *found.deprecated]
    return tuple(dict.fromkeys(rule.id for rule in rules))


CheckRevision = Callable[[Strategy, Revision], None]
"""Raises ReviewRefused for what a reviewer may not make of the strategy that was shown."""


def record_answer(
    log: Log,
    run_id: str,
    given: ReviewAnswer,
    *,
    check: CheckRevision = lambda shown, made: None,
) -> ReviewAnswered:
    """Record an answer, once. The same answer again finds the first; another one is refused.

    `check` reads a reviewer's own words before they are recorded: the log cannot forget them.
    Raises ReviewRefused with what to do; then nothing was recorded.
    """
    asked = _find_question(log, run_id, given)
    event = _answer_event(log, asked, given, check)
    stands = find_answer(log, asked) or log.record(event)
    if stands != event:
        raise ReviewRefused(
            f"{stands.reviewer} has answered already: {stands.verdict}. The first answer stands; "
            f"`tutelage review {run_id} --log` shows it."
        )
    return stands


def has_answer(log: Log, run_id: str, given: ReviewAnswer) -> bool:
    """Tell whether the question that an answer is about has one already. Raises ReviewRefused."""
    return find_answer(log, _find_question(log, run_id, given)) is not None


def version_of(strategies: Strategies, domain: str, strategy: str) -> Version:
    """Return the version of a domain with this hash; the empty one is `@0`."""
    return strategies.get(f"{domain}@{strategies.number(domain, strategy)}")


def _answer_slot(asked: ReviewAsked) -> str:
    return slots.part(slots.step_of(asked.slot), "answered")


def _find_question(log: Log, run_id: str, given: ReviewAnswer) -> ReviewAsked:
    """Return the question that an answer is about."""
    questions = list(review_questions(log, run_id))
    if not questions:
        raise ReviewRefused(f"Run {run_id} has asked for no review: there is nothing to answer.")
    about = [
        it for it in questions if it.candidate == given.candidate and given.review in ("", it.slot)
    ]
    if about:
        return about[-1]
    open_ = open_question(log, run_id)
    if open_ is None:
        raise ReviewRefused(
            f"No review of {given.candidate[:12]} was asked for in run {run_id}, and none waits."
        )
    name = version_of(Strategies(log), open_.domain, open_.candidate).name
    raise ReviewRefused(
        f"This answer is stale: it is about version {given.candidate[:12] or '(none)'}, and what "
        f"waits is {name}, {open_.candidate[:12]}. Look at that one first: "
        f"`tutelage review {run_id} --show`. Nothing was recorded."
    )


def _answer_event(
    log: Log, asked: ReviewAsked, given: ReviewAnswer, check: CheckRevision
) -> ReviewAnswered:
    """Return the event that an answer becomes, whole and checked."""
    if given.reviewer.strip() != asked.reviewer:
        raise ReviewRefused(
            f"The config of {asked.stream} names {asked.reviewer} as its reviewer, and this answer "
            f"is by {given.reviewer.strip() or 'nobody'}. Nothing was recorded."
        )
    _check_texts(given)
    decisions = _complete_decisions(asked, given.decisions)
    verdict, revised = _verdict(decisions), ""
    if verdict == "edit":
        made = make_revision(log, asked, decisions)
        check(version_of(Strategies(log), asked.domain, asked.candidate).strategy, made)
        revised = made.strategy.hash
    if verdict == "approve" and not given.reason.strip():
        _require_accepting_gate(log, asked)
    return ReviewAnswered(
        stream=asked.stream,
        slot=_answer_slot(asked),
        candidate=asked.candidate,
        reviewer=asked.reviewer,
        verdict=verdict,
        decisions=decisions,
        reason=given.reason.strip(),
        revised=revised,
    )


def make_revision(log: Log, asked: ReviewAsked, decisions: Sequence[RuleDecision]) -> Revision:
    """Return the revision that the decisions make of the version that was shown.

    Raises ReviewRefused where they make what is there already, or an edit that no rule can hold.
    """
    strategies = Strategies(log)
    candidate, incumbent = (
        version_of(strategies, asked.domain, it) for it in (asked.candidate, asked.incumbent)
    )
    try:
        made = revise(candidate, incumbent, decisions)
    except ValueError as fault:
        raise ReviewRefused(f"{fault} Nothing was recorded.") from None
    if made.strategy.hash == candidate.hash:
        raise ReviewRefused(f"These edits leave {candidate.name} as it is: approve it instead.")
    if made.strategy.hash == incumbent.hash:
        raise ReviewRefused(
            f"These decisions bring {incumbent.name} back: reject every rule instead."
        )
    return made


def _complete_decisions(
    asked: ReviewAsked, decisions: Sequence[RuleDecision]
) -> tuple[RuleDecision, ...]:
    """Return one decision for each rule that was asked about, in the order of the question."""
    by_rule = {it.rule: it for it in decisions}
    faults = [f"rule {it[:80]} was not asked about" for it in by_rule if it not in asked.rules]
    faults += [f"rule {it} is not decided" for it in asked.rules if it not in by_rule]
    if len(by_rule) < len(decisions):
        faults.append("a rule is decided twice")
    for it in by_rule.values():
        if it.decision != "approve" and not it.reason.strip():
            faults.append(f"rule {it.rule}: {it.decision} needs a reason")
        if it.decision == "edit" and not it.text.strip():
            faults.append(f"rule {it.rule}: edit needs the text that it shall have")
        if it.decision != "edit" and it.text.strip():
            faults.append(f"rule {it.rule}: a text goes with edit, not with {it.decision}")
    if faults:
        raise ReviewRefused(f"{'; '.join(faults)}. Nothing was recorded.")
    return tuple(
        it.model_copy(update={"text": it.text.strip(), "reason": it.reason.strip()})
        for it in (by_rule[rule] for rule in asked.rules)
    )


def _check_texts(given: ReviewAnswer) -> None:
    """Raise ReviewRefused for a text that is too long, or that UTF-8 cannot write."""
    reasons = [("the reason", given.reason)]
    reasons += [(f"rule {it.rule[:40]}: the reason", it.reason) for it in given.decisions]
    texts = [(f"rule {it.rule[:40]}: the text", it.text) for it in given.decisions]
    faults = [
        f"{where} has {len(said)} characters, and {LONGEST_REASON} is the most"
        for where, said in reasons
        if len(said) > LONGEST_REASON
    ]
    faults += [
        f"{where} holds half of a character, which UTF-8 cannot write"
        for where, said in (*reasons, *texts)
        if said.encode(errors="replace").decode() != said
    ]
    if faults:
        raise ReviewRefused(f"{'; '.join(faults)}. Nothing was recorded.")


def _verdict(decisions: Sequence[RuleDecision]) -> ReviewVerdict:
    """Return the verdict: all approved, all rejected, or between, which makes another version."""
    said = {it.decision for it in decisions}
    if said == {"reject"}:
        return "reject"
    return "edit" if said - {"approve"} else "approve"


def _require_accepting_gate(log: Log, asked: ReviewAsked) -> None:
    gate = log.find(GateDecided, *slots.parse_reference(asked.gate))
    if gate is None or gate.decision != "accept":
        raise ReviewRefused(
            "The gate did not accept this version: to promote it all the same, give a reason for "
            "the whole of it. Nothing was recorded."
        )
