"""Takes an answer apart: what it is called, its parts and their brackets, its number and its unit.

What no rule here splits is a bare expression, whole as it was written.
"""

import contextlib
import itertools
import re
from fractions import Fraction
from typing import Literal, NamedTuple

from ..reading import Unreadable
from ..reading.contract import LONGEST
from ..reading.number_words import DENIED
from ..reading.numbers import Number, read_number
from .expression_forms import agree
from .expressions import Unbounded, Value, close, parse, value
from .units import Unit, ratio, unit_in

MOST, DEEPEST = 20, 6
"""Parts of one answer, and brackets in brackets."""
Letters = Literal["unknowns", "scales", "units"]
"""What one letter behind a number may be: `k` a thousand, in units also `m` metres."""
LIST = "{}"
_OPEN, _CLOSE = r"(\[{⦃", r")\]}⦄"


class MathsAnswer(NamedTuple):
    """An answer, or a part of one."""

    text: str
    """The bare expression; of several parts, all that was written."""
    label: str = ""
    """What it is called, as `x`."""
    brackets: str = ""
    """`{}` around what has no order, else as they were written; empty for one value."""
    parts: tuple["MathsAnswer", ...] = ()
    number: Number | None = None
    unit: Unit | None = None
    noun: str = ""
    """The words behind a number that are no unit."""
    rounded: Number | None = None
    """What the answer says it is about."""


