"""Words that stand around a number: to scale it, to name it, to change it."""

import re
from fractions import Fraction

from .contract import Unreadable
from .denials import DENIAL

_SCALES: dict[str, int | Fraction] = {
    "myriad": 10**4, "milliard": 10**9, "ppm": Fraction(1, 10**6), "ppb": Fraction(1, 10**9),
    "basis point": Fraction(1, 10**4),
    "dozen": 12, "hundred": 100, "thousand": 10**3, "lakh": 10**5, "million": 10**6, "mio": 10**6,
    "mln": 10**6, "crore": 10**7, "billion": 10**9, "bn": 10**9, "trillion": 10**12,
    "quadrillion": 10**15, "quintillion": 10**18, "tens": 10,
}  # fmt: skip
_COUNTS = {"score": 20, "gross": 144, "grand": 10**3}
"""Scales unless they go on with a noun: `5 grand`, but `5 grand pianos`."""
_GLUED_SCALES = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
"""Letters that scale the number that they are glued to: `12k`."""
_MONEY_SCALES = _GLUED_SCALES | {"m": 10**6, "T": 10**12}
"""Letters that scale an amount of money, glued or not."""

_UNIT_NAMES = """
mm cm dm km hm um nm µm mi yd ft in mg kg µg lb lbs oz mt ml mL cl cL dl dL hl hL µl cc gal qt pt
ms ns us µs sec secs min mins hr hrs wk wks mo mos yr yrs mph kph kmh fps rpm bpm Hz kHz MHz GHz
kW MW GW Wh kWh kJ MJ cal kcal Pa hPa kPa MPa psi bar atm mol mmol eV keV MeV GeV dB px em
GB MB kB KB TB PB Mb Gb kb bit bits bps mA mV kV mW Ω kΩ rad deg Nm kN lx lm cd pp ha ac
sq cu USD EUR GBP CHF JPY INR CAD AUD CNY Rs ct cts th st nd rd am pm
"""
_UNITS = frozenset(_UNIT_NAMES.split())
"""Names of units, and endings, that are known even where they are glued to a number."""
_LETTERS = frozenset("mgslLh")
"""Units of one letter, glued or not: any other letter there is a variable."""
_CAPITALS = frozenset("NJWVAKCFT")
"""Units of one letter that need a space before them."""
_SHORT_WORDS = "am an as at be by he if in is it me my of on so to up us we"
_SHORT = frozenset(_SHORT_WORDS.split())
"""Other words of two letters; any more are letters of algebra."""

