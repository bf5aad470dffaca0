"""Detects held-out problems inside the rules that are tested on them.

A rule shares words with every problem of its domain, so sharing alone proves nothing. Each
token is weighed by how unlikely it is (in bits): words of the template and class labels weigh
nothing, a rare number much. What a rule shares with one problem is a leak when it weighs more
than luck would bring, given how many problems there are to coincide with.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

RUN = 8
"""Shared words in a row from which a quotation is considered."""
WHOLE = 4
"""So many, where they are all that the problem says."""
LUCK = 0.05
"""Chance, over all rules of one call, that a coincidence is taken for a leak."""
_TOKEN = re.compile(r"\d+(?:[.:]\d+)*|[^\W\d_]+")
_WORDING = re.compile(r"(?<=\w)[.,;:!?\"'“”‘’]+(?=\s|$)|(?<!\S)[\"'“”‘’]+(?=\w)")
"""What may change in a text without changing the problem: marks at words, but none in a grid."""
_ENDS = re.compile(r"[\s.!?]*")
_LIST_MARK = re.compile(r"(?m)^[^\S\n]*(?:step\s*)?\d++[.):]\s", re.IGNORECASE)
_PRIOR = 50
"""Tokens' worth of trust in a number's length, before its frequency is believed."""

Kind = Literal["text", "numbers", "answer"]
Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Leak:
    """Something of a held-out problem found in a rule."""

    rule: str
    problem: str
    kind: Kind
    quote: str
    """The words or numbers that both share."""


@dataclass(frozen=True)
class _Problem:
    id: str
    tokens: Tokens
    numbers: Tokens
    answer: Tokens


def overlap(splits: Mapping[str, Sequence[str]]) -> list[str]:
    """Name every problem id that stands in two splits: "3f2a is in both train and test"."""
    return [
        f"{problem} is in both {a} and {b}"
        for a, b in combinations(splits, 2)
        for problem in sorted(set(splits[a]) & set(splits[b]))
    ]


class SharedProblem(NamedTuple):
    """One problem in two splits."""

    first: str
    """The split that comes first."""
    second: str
    problem: str
    """Its id in the second split."""
    twin: str
    """Its id in the first one: the same, unless only the words are."""


def shared_problems(splits: Mapping[str, Sequence[tuple[str, str, str]]]) -> list[SharedProblem]:
    """Find problems, given as (id, text, answer), that stand in two splits.

    The same is what has the same id, or the same answer and a text that differs in case, spaces
    and punctuation at most; every number counts.
    """
    found = []
    for first, second in combinations(splits, 2):
        home: dict[object, str] = {}
        for problem in splits[first]:
            home |= dict.fromkeys(_forms(*problem), problem[0])
        for problem in splits[second]:
            twin = next((home[form] for form in _forms(*problem) if form in home), None)
            if twin is not None:
                found.append(SharedProblem(first, second, problem[0], twin))
    return found


def wording(text: str) -> str:
    """A problem's text without what only wording changes: case, spaces, punctuation."""
    backwards = text.casefold()[::-1]
    ended = _ENDS.match(backwards)
    text = backwards[ended.end() if ended else 0 :][::-1]
    return " ".join(_WORDING.sub(" ", text).split())


def _forms(name: str, text: str, answer: str) -> tuple[object, object]:
    return name, (wording(text), answer)


def leaks(
    rule_texts: Mapping[str, str],
    problems: Sequence[tuple[str, str, str]],
    classes: Sequence[str] = (),
    template_words: Sequence[str] = (),
) -> list[Leak]:
    """Find held-out problems, given as (id, text, answer), inside rules, given by their ids.

    Looked for: a long run of a problem's words, its numbers in order, and its answer. Class
    labels, `template_words`, and words that most problems share never count. At most one leak
    is told for each rule and problem.
    """
    read = [
        _Problem(name, _tokens(text), _numbers(_tokens(text)), _tokens(answer))
        for name, text, answer in problems
    ]
    free = {*_all_tokens(classes), *_all_tokens(template_words)}
    scale = _Scale(read, free, LUCK / max(1, len(rule_texts)))
    found = []
    for rule, text in rule_texts.items():
        tokens = _tokens(_LIST_MARK.sub(" ", text))
        for problem in scale.suspects(tokens):
            leak = (
                _shared_text(rule, tokens, problem, scale)
                or _shared_numbers(rule, tokens, problem, scale)
                or _shared_answer(rule, tokens, problem, scale)
            )
            if leak:
                found.append(leak)
    return found


