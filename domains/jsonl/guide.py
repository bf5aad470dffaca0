"""The guide of a file of problems: failure modes, steps, rules; and its verdicts and features."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from ..contract import ExpertRule, Guide, Problem, Verdict
from ..reading import Reading, Unreadable
from ..reading.classes import class_of
from ..reading.numbers import read_number, same_number
from ..reading.rules import Terms, first_line, is_right, read_by

FAILURE_MODES = {
    "no_answer": "No answer could be read: `Answer:` is missing, or what follows it is unclear.",
    "no_working": "Wrong, and nothing but the answer was written.",
    "hidden_answer": "The right answer stands in the reply, but not where it is read.",
    "wrong_sign": "The number is right but for its sign.",
    "wrong_scale": "The number is too large or too small by a power of ten.",
    "wrong_answer": "The answer is not the right one.",
}

FORMATS = {
    "number": "End with `Answer:` and the number.",
    "set": "End with `Answer:` and the items, separated by commas.",
}
STATED = {
    "asked": "Says once more what is asked.",
    "working": "Writes the solution out.",
}

RESTATE = ExpertRule(
    name="asked",
    section="Before you begin",
    text="Say in one line what is asked before you work on it.",
    steps=frozenset({"asked"}),
    addresses=frozenset({"wrong_answer", "no_working"}),
)
CARE = ExpertRule(
    name="care",
    section="Habits",
    text="Work slowly and check your work once more before you answer.",
    addresses=frozenset({"wrong_answer", "wrong_sign", "wrong_scale"}),
)
FORMAT = ExpertRule(
    name="format",
    section="Habits",
    text="Close with the answer in the form that was asked for, and write nothing after it.",
    addresses=frozenset({"no_answer", "hidden_answer"}),
)


def guide_of(
    name: str,
    *,
    judges: Collection[str],
    classes: tuple[str, ...],
    kinds: tuple[str, ...],
    said: Mapping[str, str],
    rules: tuple[ExpertRule, ...],
    max_tokens: int,
) -> Guide:
    """Return the guide of a file; its options go before our defaults."""
    formats = {FORMATS.get(judge, "End with `Answer:` and the answer.") for judge in judges}
    if classes:
        formats = {f"End with `Answer:` and one of these: {', '.join(classes)}."}
    mixed = "End with `Answer:` and the answer."
    return Guide(
        description=said["description"] or f"Answer the questions of {name}.",
        reply_format=said["reply_format"] or (formats.pop() if len(formats) == 1 else mixed),
        step_kinds={"asked": STATED["asked"], **{kind: _about(kind) for kind in kinds}},
        failure_modes=FAILURE_MODES,
        classes=classes,
        rules=rules or (CARE, *(_working(kind) for kind in kinds), RESTATE, FORMAT),
        max_tokens=max_tokens,
    )


def _about(kind: str) -> str:
    return STATED.get(kind, f"Writes out: {kind.replace('_', ' ')}.")


def _working(kind: str) -> ExpertRule:
    text = "Work step by step, and write every step down before you give the answer."
    if kind != "working":
        text = f"Before you answer, write this out: {kind.replace('_', ' ')}."
    return ExpertRule(
        name=kind,
        section="Working",
        text=text,
        steps=frozenset({kind}),
        addresses=frozenset({"no_working", "wrong_answer", "wrong_scale"}),
    )


_SENTENCE = re.compile(
    r"(?<![^.!?\n])[^\S\n]*+[^\s.!?][^.!?\n]*+(?:[.!?]++(?=\s|$)|$|(?=\n))",
)


def restate_question(prompt: str) -> str:
    """Return the last sentence of a prompt, which mostly is the question."""
    sentences = _SENTENCE.findall(prompt.strip())
    return f"Asked: {sentences[-1].strip() if sentences else prompt.strip()}"


def verdict_of(
    problem: Problem, reply: str, read: Reading[str], guide: Guide, terms: Terms
) -> Verdict:
    """Judge a reply: right when it meets one of the line's answers, else with its failure modes."""
    if read.answer is None:
        said = f"{read.refusal or 'No answer can be read.'} {guide.reply_format}"
        hidden = ["hidden_answer"] if _hides_answer(problem, reply) else []
        return Verdict(0.0, "unparsed", said, ("no_answer", *hidden))
    rule, wanted = str(problem.data["judge"]), problem.data["answers"]
    shown = ", ".join(read.answer.split("\n")) if rule == "set" else first_line(read.answer)
    if any(is_right(rule, each, read.answer, terms) for each in wanted):
        return Verdict(1.0, "right", "Right.", (), shown)
    works = re.search(r"\w", read.working)
    modes = [*_near(problem, read.answer), *(() if works else ("no_working",))]
    if _hides_answer(problem, reply):
        modes.append("hidden_answer")
    said = f"The answer is {problem.answer}, not {shown[:60]}."
    return Verdict(0.0, "wrong", said, tuple(modes), shown)


def read_answer(problem: Problem, reply: str, guide: Guide, terms: Terms) -> Reading[str]:
    """Return the answer of a reply, as the rule of its line reads it."""
    if _said_back(reply) in (_said_back(problem.text), _said_back(guide.reply_format)):
        return Reading(None, None, "The reply only says back what it was told.")
    judge = str(problem.data["judge"])
    read = read_by(judge, reply, terms)
    if read.answer is None and judge == "class" and (opening := _opening(reply, terms.classes)):
        return Reading(opening, opening)
    return read


def _said_back(text: str) -> str:
    return " ".join(text.split())


def _opening(reply: str, classes: Sequence[str]) -> str | None:
    """Return the class that a reply without `Answer:` opens with, if it names no other one."""
    named = [it for it in classes if re.search(rf"(?<!\w){re.escape(it)}(?!\w)", reply, re.I)]
    first = re.split(r"[.!?\n]", reply.strip(), maxsplit=1)[0]
    try:
        return class_of(first, classes) if len(named) == 1 and "nswer:" not in reply else None
    except Unreadable:
        return None


def _hides_answer(problem: Problem, reply: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(problem.answer)}(?!\w)", reply)) and (
        problem.answer not in problem.text
    )


def _near(problem: Problem, answer: str) -> Iterator[str]:
    """Yield the failure mode of a wrong answer: a number's sign or scale, or the whole of it."""
    if problem.data["judge"] == "number":
        try:
            found, wanted = read_number(answer), read_number(problem.answer)
        except Unreadable:
            yield "wrong_answer"
            return
        if wanted.value and same_number(wanted, found._replace(value=-found.value)):
            yield "wrong_sign"
            return
        if any(
            same_number(wanted, found._replace(value=found.value * Fraction(10) ** places))
            for places in (-3, -2, -1, 1, 2, 3)
        ):
            yield "wrong_scale"
            return
    yield "wrong_answer"