_NUMERALS = (
    "zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_DENIALS = rf"{DENIAL}|instead|rather|unless|except"
_FUNCTIONS = (
    "sqrt|cbrt|root|log|ln|lg|exp|sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh"
    "|mod|modulo|factorial|pi|infinity"
)
_BEHIND = re.compile(
    rf"(?<![^\W\d_])(?:{_DENIALS}|{_FUNCTIONS}|{_NUMERALS}|no|or|versus|vs|than|at least|at most"
    r"|ish|squared|cubed|powers?|raised|times|plus|minus|multiplied|divided|doubled|tripled|halved"
    r"|choose|point|recurring|repeating|binary|octal|hex|hexadecimal|mil|permille|mille|half|halves|thirds?|quarter|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?"
    r"|tenths?|elevenths?|twelfths?|hundredths?|thousandths?|millionths?|remainder)(?![^\W\d_])"
    r"|^\s?(?:over|by|below|under)(?![^\W\d_])",
    re.I,
)
"""Words that make another value of the number before them, or no answer."""
DENIED = re.compile(rf"(?<![^\W\d_])(?:{_DENIALS}|no)(?![^\W\d_])", re.I)
_BEFORE = re.compile(
    r"(?:(?<![^\W\d_])(?:half|twice|double|triple|thrice|third|quarter|square|squared|cube|cubed"
    r"|factorial|reciprocal|inverse|opposite|negative|negation|multiple|divisor|factor|power"
    rf"|{_FUNCTIONS}|{_NUMERALS}|over|under|above|below|beyond|within|between|until|except|almost"
    r"|nearly|than|times|plus|divided|multiplied|at least|at most|up to"
    r"|(?:anything|all|everything) but|apart from|besides|without)s?(?: (?:of|by|the))*\s*)$",
    re.I,
)
"""Words that make another value of the number behind them."""
_PERCENT = re.compile(r"\s?%|\s(?:percent|per cent|pct|percentage points?)(?![^\W\d_])", re.I)
ASKED_PERCENT = re.compile(r"%|(?<![^\W\d_])(?:percent(?:age)?s?|per cent|pct)(?![^\W\d_])", re.I)
COUNTED = re.compile(rf"(?:\d|(?<![^\W\d_])(?:one|{_NUMERALS}|hundred|half))[\s\\-]*$", re.I)
"""A number at the end of what stands before a percent sign."""
ASKED_SCALE = re.compile(
    r"(?<![^\W\d_])(?:(?:how many|number of)\s(?:[^\W\d_]+\s){0,3}?|in\s)"
    rf"({'|'.join([*_SCALES, *_COUNTS])}|pair|fewer|less)s?(?![^\W\d_])",
    re.I,
)
"""A scale that a question asks in: `how many dozen eggs`."""
CURRENCY = "$€£¥₹₽₩¢"


_LEAD = re.compile(r"(?:(?:[^\W\d_]{2,}|[aAI](?![^\W\d_]))(?:['-][^\W\d_]+)*\.?[\s,:]*)*+")
_MINUS = re.compile(r"(?<![^\W\d_])(?:minus|negative)\s*$", re.I)
_JOINED = re.compile(r"(?:[:,]|(?<![^\W\d_])(?:is|be|equals|get|gets|gives|have|was))\s*$", re.I)
_APART = re.compile(r"\s$")


def read_sign(match: re.Match[str], lead: str) -> int:
    """Return -1 for a negative number, else 1. Raises Unreadable for words that change it."""
    negative = "-" in f"{match['sign']}{match['after']}"
    if said := _MINUS.search(lead):
        negative, lead = not negative, lead[: said.start()]
    elif match["sign"] and lead and not (_JOINED if match["sign"][1:] else _APART).search(lead):
        raise Unreadable("It calculates.")
    if not _LEAD.fullmatch(lead) or _BEFORE.search(lead) or DENIED.search(lead):
        raise Unreadable(f"`{lead.strip()[:40]}` makes another value of the number.")
    return -1 if negative else 1


_SCALE = re.compile(rf"\s?({'|'.join(_SCALES)})s?(?![^\W\d_])", re.I)
_COUNT = re.compile(rf"\s({'|'.join(_COUNTS)})(?=\W*$|\sof\s)", re.I)
_GLUED = re.compile(r"([A-Za-z])(?![^\W\d_])")
_LETTER = re.compile(rf"\s?{_GLUED.pattern}")
_WORD = re.compile(r"[^\W\d_]+")
_NOUN = re.compile(
    rf"[\s°'\"{CURRENCY}]*+[-/]?"
    rf"(?:[^\W\d_]+\d?(?:\^-?\d)?(?:(?:[\s'/*\"°{CURRENCY}]|-(?!\s))++|\.?\s*$))*+[\s.]*"
)
"""One clause: what begins behind a full stop, a comma or a dash is for others to judge."""
_VERB = re.compile(
    r"(?<![^\W\d_])(?:is|are|was|were|do|does|did|has|have|can|could|will|would|may|might|must|should)"
    r"\s*$",
    re.I,
)
"""A clause that ends in it breaks off."""


def read_tail(tail: str, money: bool) -> tuple[Fraction, bool, str]:
    """Return scale, percent sign and noun behind a number. Raises Unreadable."""
    scale = Fraction(1)
    letter = _LETTER.match(tail) if money else _GLUED.match(tail)
    if letter and letter[1] in (_MONEY_SCALES if money else _GLUED_SCALES):
        scale = Fraction((_MONEY_SCALES if money else _GLUED_SCALES)[letter[1]])
        tail = tail[letter.end() :]
    while said := _SCALE.match(tail):
        scale, tail = scale * Fraction(_SCALES[said[1].lower()]), tail[said.end() :]
    if (said := _COUNT.match(tail)) and not (money and said[1].lower() != "grand"):
        scale, tail = scale * _COUNTS[said[1].lower()], tail[said.end() :]
    percent = _PERCENT.match(tail)
    tail = tail[percent.end() :] if percent else tail
    if _BEHIND.search(tail) or _VERB.search(tail) or not _is_noun(tail):
        raise Unreadable(f"`{tail.strip()[:40]}` makes another value of the number.")
    return scale, bool(percent), tail.strip(" .")


def _is_noun(tail: str) -> bool:
    """Tell whether a text can stand behind a number and only names what is counted."""
    words = list(_WORD.finditer(tail)) if _NOUN.fullmatch(tail) else []
    return bool(words or not tail.strip(f" .°'\"{CURRENCY}")) and all(map(_names, words))


def _names(word: re.Match[str]) -> bool:
    """Tell whether a word behind a number is a noun or a unit: no letters of algebra."""
    text, glued = word[0], word.start() == 0
    if len(text) > 3 or min(text) >= "\u0400" or text in _UNITS or text in _LETTERS:
        return True
    if len(text) == 1:
        before, after = word.string[: word.start()], word.string[word.end() :]
        follows = re.match(r"\s[^\W\d_]{2}" if text in "aI" else r"'[^\W\d_]{2}", after)
        return not glued and bool(text in _CAPITALS or follows or re.search(r"[^\W\d_]'$", before))
    return not glued and (len(text) == 3 or text.lower() in _SHORT)
