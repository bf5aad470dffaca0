"""The guide of Python coding: kinds of steps, failure modes, and an expert's rules.

The rules stand in no order of merit, and nothing says which of them help: gates find out.
"""

from ..contract import ExpertRule, Guide
from .judging import FAILURE_MODES

STEP_KINDS = {
    "tally": "Counts the words of the task and the examples.",
    "contract": "Says what goes in, what comes out, and what is left alone.",
    "plan": "Says in one sentence how it is going to be done.",
    "edges": "Names edge cases with their results.",
    "walk": "Walks one example through, with the values that change.",
}

RULES = (
    ExpertRule(
        name="walk",
        section="Before you write",
        text="Take one example and work it through by hand, writing down each value that changes, "
        "before you write any code.",
        steps=frozenset({"walk"}),
        addresses=frozenset({"off_by_one", "wrong_value", "wrong_order"}),
    ),
    ExpertRule(
        name="shortcut",
        section="Writing",
        text="The examples show all that matters: write the shortest code that gives their "
        "results, and spend no lines on inputs that they do not show.",
        addresses=frozenset({"wrong_value", "timeout"}),
    ),
    ExpertRule(
        name="edges",
        section="Before you write",
        text="List the edge cases first, each with its result: nothing, a single element, equal "
        "elements, negative numbers, the very limit that the task names.",
        steps=frozenset({"edges"}),
        addresses=frozenset({"empty_input", "duplicates", "negative_numbers", "off_by_one"}),
    ),
    ExpertRule(
        name="care",
        section="Habits",
        text="Read the task carefully, write clean code, and check it once more before you answer.",
        addresses=frozenset({"wrong_value", "crash"}),
    ),
    ExpertRule(
        name="contract",
        section="Before you write",
        text="Write down the types of what goes in and comes out, and which exception is raised "
        "when; then return exactly that, and never print it.",
        steps=frozenset({"contract"}),
        addresses=frozenset({"wrong_type", "returns_nothing", "wrong_exception", "not_defined"}),
    ),
    ExpertRule(
        name="in_place",
        section="Writing",
        text="Save memory: sort, pop and assign in the list that you are given instead of copying.",
        addresses=frozenset({"timeout", "stopped"}),
    ),
    ExpertRule(
        name="copies",
        section="Writing",
        text="Leave arguments as they are unless the task says to change them: sort copies.",
        addresses=frozenset({"mutated_argument"}),
        when="an argument is a list or a dict",
    ),
    ExpertRule(
        name="plan",
        section="Before you write",
        text="Say in one sentence how you are going to do it, and keep to that.",
        steps=frozenset({"plan"}),
        addresses=frozenset({"wrong_value", "timeout", "does_not_load"}),
    ),
    ExpertRule(
        name="tally",
        section="Before you write",
        text="Count the words of the task and the examples before you begin.",
        steps=frozenset({"tally"}),
        addresses=frozenset({"wrong_value"}),
    ),
    ExpertRule(
        name="swallow",
        section="Writing",
        text="Put the whole body into `try` and return None on any exception: nothing may crash.",
        addresses=frozenset({"crash", "wrong_exception"}),
    ),
    ExpertRule(
        name="format",
        section="Habits",
        text="Put the whole program into one block at the end, with no tests and no prints in it.",
        addresses=frozenset({"no_code", "does_not_load"}),
    ),
)

REPLY_FORMAT = (
    "Reply with the whole program in one ```python block. Return values, do not print them; leave "
    "arguments as they are unless you are told to change them."
)

GUIDE = Guide(
    description="Write a small Python program (3.11, standard library) that passes hidden tests.",
    reply_format=REPLY_FORMAT,
    step_kinds=STEP_KINDS,
    failure_modes=FAILURE_MODES,
    rules=RULES,
    max_tokens=768,
)
