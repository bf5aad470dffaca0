"""Looks behind an answer for what takes it back: a second one, a denial, a correction."""

import itertools
import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from .candidates import COMPUTED, CUT
from .wrappers import boxes

_CLAUSE = r"(?:^|[.!?;:,(\[\n]|(?:^|\s)-{1,2}\s)\s?"
_FILLER = (
    r"(?:(?:but|and|so|oh|hm+|ah|then|now|well|sorry|actually|ok(?:ay)?|yes|no(?:pe)?)\b"
    r"[\s,.!]{0,3}){0,3}"
)
_BAD = r"(?:wrong|incorrect|false|mistaken|invalid|(?:an?|my) (?:mistake|error))\b"
_WRONG = (
    rf"\s(?:\w+ly |still |also |just |be |all )?(?:{_BAD}"
    r"|not (?:right|correct|true|it|the (?:right |correct )?answer)\b)"
)
_VERB = r"(?:\s(?:is|was|are|were|seems|looks|must|may|might|could|can|has to)|'s)"
_RETHINKS = (
    r"wait\b(?!\s(?:time|for|until|list|\d))|hold on\b|oops\b|never ?mind\b|on second thoughts?\b"
    r"|correct(?:ion|ed to)\b|(?:scratch|strike|ignore|disregard) (?:that|this|it)\b|i meant\b"
    r"|let me (?:re-?do|re-?think|re-?calculate|correct|fix|start over)"
    r"|i (?:made|see) (?:an?|my|some) (?:\w+ )?(?:mistake|error|slip)"
)
_DOUBTS = r"\b(?:I|we)(?: \w+ly| do| still)? doubt\b"
_UNDECIDED = r"(?<!\bif )(?<!\bwhether )(?<!\bunless )(?<!\bhope )"
_TAKES_BACK = re.compile(
    rf"{_DOUBTS}|{_CLAUSE}{_FILLER}(?:{_RETHINKS}|{_BAD}\W{{0,3}}(?=\n|\w+$|$))"
    rf"|{_UNDECIDED}\b(?:that|this|it|which|(?:the|my) (?:above |previous |last |first )?"
    rf"(?:answer|result|value))(?:{_VERB}{_WRONG}"
    r"|(?:\s(?:isn't|is not|wasn't|can ?not be|can't be)|'s not)\s(?:right|correct|true)\b)"
    rf"|\A\W{{0,3}}\s?(?:(?:is|was){_WRONG}|(?:isn't|wasn't)\s(?:right|correct)"
    r"|not\W*(?:\n|$)|fails\b|cannot\b|can't\b"
    r"|(?:does|did|do|could|would|should|will)(?: not|n't)\b)",
    re.I,
)
_DENIED = re.compile(
    rf"(?:\bnot|n't(?: be)?)\s(?P<next>[^\n]{{1,60}})"
    rf"|{_CLAUSE}{_FILLER}(?P<no>no(?:pe)?)\W{{0,3}}(?:\n|$)"
    rf"|{_VERB}{_WRONG}",
    re.I,
)
_REVISED = (
    r"(?:edit(?:ed)?|updated?|revis(?:ed|ion)|corrected|final|new"
    r"|on (?:reflection|second thoughts?)|(?:i|we) (?:was|were) wrong)(?: (?:answer|result|value))?"
)
"""What leads to an answer that replaces an earlier one."""
_IT = r"(?:it|that|this|the (?:\w+ )?(?:answer|result|solution|value|number|one))"
_REPLACES = re.compile(
    rf"{_CLAUSE}{_FILLER}(?:(?P<words>or|alternatively|no[,.:]|nope[,.:]?|i mean|make that"
    rf"|(?:sorry|oops|apologies|my (?:bad|mistake|apologies)|{_REVISED})[,.:]"
    rf"|(?:no, )?{_IT} (?:should|must|ought to) (?:be|have been)"
    r"|the (?:correct|right|true|real|actual) \w+ (?:is|was))"
    r"|actually|rather|(?:it |this |that |the answer )?(?:could|may|might) (?:also |well |even )?be"
    r"|maybe|perhaps|hm+[,.]|(?:\w+ )?should (?:be|have been)"
    rf"|(?P<states>{_IT}(?:'s| is| was| equals)))[,:]?\s"
    r"(?:(?:or|maybe|perhaps|possibly|even|rather|is it|it is|it's|instead|also),? ){0,2}",
    re.I,
)
_BESIDE = re.compile(
    r"\s?(?:[,;/|&.(\[\n]|and\b|or\b|≈|\\approx){1,3}\s?(?:maybe\s|perhaps\s)?", re.I
)
_ROUNDED = re.compile(r"(?:or )?(?:≈|\\approx|~|about\b|approximately\b|roughly\b)\s?", re.I)
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30}|/[1-9]\d{0,30})?")
_CLAUSE_END = re.compile(r"[.!?;,](?=\s|$)|\n|\s[(\[]|$")
_LED = re.compile(r"\W*+(?:[^\W\d_][\w'-]*+\s?){1,4}(?:(?P<label>:)|[,;.!?]+|\s-)\s+", re.I)
"""A few words that lead to the only thing a line is there for; behind a label it is its value."""
_ROUNDING = re.compile(r"\b(?:decimals?|round\w*|about|approx\w*|numeric\w*)\b", re.I)
_TOO = re.compile(r"\s(?:also|too|as well|instead|works|it is|is possible)\b[^.\n]*", re.I)
_RECKONS = re.compile(
    r"\bhm+\b|\blook\w* again\b|\bre-?(?:check|calculat|comput|count|do|work|think|consider)\w*",
    re.I,
)
_SUM, _COMMA = re.compile(r"\s(?P<sum>.*)", re.S), re.compile(r",\s(?P<sum>.*)", re.S)
_MOST = 12
"""So many places where another answer may stand are looked at."""


