"""Finds the text in a reply and scores what can be checked."""

import re
from typing import NamedTuple

from ..contract import Problem, Verdict
from .checks import checks, credit
from .measures import WORD, Text

MARKED = re.compile(r"^[ \t>*_#]{0,8}TEXT[*_ \t]{0,4}:[*_ \t]{0,4}", re.M)
LONGEST = 20_000
"""Characters of a text that are read."""


CHECKS = "checks alone"
"""What a verdict says it was judged by where no model was heard."""


class Judged(NamedTuple):
    """A verdict and the text it is about."""

    verdict: Verdict
    text: str
    """Empty where there is none."""
    credit: float
    """What the checks alone give."""


def text_of(reply: str) -> str:
    """Return the text after the last line `TEXT:`, or the whole of a reply without one."""
    marks = list(MARKED.finditer(reply))
    return reply[marks[-1].end() if marks else 0 :][:LONGEST].strip()


def judge(problem: Problem, reply: str) -> Judged:
    """Score `reply` by its checks alone."""
    text = text_of(reply)
    if not WORD.search(text):
        said = "The reply holds no text; write it after a line `TEXT:`."
        return Judged(Verdict(0.0, "unparsed", said, ("no_text",), judged_by=CHECKS), "", 0.0)
    found = list(checks(problem.data, problem.text, Text(text)))
    broken = [check for check in found if check.held < 1.0]
    earned = credit(found)
    # A text is told by its beginning: long ones are kept as replies anyway.
    answer = " ".join(text.split())[:60]
    if not broken:
        said = f"It meets all {len(found)} demands that can be checked."
        return Judged(Verdict(1.0, "right", said, (), problem.answer, CHECKS), text, 1.0)
    earned = min(earned, 0.99)
    modes = tuple(dict.fromkeys(check.mode for check in broken))
    said = " ".join(check.said for check in broken[:3])
    return Judged(Verdict(earned, "wrong", said, modes, answer, CHECKS), text, earned)
