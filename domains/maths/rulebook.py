"""The guide of maths: kinds of steps, failure modes, and rules that its teachers would give.

The rules stand in no order of merit, and nothing says which of them help: gates find out.
"""

from ..contract import ExpertRule, Guide

STEP_KINDS = {
    "given": "Copies the numbers of the problem.",
    "rounded": "Rounds every number of the problem to its first digit.",
    "equation": "Writes down the equation or formula that the problem comes down to.",
    "working": "Writes every transformation on a line of its own, each line true.",
    "unit": "Names the unit of the answer and what it measures.",
    "check": "Puts the answer back into the problem and works both sides out.",
}

FAILURE_MODES = {
    "no_answer": "The reply holds no answer of the kind that was asked for.",
    "sign_slip": "The answer would be right with another sign.",
    "arithmetic_slip": "A calculation is false, or a number is off by 1, 2, 10 or its point.",
    "missing_unit": "The number is right, its unit is missing.",
    "wrong_unit": "The unit is not one for the quantity that was asked for.",
    "unsimplified": "The value is right, it is not in the form that was asked for.",
    "stopped_early": "The answer is a result on the way to what was asked for.",
    "false_line": "A line of the working is false.",
    "wrong_ends": "The ends of the interval are in the wrong order or have the wrong brackets.",
    "missing_solution": "Only a part of the answer is given.",
    "no_equation": "Not right, and no equation is written down.",
    "wrong_answer": "The answer is wrong, and nothing shows why.",
}

RULES = (
    ExpertRule(
        name="rounding",
        section="Before you calculate",
        text="Round every number to its first digit first: with easy numbers you make no slips, "
        "and the result will be near enough.",
        steps=frozenset({"rounded"}),
        addresses=frozenset({"arithmetic_slip", "wrong_answer"}),
    ),
    ExpertRule(
        name="lines",
        section="Working",
        text="Change one thing at a time and write each change on a line of its own, with both "
        "sides of the equals sign worked out.",
        steps=frozenset({"working"}),
        addresses=frozenset(
            {"arithmetic_slip", "sign_slip", "false_line", "no_equation", "wrong_answer"}
        ),
    ),
    ExpertRule(
        name="care",
        section="Habits",
        text="Read the problem twice, stay calm, and think carefully before you write.",
        addresses=frozenset({"wrong_answer", "arithmetic_slip", "sign_slip"}),
    ),
    ExpertRule(
        name="equation",
        section="Before you calculate",
        text="Before you calculate, write down the one equation or formula that holds what is "
        "given and what is asked for.",
        steps=frozenset({"equation"}),
        addresses=frozenset({"no_equation", "wrong_answer", "stopped_early"}),
    ),
    ExpertRule(
        name="unit",
        section="Before you answer",
        text="Name the unit of what was asked for and write it behind the number: lengths, areas "
        "and volumes have different ones.",
        steps=frozenset({"unit"}),
        addresses=frozenset({"missing_unit", "wrong_unit"}),
        when="the problem gives units",
    ),
    ExpertRule(
        name="copy",
        section="Before you calculate",
        text="Copy all the numbers of the problem in the order in which they stand there.",
        steps=frozenset({"given"}),
        addresses=frozenset({"wrong_answer", "missing_solution"}),
    ),
    ExpertRule(
        name="substitute",
        section="Before you answer",
        text="Put your result back into the problem and work both sides out: if they differ, look "
        "for the first line that is false.",
        steps=frozenset({"check"}),
        addresses=frozenset({"false_line", "sign_slip", "arithmetic_slip", "missing_solution"}),
    ),
    ExpertRule(
        name="asked",
        section="Before you answer",
        text="Read once more what is asked for: the last number you found may be only a step on "
        "the way.",
        addresses=frozenset({"stopped_early", "missing_solution"}),
    ),
    ExpertRule(
        name="first",
        section="Habits",
        text="Trust your first result: what comes out of the first calculation is nearly always "
        "what the problem asks for.",
        addresses=frozenset({"arithmetic_slip", "wrong_answer"}),
    ),
    ExpertRule(
        name="form",
        section="Before you answer",
        text="Cancel fractions, collect like terms and take squares out of roots before you give "
        "the result.",
        addresses=frozenset({"unsimplified"}),
    ),
    ExpertRule(
        name="brackets",
        section="Before you answer",
        text="Write the smaller end of an interval first, a square bracket where the end belongs "
        "to it and a round one where it does not.",
        addresses=frozenset({"wrong_ends"}),
        when="the answer is an interval",
    ),
    ExpertRule(
        name="whole",
        section="Working",
        text="Write the equation down, change it line by line until what is asked for stands "
        "alone, and check the result by putting it back.",
        steps=frozenset({"equation", "working", "check"}),
        addresses=frozenset({"no_equation", "false_line", "arithmetic_slip", "wrong_answer"}),
    ),
)

GUIDE = Guide(
    description="Solve problems of algebra, geometry, calculus, statistics and everyday life "
    "exactly: numbers, expressions, intervals, with units.",
    reply_format="End with `Answer:` and the result, exact and with its unit if there is one.",
    step_kinds=STEP_KINDS,
    failure_modes=FAILURE_MODES,
    rules=RULES,
    max_tokens=320,
)