def find_objection(
    shown: str, behind: str, same: Callable[[str], bool | None], *, words: bool
) -> str:
    """Return why the answer `shown` does not stand, in a sentence; empty where it does.

    `same` tells whether a text is that answer, and None where it is none at all.
    """
    lines = (" ".join(line.split()) for line in behind.split("\n"))
    text = ("\n" if behind.startswith("\n") else "") + "\n".join(filter(None, lines))
    taken = _TAKES_BACK.search(text)
    said = taken[0] if taken else next(_denials(text, same), "")
    if said:
        return f"The reply takes `{shown[:60]}` back: `{said.strip(' .,;:(')[:60]}`."
    for said in _others(shown, text, words):
        if same(said) is False:
            return f"The reply gives two answers, `{shown[:60]}` and `{said[:60]}`."
    return ""


def _denials(text: str, same: Callable[[str], bool | None]) -> Iterator[str]:
    for found in list(_DENIED.finditer(text))[:_MOST]:
        before = re.split(r"[.!?;:,(\n]\s?", text[max(0, found.start() - 60) : found.start()])[-1]
        named = _shorter(found["next"]) if found["next"] else [before]
        if (same("no") is not True) if found["no"] else any(map(same, named)):
            yield found[0]


def _shorter(said: str) -> list[str]:
    """Return a clause whole, and as far as its first function word."""
    cut = CUT.search(said)
    return [said, said[: cut.start()]] if cut and cut.start() else [said]


def _clause(text: str, start: int) -> str:
    """Return what stands from `start` to the end of a clause that is in no bracket of its own."""
    text, depth = text[start : start + 200], 0
    for place, sign in enumerate(text):
        if depth == 0 and (_CLAUSE_END.match(text, place) or (sign in ")]}" and place)):
            return text[:place].strip()
        depth = max(0, depth + (sign in "([{") - (sign in ")]}"))
    end = _CLAUSE_END.search(text) if depth else None
    return text[: end.start() if end else len(text)].strip()


def _others(shown: str, text: str, words: bool) -> Iterator[str]:
    """Yield what may be another answer, from the likeliest place on."""
    yield from (content for _, _, content in list(boxes(text))[-_MOST:])
    for lead in list(_REPLACES.finditer(text))[:_MOST]:
        said = _clause(text, lead.end())
        listed = lead[0].replace(" ", "") == ",or"
        if words and lead["words"] and 0 < len(said.split()) <= 6 and not listed:
            yield said
        elif not words and not _rounds(shown, said) and _is_result(shown, said):
            yield from [said] if lead["states"] else _shorter(said)
    if words:
        return
    for joint, said in _alone(text):
        # `80mm` has as many words as `80 mm`.
        apart = re.sub(r"(?<=\d)(?=[^\W\d_])", " ", shown)
        short = said and _words(said) <= _words(apart) and _is_result(shown, said)
        if short and not _rounds(shown, joint.strip() + " " + said):
            yield said
    for worked, result in itertools.islice(_sums(text), _MOST):
        # One that holds the answer only checks it.
        if not re.search(rf"(?<![\w.]){re.escape(shown)}(?![\w.]\w)", worked):
            yield result.strip()


def _sums(text: str) -> Iterator[tuple[str, str]]:
    """Yield each sum behind a second thought, with its result; at most one a line."""
    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if thought := _RECKONS.search(line):
            said = line[thought.end() :]
            opens = said.endswith((":", ",")) and ":" not in below.partition("=")[0]
            if found := _sum(said) or (_sum(f": {below}") if opens else None):
                yield found


def _sum(said: str) -> tuple[str, str] | None:
    *sides, result = said.split("=")
    worked = next((it for it in map(_working_in, sides) if it is not None), None)
    return (worked, result) if worked is not None and result else None


def _working_in(side: str) -> str | None:
    """Return what stands behind the colon or the first comma of a side; None without either."""
    _, colon, said = side.rpartition(":")
    found = (_SUM.match(said) if colon else None) or _COMMA.search(said)
    return found["sum"] if found else None


def _alone(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands beside the answer, and what a last line is there for, with its joint."""
    if beside := _BESIDE.match(text):
        said = _clause(text, beside.end())
        led = _LED.match(said)
        if not (led and led["label"]):
            yield beside[0], _TOO.sub("", said)
    last = text.rpartition("\n")[2] if "\n" in text else ""
    led = _LED.match(last)
    if led is None:
        yield "", last
    elif not led["label"]:
        yield "≈" if _ROUNDING.search(led[0]) else "", _TOO.sub("", last[led.end() :])


def _is_result(shown: str, said: str) -> bool:
    """Tell whether a text is no sum that is worked out; an equation may be an answer."""
    equation = COMPUTED.search(shown) and re.search("[A-Za-z]", said)
    return bool(equation) or not COMPUTED.search(said)


def _words(text: str) -> int:
    return len(re.findall(r"(?<![^\W\d_])(?<!\\)[^\W\d_]{2,}", text))


def _rounds(shown: str, said: str) -> bool:
    """Tell whether `said` is the answer once more, rounded."""
    mark = _ROUNDED.match(said.lstrip(" (,"))
    if mark is None:
        return False
    number, exact = _NUMBER.match(said.lstrip(" (,"), mark.end()), _NUMBER.fullmatch(shown)
    if number is None or exact is None:
        return True
    digits = len(number[0].partition(".")[2])
    return abs(Fraction(number[0]) - Fraction(exact[0])) < Fraction(1, 10**digits)