_TIDY = tuple((re.compile(pattern), plain) for pattern, plain in (
    (r"\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])\.?|\\!", ""),
    (r"(?s)\\begin\{(cases|(?:equation|align|gather)\*?|aligned)\}(.*)\\end\{\1\}",
     lambda rows: rows[2].replace("&", "").replace("\\\\", ";").strip()),
    (r"(?<=\d)(?:\\,|\{,\})(?=\d{3}(?!\d))", ""),
    (r"\\q?quad\b|(?<!\\)\\[,;: ]|~", " "), (r"\\lor\b|∨", " or "), (r"\\land\b|∧", " and "),
    (r"\\(?:text|mathrm|mbox)\s*+\{\s*+,?\s*+(or|and)\s*+\}", r" \1 "),
    (r"\\cup(?![A-Za-z])|(?<=[)\]])\s*[uU]\s*(?=[(\[])", "∪"),
    (r"\\(?:text|mathrm|mathit)\s*\{([A-Za-z])\}", r" \1"),
    (r"^(?:\\mathbb\s*\{?R\}?|ℝ)$", "(-inf,inf)"),
    (r"\\leq?(?:slant)?(?![A-Za-z])|≤|⩽", "<="), (r"\\geq?(?:slant)?(?![A-Za-z])|≥|⩾", ">="),
    (r"\\lt\b", "<"), (r"\\gt\b", ">"), (r"\\in(?![A-Za-z])|\bin(?= ?[\[({])", "∈"),
    (r"\\lbrace|\\\{", "⦃"), (r"\\rbrace|\\\}", "⦄"), (r"\\lbrack", "["), (r"\\rbrack", "]"),
    (r"^(?:\\emptyset|\\varnothing|∅)$", "⦃⦄"),
    (r"(?<![^-+*/=(])\{(\d[\d.]*)\}|\((\d+)\)(?=[_!])", r"\1\2"),
    (r"\\approx(?![A-Za-z])", "≈"), (r"\(\s*(≈[^()]*)\)$", r"\1"), (r"\\pm(?![A-Za-z])", "±"),
    (r"\+?(?:\\infty(?![A-Za-z])|∞|\b(?:oo|inf|infinity)\b)", "inf"),
    (r"^(?:both|either|exactly)\b", ""), (r"(?m)^.*\b(?:i\.\s?e\.|that is|hence|thus),?\s", ""),
    # What is measured in nothing but units has none.
    (r"(?:\\(?:text|mathrm)\s*+\{\s*+|(?<!\s)\s*+)\b(?:square |cubic |sq\.? )?units?(?: squared)?"
     r"\s*+\}?(?:\^?\{?[23²³]\}?)?$", ""),
    # The French turn the bracket of an open end round.
    (r"^\](?=[^\[]*[\[\]]$)", "("), (r"^([(\[].*)\[$", r"\1)"),
    (r"((?:^|=\s*)\d[\d.]*\s*[A-Za-z]+\.?),?\s+(?:and\s)?(?=\d[\d.]*\s*[A-Za-z]+\.?$)", r"\1;"),
))  # fmt: skip
_SEPARATOR = re.compile(r"\b(?i:or|and|as well as)\b|[;\n∪]|(?<!\d),|,(?!\d{3}(?!\d))")
_COMMA = re.compile(rf"{_SEPARATOR.pattern}|,")
_OR = re.compile(r"\bor\b|∪")
_EQUALS = re.compile(r"(?<![<>!:=])=(?!=)(?![^{}]*\})|≈")
_LETTER = re.compile(r"(?:\\?[A-Za-z]|\\[a-z]{2,7})(?:_\{?\w\}?|[₀-₉]|(?<=[a-z])\d)?")
_LABEL = re.compile(
    r"(?:\\frac\{d\w?\}\{d\w\}|d\w?/d\w|(?!\\(?:frac|sqrt|sin|cos|tan|log|ln))"
    rf"{_LETTER.pattern}(?:'|′|’|\^\{{?(?:\\prime|')+\}}?){{0,2}}(?:\([\w., ]{{1,9}}\))?"
    r"|m?\\angle ?[A-Z]{1,3}|[A-Z]{2,3}|(?=.{3,60}$)[A-Za-z]+(?: [A-Za-z]+)*)"
)
_NAME_ONLY = re.compile(r"_\{?\w\}?|[₀-₉\s{}^]|(?<=^[a-z])\d|\\prime")
_SET = re.compile(r"[{⦃]\s*[A-Za-z](?:\s*∈[^|:]*)?\s*(?:\||\\mid|:)(.*)[}⦄]", re.S)
_MEMBER = re.compile(
    r"([A-Za-z])\s*[∈=:]\s*(?=[\[({⦃])|(?:[A-Z]|\([a-z](?:, ?[a-z])+\)\s*=)\s*(?=\([^()]*,)"
)
_UNIT = re.compile(
    r"(?:\\(?:text\w*|mathrm|mbox)\s*\{|\\?[%$]|[€£¥₹¢°]|(?:\^|(?<!\s))\s*+\{?\s*+\\circ\b|\\[dt]?frac\s*\{\s*(?:\\text|\\mathrm|[A-Za-z]{2}))"
    r"|(?<=[\d)}\s.½])(?<![A-Za-z\\])(?!(?:sqrt|pi|inf|sin|cos|tan|log|ln|exp|mod)(?![a-z]))"
    r"[A-Za-z](?!\()"
)
_MONEY = re.compile(r"(-?)\s*(?:US)?\\?([$€£¥₹])\s*(-?(?:[\d.,/]|\{,\})*\d)(.*)", re.S)
_SCALE = re.compile(r"\s*(?:(?:dozen|hundred|(?:thous|mill|bill|trill)(?:and|ion))s?|k)\b", re.I)
_ENDS_IN_LETTER = re.compile(r"(?<![A-Za-z])[A-Za-z]$")
_APART = re.compile(r"[^\s.,:;](?:\s+\S|\\)$")
_CLAIM = re.compile(r"[.:;!?]\s|\b(?:is|are|was|were|if|but|and|because|since|so|when)\b", re.I)
_PROSE = re.compile(
    r"[A-Za-z]\.[A-Za-z]|[.!?:]\s|(?<![\\A-Za-z{])(?!(?:(?:arc)?(?:sin|cos|tan)h?|sqrt|log|exp|inf|mod|gcd"
    r"|lcm|minus|negative|dozen|hundred|thousand|[mbtr]+illion)s?(?![A-Za-z]))(?:[A-Za-z]{4}|(?:it|is|as"
    r"|so|we|to|of|by|be|if|no|not|my|the|get|are|was|has|for|you|but)(?![A-Za-z]))",
    re.I,
)


def split_answer(text: str, letters: Letters = "unknowns") -> MathsAnswer:
    """Return the parts of an answer.

    Raises Unreadable where it is no answer in the language of mathematics.
    """
    shown = len(text) <= LONGEST and text.replace("\n", "").isprintable()
    if not shown or not re.search(r"\w|[∅∞{]", text):
        raise Unreadable("It is no short piece of mathematics.")
    for pattern, plain in _TIDY:
        text = pattern.sub(plain, text.strip())
    return _answer(text, letters, depth=0)


