"""Rewritings of right answers, as people and models write them, and near misses of them.

Both are made around the domain's own bare solution, so that they end as its reply format asks.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .contract import AnswerKind

NUMBER = re.compile(r"\$?-?\$?\d+(?:\.\d+)?(?:/\d+)?")
SIZES = (("mm", "cm", "m", "km"), ("mg", "g", "kg"), ("ml", "l"), ("s", "min", "h"))
"""Units by what they measure: a near miss takes another size, or measures something else."""
QUANTITY = re.compile(rf"({NUMBER.pattern}) ([A-Za-z]+)(\S*)")
MATHEMATICS = re.compile(r"(?=.*\d)(?:[^A-Za-z\"'?!;]|(?<![A-Za-z])[a-z](?![A-Za-z])|sqrt|pi|or)+")
WHOLE = re.compile(r"[=,()\[\]]|\bor\b")
"""Signs of an answer to which no term can be added."""
LISTED = re.compile(r"\bor\b|^[^(\[{]*,")
"""Signs of a list, which an `or` behind it only makes longer."""


class AnswerFrame(NamedTuple):
    """The text around the answer in a domain's bare solution, such as `Answer: `."""

    before: str
    after: str

    def write(self, answer: str) -> str:
        return f"{self.before}{answer}{self.after}"


class TrialReply(NamedTuple):
    """A reply by which a judge is tried."""

    production: str
    """How it was made, in a few words."""
    text: str


def shown_kind(answer: str, classes: Sequence[str]) -> AnswerKind:
    """Return the kind that an answer looks like. A set looks like any text."""
    if answer in classes:
        return "class"
    if NUMBER.fullmatch(answer):
        return "number"
    if QUANTITY.fullmatch(answer):
        return "quantity"
    return "expression" if MATHEMATICS.fullmatch(answer) else "text"


def off_by_a_digit(answer: str) -> str:
    """Return the answer with its first number changed: a last digit, or the first of a decimal."""
    found = re.search(r"\d+(\.\d+)?", answer)
    if not found:
        return f"{answer} + 1"
    place = found.start() if found[1] else found.end() - 1
    digit = "8" if answer[place] == "9" else str(int(answer[place]) + 1)
    return answer[:place] + digit + answer[place + 1 :]


def rewritings(
    kind: AnswerKind, frame: AnswerFrame, answer: str, other: str
) -> Iterator[TrialReply]:
    """Yield replies that give `answer`, and that a judge of the kind must find right."""
    plain, mark = frame.write(answer), frame.before.rstrip()
    yield TrialReply("as asked for", plain)
    if "*" not in plain:
        yield TrialReply("bold", f"**{plain}**")
    yield TrialReply("a wish behind it", f"{plain}\n\nI hope this helps!")
    yield TrialReply("thoughts before it", f"<think>\nPerhaps {other}? No.\n</think>\n\n{plain}")
    yield TrialReply("a token of a chat", f"{plain}<|im_end|>")
    if mark:
        yield TrialReply("on the next line", f"{mark}\n{answer}")
        yield TrialReply("an odd space", f"{mark}\u00a0{answer}{frame.after}")
    if "answer" in frame.before.casefold():
        yield TrialReply("bold mark", f"Done.\n\n**Final answer:** {answer}")
        yield TrialReply("a sentence", f"Done.\n\nThe answer is {answer}.")
        yield TrialReply("a tag", f"Done.\n\n<answer>{answer}</answer>")
        yield TrialReply("four hashes", f"Done.\n#### {answer}")
    yield from (TrialReply(name, frame.write(it)) for name, it in _notations(kind, answer))


def _notations(kind: AnswerKind, answer: str) -> Iterator[tuple[str, str]]:
    """Yield the same answer in other notations."""
    if kind in ("number", "expression") and "$" not in answer:
        yield "LaTeX", f"${answer}$"
        yield "a box", f"$\\boxed{{{answer}}}$"
    if kind == "number":
        yield "a remark in brackets", f"{answer} (checked twice)"
        yield "wide digits", answer.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
        if re.fullmatch(r"-?\d{4,}", answer):
            yield "thousands", f"{int(answer):,}"
    if kind in ("number", "quantity") and "-" in answer:
        yield "a minus sign", answer.replace("-", "\u2212")
    if kind == "class":
        yield "another case", answer.swapcase()
    if kind == "set":
        yield "another order", ", ".join(reversed(_items(answer)))


def near_misses(
    kind: AnswerKind, frame: AnswerFrame, answer: str, other: str
) -> Iterator[TrialReply]:
    """Yield replies that are not right: `other` is a wrong answer of the same kind."""
    right, wrong = frame.write(answer), frame.write(other)
    yield TrialReply("another answer", wrong)
    if not LISTED.search(answer):
        yield TrialReply("a hedge", frame.write(f"{answer} or {other}"))
    yield TrialReply("a hedge in brackets", frame.write(f"{answer} (or {other})"))
    yield TrialReply("a denial", frame.write(f"not {answer}"))
    yield TrialReply("a correction", f"{right}\n\nWait, that is wrong. It should be {other}.")
    yield TrialReply("two answers", f"{right}\n\nI try once more.\n\n{wrong}")
    yield TrialReply("right on the way only", f"At first I get {answer}.\n\n{wrong}")
    yield TrialReply("right in the thoughts only", f"<think>\n{right}\n</think>\n\n{wrong}")
    yield from (TrialReply(name, frame.write(it)) for name, it in _slips(kind, answer))


def _slips(kind: AnswerKind, answer: str) -> Iterator[tuple[str, str]]:
    """Yield other answers that look much like it."""
    zero = not re.search(r"[1-9]", answer)
    if kind in ("number", "quantity") and not zero:
        yield "the other sign", answer.replace("-", "") if "-" in answer else f"-{answer}"
    if kind == "number" and not zero and NUMBER.fullmatch(answer):
        yield "a scale word", f"{answer} million"
        yield "a letter behind it", f"{answer}x"
    if kind == "expression" and not WHOLE.search(answer):
        yield "the other sign", f"-({answer})"
        yield "one term more", f"{answer} + 1"
    found = QUANTITY.fullmatch(answer) if kind == "quantity" else None
    for units in SIZES if found else ():
        if found and found[2] in units:
            yield (
                "a unit of another size",
                f"{found[1]} {units[units.index(found[2]) - 1]}{found[3]}",
            )
            yield "a unit of something else", f"{found[1]} {'m' if 'kg' in units else 'kg'}"
    if kind == "set" and len(items := _items(answer)) > 1:
        yield "one item less", ", ".join(items[1:])


def _items(answer: str) -> list[str]:
    return [it.strip() for it in re.split(r"[,;\n]", answer) if it.strip()]
