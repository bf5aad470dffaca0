"""Lines that tell what a replay came to, and the first event that it made otherwise."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from ..graph.calls.record import EventDifference, FieldDifference
from ..graph.calls.replay import Replay

DIFF_LINES = 40
"""Lines of one field's diff, at most; JSON has both sides whole."""


def replay_lines(found: Replay) -> Iterator[str]:
    """Yield what was made again and what was taken from the log; then the hashes."""
    if found.difference:
        yield f"{found.run} differs after {found.same} of {found.events} events."
        yield from _difference_lines(found.difference)
        return
    unchecked = f"; {_tell_unchecked(found)}" if found.verdicts else ""
    yield f"{found.run} ends in the same hashes, without a model: {found.events} events{unchecked}."
    yield f"Made again, and the same: {found.made}. From outside, as recorded: {_count(found)}."
    if found.older:
        yield f"{found.older} events are in an older form, and the same as they are read today."
    if found.rounded:
        yield f"{found.rounded} events are the same but for digits behind the ninth."
    yield f"  {found.hash}  the last event"
    yield from (f"  {hash_}  {name}" for name, hash_ in found.versions.items())
    if not found.is_finished:
        yield f"It is not finished: that is as far as it came. `tutelage resume {found.run}`."


def replay_as_json(found: Replay) -> dict[str, Any]:
    """Return a replay as `--json` prints it."""
    said = found.difference
    return {
        "run": found.run,
        "same": said is None,
        "finished": found.is_finished,
        "events": found.events,
        "made": found.made,
        "from_outside": dict(sorted(found.given.items())),
        "checked_verdicts": found.checked,
        "recorded_verdicts": found.verdicts,
        "verdicts_of_other_judges": found.by_others,
        "older_form": found.older,
        "same_to_nine_digits": found.rounded,
        "hash": found.hash,
        "versions": dict(found.versions),
        "difference": said and {
            "slot": said.slot,
            "said": said.said,
            "fields": [field._asdict() for field in said.fields],
        },
    }  # fmt: skip


def _tell_unchecked(found: Replay) -> str:
    """Return how many verdicts were only copied, why, and what would check them."""
    reasons = []
    if found.by_others:
        reasons.append(
            f"{found.by_others} are of another judge than today's, see `tutelage rejudge "
            f"{found.run}`"
        )
    if found.from_behind:
        reasons.append(f"{found.from_behind} are of a sandbox or a model, see --judge-all")
    every = found.verdicts + found.checked
    return f"{found.verdicts} of {every} verdicts were not checked: {'; '.join(reasons)}"


def _count(found: Replay) -> str:
    counts = sorted(found.given.items(), key=lambda item: (-item[1], item[0]))
    return f"{sum(found.given.values())} ({', '.join(f'{n} {kind}' for kind, n in counts)})"


def _difference_lines(difference: EventDifference) -> Iterator[str]:
    yield difference.said
    for field in difference.fields:
        yield from _field_lines(field)


def _field_lines(field: FieldDifference) -> Iterator[str]:
    old, new = field.recorded.splitlines(), field.replayed.splitlines()
    names = f"{field.name}, recorded", f"{field.name}, made again"
    lines = list(unified_diff(old, new, *names, lineterm="", n=2))
    yield from lines[:DIFF_LINES]
    if len(lines) > DIFF_LINES:
        yield f"... {len(lines) - DIFF_LINES} more lines; --json has both sides whole."