def _answer(text: str, letters: Letters, depth: int) -> MathsAnswer:
    text = text.strip()
    if depth > DEEPEST:
        raise Unreadable("It is nested too deeply.")
    if found := _SET.fullmatch(text):
        text = found[1].strip()
    if re.search("[<>]", text) and (interval := _relation(text)):
        return interval
    if "±" in text:
        return _join(text, LIST, [_value(text.replace("±", sign), letters) for sign in "+-"])
    if member := _MEMBER.match(text):
        inner = _answer(text[member.end() :], letters, depth + 1)
        return inner._replace(label=member[1] or "") if inner.brackets else _value(text, letters)
    pieces, brackets, enclosed = _split(text, _SEPARATOR), LIST, _encloses(text)
    if len(pieces) == 1 and enclosed:
        pieces, brackets = _split(text[1:-1], _COMMA), text[0] + text[-1]
        if len(pieces) == 1 and brackets == LIST:
            return _answer(text[1:-1], letters, depth + 1)
    if len(pieces) > 1 or (enclosed and brackets == "⦃⦄"):
        brackets = brackets.replace("⦃⦄", LIST)
        return _join(text, brackets, [_answer(it, letters, depth + 1) for it in pieces[: MOST + 1]])
    return _value(text, letters)


def _join(text: str, brackets: str, parts: list[MathsAnswer]) -> MathsAnswer:
    """Make one answer of its parts: `1 h; 30 min` is their sum, all else a list."""
    if len(parts) > MOST:
        raise Unreadable("It has too many parts.")
    label = parts[0].label if parts and len({part.label for part in parts} - {""}) == 1 else ""
    if len(parts) == 2 and all(part.number and part.unit for part in parts):
        (number, unit), (more, smaller) = ((part.number, part.unit) for part in parts)
        share = ratio(smaller, unit) if unit and smaller else None
        if share and share < 1 and number and more:
            total = number.value + more.value * share
            return MathsAnswer(str(total), label, number=Number(total, None), unit=unit)
    return MathsAnswer(text, label, brackets, tuple(parts))


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """Return the pieces of `text` between the separators that stand in no bracket."""
    pieces, start, depth = list[str](), 0, 0
    for found in re.finditer(rf"[{_OPEN}{_CLOSE}]|{separator.pattern}", text):
        depth += (found[0] in _OPEN) - (found[0] in _CLOSE)
        if depth == 0 and found[0] not in _CLOSE:
            pieces.append(text[start : found.start()])
            start = found.end()
    return [piece for piece in (*pieces, text[start:]) if piece.strip()]


def _encloses(text: str) -> bool:
    """Tell whether the bracket that opens the text closes at its end."""
    depths = list(itertools.accumulate((it in _OPEN) - (it in _CLOSE) for it in text))
    return depths[-1:] == [0] and 0 not in depths[:-1]


def _relation(text: str) -> MathsAnswer | None:
    """Return the interval that inequalities of one letter leave; None where they leave none."""
    if len(some := _split(text, _OR)) > 1:
        found = [part for part in map(_relation, some) if part]
        return _join(text, LIST, found) if len(found) == len(some) else None
    if len(some := _split(text, _SEPARATOR)) == 2:
        one, other = map(_relation, some)
        if one is None or other is None or one.label != other.label:
            return None
        # Of two half-lines, what both hold.
        low, high = (one, other) if one.parts[0].text != "-inf" else (other, one)
        if (low.parts[1].text, high.parts[0].text) != ("inf", "-inf"):
            return None
        ends, parts = low.brackets[0] + high.brackets[1], (low.parts[0], high.parts[1])
        return MathsAnswer(text, one.label, ends, parts)
    sides = [side.strip() for side in re.split("([<>]=?)", text)]
    if ">" in text:
        sides = [side.replace(">", "<") for side in reversed(sides)]
    if len(sides) == 3:
        sides = ["-inf", "<", *sides] if _LETTER.fullmatch(sides[0]) else [*sides, "<", "inf"]
    if len(sides) != 5 or not _LETTER.fullmatch(sides[2]):
        return None
    ends = ("[" if "=" in sides[1] else "(") + ("]" if "=" in sides[3] else ")")
    return MathsAnswer(
        text, sides[2], ends, (_value(sides[0], "unknowns"), _value(sides[4], "unknowns"))
    )