class _Scale:
    """Weighs tokens by how unlikely they are in these problems."""

    def __init__(self, problems: Sequence[_Problem], free: set[str], luck: float) -> None:
        self.problems = problems
        self.luck = luck
        self.seen = Counter(token for p in problems for token in set(p.tokens))
        # With one or two problems every word is in most of them: nothing to learn from.
        many = len(problems) / 2 if len(problems) > 2 else math.inf
        self.free = free | {t for t, count in self.seen.items() if count > many}
        self.few = max(1.0, 0.02 * len(problems))
        """More problems than this share what belongs to a family, not to one of them."""
        self.counts = Counter(number for p in problems for number in p.numbers)
        self.total = sum(self.counts.values())
        self.places = max(1, sum(len(p.tokens) for p in problems))
        self.answers = Counter(p.answer for p in problems)

    def number(self, token: str) -> float:
        digits = len(re.sub(r"\D", "", token).strip("0")) or 1
        prior = 10.0**-digits
        return -math.log2((self.counts[token] + _PRIOR * prior) / (self.total + _PRIOR))

    def weight(self, token: str) -> float:
        if token[0].isdigit():
            return self.number(token)
        if token in self.free:
            return 0.0
        # Ordinary prose carries about 1.7 bits a letter; a word that recurs carries less.
        rarity = math.log2(max(len(self.problems), _PRIOR) / max(1, self.seen[token]))
        return max(0.0, min(1.7 * len(token), rarity))

    def run(self, numbers: Tokens) -> float:
        """Bits of numbers in a row; one that repeats or follows by counting adds only one."""
        return sum(
            1.0 if before and _follows(before, number) else self.number(number)
            for before, number in zip(("", *numbers), numbers, strict=False)
        )

    def beyond_luck(self, chances: int) -> float:
        """Bits from which a match is no coincidence, with so many things to match."""
        return math.log2(chances / self.luck)

    def particular(self, run: Tokens) -> bool:
        return sum(_has(p.tokens, run) for p in self.problems) <= self.few

    def suspects(self, tokens: Tokens) -> Iterable[_Problem]:
        """Problems that share anything with the rule but free words."""
        mine = {t for t in tokens if t[0].isdigit() or t not in self.free}
        return (p for p in self.problems if not mine.isdisjoint((*p.tokens, *p.answer)))


def _shared_text(rule: str, tokens: Tokens, problem: _Problem, scale: _Scale) -> Leak | None:
    whole = problem.tokens
    if len(whole) >= WHOLE and _has(tokens, whole) and scale.particular(whole):
        return Leak(rule, problem.id, "text", " ".join(whole))
    run = _heaviest_run(tokens, whole, scale.weight)
    bits = sum(scale.weight(token) for token in run)
    if len(run) < RUN or sum(not t[0].isdigit() and t not in scale.free for t in run) < 3:
        return None
    if bits < scale.beyond_luck(scale.places) or not scale.particular(run):
        return None
    return Leak(rule, problem.id, "text", " ".join(run))


def _shared_numbers(rule: str, tokens: Tokens, problem: _Problem, scale: _Scale) -> Leak | None:
    mine, answer = _numbers(tokens), problem.answer
    run = _heaviest_run(mine, problem.numbers, scale.number)
    if len(run) < 2:
        return None
    whole = run == problem.numbers
    bits, chances = scale.run(run), len(scale.problems) if whole else scale.places
    # A worked example: the problem's numbers with its answer right behind them.
    if whole and answer == _numbers(answer) and _has(mine, run + answer):
        run, bits = run + answer, bits + sum(scale.number(token) for token in answer)
    if bits < scale.beyond_luck(chances):
        return None
    return Leak(rule, problem.id, "numbers", " ".join(run))


def _shared_answer(rule: str, tokens: Tokens, problem: _Problem, scale: _Scale) -> Leak | None:
    answer = problem.answer
    if not _has(tokens, answer) or scale.answers[answer] > scale.few:
        return None
    # A word from the text of many problems is part of the task, not the answer to one.
    words = [t for t in answer if not t[0].isdigit() and scale.seen[t] <= scale.few]
    telling = sum(len(t) for t in words if t not in scale.free) >= 5
    bits = sum(scale.weight(token) for token in answer)
    luck = scale.beyond_luck(len(scale.answers) * max(1, len(_numbers(tokens))))
    # Four words of its own in a row: nobody writes such an answer out by coincidence.
    whole = sum(not t[0].isdigit() and t not in scale.free for t in answer) >= 4
    found = telling or whole or bits >= luck
    return Leak(rule, problem.id, "answer", " ".join(answer)) if found else None


def _tokens(text: str) -> Tokens:
    return tuple(_TOKEN.findall(text.lower()))


def _all_tokens(texts: Sequence[str]) -> set[str]:
    return {token for text in texts for token in _tokens(text)}


def _numbers(tokens: Tokens) -> Tokens:
    return tuple(token for token in tokens if token[0].isdigit())


def _follows(before: str, number: str) -> bool:
    return before == number or (
        before.isdigit() and number.isdigit() and int(number) == int(before) + 1
    )


def _has(tokens: Tokens, part: Tokens) -> bool:
    n = len(part)
    return n > 0 and any(tokens[i : i + n] == part for i in range(len(tokens) - n + 1))


def _heaviest_run(a: Tokens, b: Tokens, weight: Callable[[str], float]) -> Tokens:
    """The run of tokens in a row that both have and that weighs most; of equals the longest."""
    places: dict[str, list[int]] = {}
    for j, token in enumerate(b):
        places.setdefault(token, []).append(j)
    best, start, end = (0.0, 0), 0, 0
    row: dict[int, tuple[float, int]] = {}
    for i, token in enumerate(a, start=1):
        new = {}
        for j in places.get(token, ()):
            bits, length = row.get(j - 1, (0.0, 0))
            new[j] = (bits + weight(token), length + 1)
            if new[j] > best:
                best, start, end = new[j], i - new[j][1], i
        row = new
    return a[start:end]
