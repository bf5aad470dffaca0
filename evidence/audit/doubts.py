"""Doubts about a system's number: its scores, its parser, its token limit, its habits."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass

from ..attribution.contrasts import mean
from .replies import first_mention
from .systems import AnswerKey, Measurement, means_differ

SHOWN = 5
"""Lines that a doubt names."""
FEW = 3
"""Fewest answers on both sides from which a limit of the parser is guessed."""
SHIFTED = 0.05
"""Smallest shift of the answers that is mentioned."""


@dataclass(frozen=True)
class Doubt:
    """One thing that a reader of the claim must know."""

    name: str
    refuses: bool
    """The claim cannot stand with it."""
    said: str
    """A clause, to be quoted."""
    lines: tuple[int, ...] = ()
    """Where in the file it shows first."""


def short(answer: str) -> str:
    """An answer as a sentence can hold it."""
    return answer if len(answer) <= 40 else f"{answer[:39]}…"


def find_doubts(it: Measurement, key: AnswerKey, *, claimed: bool) -> Iterator[Doubt]:
    """Find everything to doubt; `claimed` where the claim is this system's, not its rival's.

    Where a number would be quite another one, had its replies been read or ended well, it measures
    the parser or the limit, and no claim stands on it.
    """
    yield from _constant(it, claimed)
    yield from _wrong_scores(it, key)
    yield from _parser_errors(it, key)
    yield from _truncation(it, key)
    yield from _unparsed_answers(it, key)
    yield from _answer_habit(it)


def _constant(it: Measurement, claimed: bool) -> Iterator[Doubt]:
    system = it.system
    if system.constant is None or system.usual_share is None:
        return
    said = f"{system.name} answers {short(system.constant)} whatever is asked"
    if system.usual_share < 1:
        said += f", or nearly: {system.usual_share:.1%} of the time"
    if not claimed:
        said += ", so to beat it shows nothing"
    yield Doubt("constant", claimed, said)


def _wrong_scores(it: Measurement, key: AnswerKey) -> Iterator[Doubt]:
    """Rows whose score by the author contradicts prediction and gold answer."""
    if it.scores is not it.match:
        return
    scored = [
        (s.line, s.score, m) for s, m in zip(it.said, it.match, strict=True) if s.score is not None
    ]
    up = [line for line, score, match in scored if score >= 1 > match]
    down = [line for line, score, match in scored if score < 1 <= match]
    if not up and not down:
        return
    system = it.system
    parts = [f"{len(up)} wrong answers of {system.name} were scored right"] if up else []
    parts += [f"{len(down)} right answers of {system.name} were scored wrong"] if down else []
    yield Doubt(
        "scores",
        means_differ(it.each, key.each(it.claimed)),
        f"{' and '.join(parts)}: {system.claimed:.1%} by its scores is {system.accuracy:.1%} by "
        "its answers",
        tuple(sorted([*up, *down])[:SHOWN]),
    )


def _parser_errors(it: Measurement, key: AnswerKey) -> Iterator[Doubt]:
    system, again = it.system, it.again
    if system.reread is None or not (again.misread or again.overread):
        return
    wrong = sum(score < 1 for score in it.scores)
    parts = []
    if again.misread:
        parts.append(
            f"{len(again.misread)} of the {wrong} replies of {system.name} that were scored wrong "
            "conclude with the right answer"
        )
    if again.overread:
        right = len(it.scores) - wrong
        parts.append(
            f"{len(again.overread)} of the {right} replies of {system.name} that were scored right "
            "conclude with another answer"
        )
    yield Doubt(
        "parser",
        means_differ(it.each, key.each(again.scores)),
        f"{' and '.join(parts)}: {system.accuracy:.1%} is what its parser read, "
        f"{system.reread:.1%} is what was said{_reach(it, key)}",
        _lines(it, [*again.misread, *again.overread]),
    )


def _reach(it: Measurement, key: AnswerKey) -> str:
    """Depth to which the parser seems to read replies, where that explains what it missed."""
    missed = set(it.again.misread)
    for name in dict.fromkeys(key.gold[i] for i in it.again.misread):
        ends: dict[bool, list[int]] = {True: [], False: []}
        for i, ending in enumerate(it.again.conclusions):
            if ending is None or key.gold[i] != name or key.canonical(ending) != name:
                continue
            at = first_mention(it.said[i].reply or "", name)
            if at is not None:
                ends[i in missed].append(at)
        read, lost = ends[False], ends[True]
        if min(len(read), len(lost)) >= FEW and max(read) < min(lost):
            return f" (it stops reading somewhere from character {max(read)} to {min(lost)})"
    return ""


def _truncation(it: Measurement, key: AnswerKey) -> Iterator[Doubt]:
    system, again = it.system, it.again
    if again.cut:
        ended = list(it.scores)
        for i in again.cut:
            ended[i] = 1.0
        best = key.each(ended)
        yield Doubt(
            "truncated",
            means_differ(it.each, best),
            f"{len(again.cut)} of the {len(it.scores)} replies of {system.name} were cut off "
            f"before they came to an answer: {system.accuracy:.1%} is what the limit left, up to "
            f"{mean(best):.1%} may have been meant",
            _lines(it, again.cut),
        )
    if again.broken:
        said = (
            f"{len(again.broken)} of the {len(it.scores)} replies of {system.name} end in the "
            "middle of a sentence, as if they were cut off"
        )
        yield Doubt("truncated", False, said, _lines(it, again.broken))


def _unparsed_answers(it: Measurement, key: AnswerKey) -> Iterator[Doubt]:
    system = it.system
    if system.unparsed:
        said = (
            f"no answer was read from {system.unparsed} of the {system.n} replies of {system.name} "
            f"({system.unparsed / system.n:.1%}), and all of these count as wrong"
        )
        none = [i for i, answer in enumerate(it.answers) if answer is None]
        yield Doubt("unparsed", False, said, _lines(it, none))
    if not key.classes:
        return
    known = set(key.classes.values())
    strange = [
        i for i, answer in enumerate(it.answers) if answer is not None and answer not in known
    ]
    if strange:
        example = str(it.said[strange[0]].answer)
        said = (
            f"{len(strange)} answers of {system.name} are none of {', '.join(sorted(known))}: "
            f"{short(example)!r} is one"
        )
        yield Doubt("no class", False, said, _lines(it, strange))


def _answer_habit(it: Measurement) -> Iterator[Doubt]:
    system = it.system
    if system.shift is None or system.shift < SHIFTED or system.constant is not None:
        return
    said = (
        f"{system.name} answers by habit in part: {system.shift:.1%} of its answers would have to "
        f"change for each to come as often as it should; {short(system.usual or '')} is "
        f"{system.usual_share:.1%} of them"
    )
    yield Doubt("shift", False, said)


def find_repeats(lines: Sequence[int], key: AnswerKey) -> Iterator[Doubt]:
    """Find rows, given by their lines, that are further replies to a problem of an earlier one."""
    seen: set[int] = set()
    again = []
    for line, place in zip(lines, key.places, strict=True):
        if place in seen:
            again.append(line)
        seen.add(place)
    if again:
        said = (
            f"{len(again)} of the {len(lines)} rows repeat the problem of an earlier one, so the "
            f"tests count {len(seen)} problems"
        )
        yield Doubt("repeated", False, said, tuple(again[:SHOWN]))


def find_contradictions(rows: Iterable[tuple[int, str, str, str]]) -> Iterator[Doubt]:
    """Find problems with two gold answers; rows are (line, text, id, gold), plain all of them.

    A problem is known by its text, and by its id only where it has none: ids that count the rows
    of each part of a file name no problems.
    """
    asked: dict[tuple[bool, str], list[tuple[int, str]]] = {}
    for line, text, name, gold in rows:
        if text or name:
            asked.setdefault((not text, text or name), []).append((line, gold))
    split = {name: rows for name, rows in asked.items() if len({gold for _, gold in rows}) > 1}
    if not split:
        return
    (by_id, name), both = next(iter(split.items()))
    line, gold = both[0]
    other, against = next(each for each in both if each[1] != gold)
    said = (
        f"{_count(split)} more than one gold answer, and the tests take such rows for different "
        f"problems: {'id ' if by_id else ''}{short(name)!r} has {short(gold)!r} in line {line} and "
        f"{short(against)!r} in line {other}"
    )
    lines = sorted(line for each in split.values() for line, _ in each)
    yield Doubt("contradiction", False, said, tuple(lines[:SHOWN]))


def _count(split: Sized) -> str:
    return f"{len(split)} problems have" if len(split) > 1 else "1 problem has"


def _lines(it: Measurement, places: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(it.said[i].line for i in places)[:SHOWN])