def _value(text: str, letters: Letters) -> MathsAnswer:
    """Read one value: a label, sides that are the same, what they are about."""
    if re.search(r"[<>≠±]|\\ne", text) and not _PROSE.search(text):
        return MathsAnswer(text.strip())
    sides, signs, label = _EQUALS.split(text), _EQUALS.findall(text), ""
    if len(sides) == 2 and _LETTER.fullmatch(sides[1].strip()):
        sides.reverse()
    while signs and _LABEL.fullmatch(sides[0].strip()):
        if DENIED.search(sides[0]):
            raise Unreadable("It denies an answer.")
        # `the value of x` names x.
        name = re.sub(r"^[A-Za-z ]+ (?=[A-Za-z]$)", "", sides[0].strip())
        label, sides, signs = _NAME_ONLY.sub("", name), sides[1:], signs[1:]
    answer, *others = (_quantity(side, letters) for side in sides)
    for sign, side in zip(signs, others, strict=True):
        same, near = _compare_sides(answer, side)
        if near and not same:
            answer = answer._replace(rounded=side.number)
        elif sign == "=" and (same or (label and same is None)):
            answer = side
        elif label or (answer.number and _has_value(side)):
            raise Unreadable("Its sides differ.")
        else:
            return MathsAnswer(text.strip())
    return answer._replace(label=label)


def _compare_sides(one: MathsAnswer, other: MathsAnswer) -> tuple[bool | None, bool]:
    """Tell whether two sides have one value (None: not known), and if the other may round it."""
    decimals: int = (other.number.decimals if other.number else 0) or 0
    scale = ratio(other.unit, one.unit) if one.unit and other.unit else Fraction(1)
    if scale is None:
        return False, False
    with contextlib.suppress(Unreadable):
        (before,), (after,) = values_of(one), values_of(other)
        off, near = before - after * scale, Fraction(1, 10**decimals)
        return close(before, after * scale), bool(decimals) and -near < off < near
    with contextlib.suppress(Unreadable, Unbounded):
        return agree(parse(one.text), parse(other.text)), False
    return None, bool(decimals)


def values_of(answer: MathsAnswer) -> list[Value]:
    """Return the numbers of an answer. Raises Unreadable where one has no value."""
    if answer.parts:
        return [number for part in answer.parts for number in values_of(part)]
    if answer.text in ("inf", "-inf"):
        return [float(answer.text)]
    try:
        return [answer.number.value if answer.number else value(parse(answer.text))]
    except Unbounded as error:
        raise Unreadable(str(error)) from error


def _has_value(answer: MathsAnswer) -> bool:
    try:
        return bool(values_of(answer))
    except Unreadable:
        return False


def _quantity(text: str, letters: Letters) -> MathsAnswer:
    """Split a number or an expression from the unit or the noun behind it."""
    if money := _MONEY.fullmatch(text.strip()):
        text = f"{money[1]}{money[3]} {money[2]} {money[4]}"
    head, unit, noun = text.strip(), None, ""
    for begins in (it.start() for it in _UNIT.finditer(head) if it.start()):
        scale = _SCALE.match(head, begins)
        scale = None if scale and len(scale[0].strip()) == 1 and letters == "unknowns" else scale
        begins = scale.end() if scale else begins
        tail, apart = head[begins:], _APART.search(head[:begins] + head[begins : begins + 1])
        unit, noun = unit_in(tail)
        glued = re.match(r"[A-Za-z](?![A-Za-z/])", tail) and not (apart or letters == "units")
        if glued or (noun and not (_number(head[:begins]) and _is_noun(noun) and (unit or apart))):
            unit, noun = None, ""
        # A scale word ends its number: `7k - 2` is no `7k`.
        if unit or noun or not tail.strip():
            head = head[:begins].strip()
        break
    number = None if letters == "unknowns" and _ENDS_IN_LETTER.search(head) else _number(head)
    if not head or _PROSE.search(head):
        raise Unreadable("It holds words.")
    return MathsAnswer(head, number=number, unit=unit, noun=noun)


def _number(text: str) -> Number | None:
    try:
        number = read_number(text)
    except Unreadable:
        return None
    return None if number.unit else number


def _is_noun(words: str) -> bool:
    """Tell whether a number stays what it is with these words behind it."""
    try:
        return read_number(f"1 {words}").value == 1 and not _CLAIM.search(words)
    except Unreadable:
        return False
