"""Cases of maths from a file, which is written for the purpose in the shapes of MATH and GSM8K."""

import contextlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from tutelage.domains import SPLITS, Domain, NotEnoughProblems, Problem, Split, get

from . import shapes
from .golds import GOLDS, Gold
from .golds_of_letters import GOLDS_OF_LETTERS
from .parts import Case, Mode, Production, Spelling, plain, spell, unique
from .values import latex, near_misses, rivals_of, ways_of_writing

FILE = "maths from a file"
PROSE = re.compile(r"[a-z]{3,}|[²½¾%$°]")
NOUNS = ("eggs", "people", "apples", "books", "miles", "points")
WHOLE = (18, 42, -7, 156, 1024, 12345, 1_000_000, 65536, 2_147_483_647, 360, -250, 30, 5, 99, 6300)
FRACTIONS = ("7/2", "7/3", "-3/4", "1/2", "5/8", "22/7", "-11/6", "13/36", "2/5", "4/3")
DECIMALS = ("0.75", "3.14", "0.05", "12.5", "-0.2", "1.375")
POLYNOMIALS = (
    ("x", "3 2"), ("x", "1 5 6"), ("x", "-1 4 0"), ("n", "2 1"), ("x", "5 0"), ("x", "1 0 0 -8"),
    ("y", "6 -1 3"), ("r", "-4 9"), ("k", "7 -2"), ("x", "3/2 1"), ("x", "10 0 -3 1 0"),
    ("a", "1 -1"), ("b", "12 0 0"), ("p", "-2 0 5"),
)  # fmt: skip
SETS = (("[", 2, 5, ")"), ("(", -4, 1, ")"), ("[", 0, 9, "]"), ("(", -7, -3, "]"))
ROOTS = ((2, 3), (-4, 6), (-1, 7), (5, 12))
Row = tuple[str, str, str, tuple[Spelling, ...], tuple[Spelling, ...], tuple[Spelling, ...]]
"""Question, gold, kind, rights, wrongs, rivals."""


def _rows() -> Iterator[Row]:
    for place, n in enumerate(WHOLE):
        noun = NOUNS[place % len(NOUNS)]
        value = Fraction(n)
        rights = (
            *ways_of_writing(value),
            spell(f"{n} {noun}", "noun behind", "unit", "prose"),
            spell(rf"{n} \text{{ {noun}}}", "noun in a formula", "unit", "tex", new=True),
        )
        yield (f"How many {noun} are left?", f"{n:,}" if place % 3 == 2 else str(n),
               "v", rights, tuple(near_misses(value)), rivals_of(value))  # fmt: skip
    for text in FRACTIONS:
        value = Fraction(text)
        more = (spell("50%", "percent for a half", mode="prose"),) if text == "1/2" else ()
        yield ("Which share is it?",
               latex(value), "v", (*ways_of_writing(value), *more), tuple(near_misses(value)),
               rivals_of(value))  # fmt: skip
    for text in DECIMALS:
        value = Fraction(text)
        yield ("Compute it to the last place.", text, "v",
               unique(it for it in (plain(text), *ways_of_writing(value))),
               tuple(near_misses(value)), rivals_of(value))  # fmt: skip
    for letter, numbers in POLYNOMIALS:
        factors = tuple(map(Fraction, numbers.split()))
        gold = shapes.joined(shapes.terms(factors, letter, tex=True), "")
        rival = shapes.polynomial((factors[0] + 2, *factors[1:]), letter)
        yield (f"Simplify the term in {letter}.",
               gold, "m", tuple(shapes.ways_of_polynomial(factors, letter)),
               tuple(shapes.misses_of_polynomial(factors, letter)), (plain(rival),))  # fmt: skip
    for left, low, high, right in SETS:
        yield ("For which x does the condition hold?", f"{left}{low},{high}{right}", "m",
               tuple(shapes.ways_of_interval(str(low), str(high), left, right)),
               tuple(shapes.misses_of_interval(low, high, left, right)),
               (plain(f"{left}{low - 2}, {high + 2}{right}"),))  # fmt: skip
    for one, other in ROOTS:
        yield ("Find all x that solve the equation.", f"{one},{other}", "m",
               tuple(shapes.ways_of_solutions(str(one), str(other))),
               tuple(it for it in shapes.misses_of_solutions(one, other)
                     if it.production.name != "another letter"),
               (plain(f"x = {one + 40} or x = {other + 50}", "prose"),))  # fmt: skip
    for each in (*GOLDS, *GOLDS_OF_LETTERS):
        yield _written_row(each)


ONE_VALUE = frozenset(
    ("degrees", "percent", "money", "length", "area", "speed", "duration", "volume", "mass", "root",
     "pi", "power")
)  # fmt: skip


def _written_row(gold: Gold) -> Row:
    right = Production(f"{gold.topic}: the same", "notation", gold.new)
    wrong = Production(f"{gold.topic}: another", "value", gold.new)
    kind = "v" if gold.topic in ONE_VALUE else "m"
    wrongs = tuple(Spelling(it, wrong, _mode(it)) for it in gold.wrongs)
    rights = (plain(gold.gold, _mode(gold.gold)), *(Spelling(it, right, _mode(it))
                                                    for it in gold.rights))  # fmt: skip
    rival = Spelling(gold.wrongs[0], plain("").production, _mode(gold.wrongs[0]))
    return gold.question, gold.gold, kind, rights, wrongs, (rival,)


def _mode(text: str) -> Mode:
    if "\\" in text:
        return "tex"
    return "prose" if text[0] == "{" or PROSE.search(text) else "any"


def file_cases() -> Iterator[Case]:
    rows: list[Row] = [(f"Exercise {n}. {row[0]}", *row[1:]) for n, row in enumerate(_rows(), 1)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.jsonl"
        lines = (_line(place, row) for place, row in enumerate(rows))
        file.write_text("".join(f"{line}\n" for line in lines))
        domain = get("maths", {"file": str(file)})
    by_question = {problem.text: problem for split in SPLITS for problem in _every(domain, split)}
    assert len(by_question) == len(rows)
    for question, _, kind, rights, wrongs, rivals in rows:
        yield Case(FILE, domain, by_question[question], kind, rights, wrongs, rivals)


def _line(place: int, row: Row) -> str:
    """Write a gold without LaTeX as GSM8K does every second time, any other as MATH does."""
    question, gold = row[0], row[1]
    if place % 2 and "\\" not in gold:
        return json.dumps({"question": question, "answer": f"We work it out.\n#### {gold}"})
    solution = f"We work it out and find $\\boxed{{{gold}}}$."
    return json.dumps({"problem": question, "solution": solution, "level": "Level 3"})


def _every(domain: Domain, split: Split) -> Sequence[Problem]:
    for n in range(200, 0, -1):
        with contextlib.suppress(NotEnoughProblems):
            return domain.problems(split, n, 0)
    return []
