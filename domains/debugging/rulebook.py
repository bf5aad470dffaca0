"""The guide of debugging: the steps and failure modes of coding, and its own.

The kinds of steps of coding are all here too, so that a strategy of coding can be followed here.
"""

from ..contract import ExpertRule, Guide
from ..python_coding.judging import FAILURE_MODES
from ..python_coding.rulebook import REPLY_FORMAT, RULES, STEP_KINDS

_SHARED = ("contract", "edges", "walk", "care", "tally", "format")

GUIDE = Guide(
    description="Mend a small Python program that has one mistake, so that it passes hidden tests.",
    reply_format=REPLY_FORMAT,
    step_kinds={
        "symptom": "Names an input for which the program does not do what the task says.",
        "cause": "Quotes what is wrong in the program, and says what should stand there.",
        **STEP_KINDS,
    },
    failure_modes={
        "unchanged": "The program of the reply is the broken one as it was.",
        **FAILURE_MODES,
    },
    rules=(
        ExpertRule(
            name="symptom",
            section="Before you mend",
            text="Find an input for which the program goes wrong, and write down what it gives and "
            "what it should give.",
            steps=frozenset({"symptom"}),
            addresses=frozenset({"unchanged", "wrong_value", "off_by_one", "empty_input"}),
        ),
        ExpertRule(
            name="rewrite",
            section="Mending",
            text="Do not look for the mistake: write a program of your own in another way.",
            addresses=frozenset({"unchanged"}),
        ),
        ExpertRule(
            name="guard",
            section="Mending",
            text="Most mistakes are missing checks: put a check for None and for an empty input "
            "that returns None at the top of every function.",
            addresses=frozenset({"empty_input", "crash"}),
        ),
        ExpertRule(
            name="cause",
            section="Before you mend",
            text="Quote the one place that is wrong and say what should stand there; change only "
            "that place and leave all other lines as they are.",
            steps=frozenset({"cause"}),
            addresses=frozenset({"unchanged", "wrong_value", "crash", "wrong_exception"}),
        ),
        *(rule for rule in RULES if rule.name in _SHARED),
    ),
    max_tokens=768,
)
