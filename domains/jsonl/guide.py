"""The guide of a file of problems: failure modes, steps, rules; and its verdicts and features."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..answers import (
    JUDGES,
    NUMBER,
    ParsedAnswer,
    answer_of,
    class_of,
    number_of,
    same_number,
    shows_work,
)
from ..contract import ExpertRule, Guide, Problem, Verdict

MANY = 10
"""More different answers than this are no classes, unless the file says so."""

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


def restate_question(prompt: str) -> str:
    """Return the last sentence of a prompt, which mostly is the question."""
    sentences = re.findall(r"[^.!?\n]*[^\s.!?][^.!?\n]*(?:[.!?]+(?=\s|$)|$|(?=\n))", prompt.strip())
    return f"Asked: {sentences[-1].strip() if sentences else prompt.strip()}"


def verdict_of(problem: Problem, reply: str, guide: Guide, classes: Sequence[str]) -> Verdict:
    """Judge a reply: right when it meets one of the line's answers, else with its failure modes."""
    read = _read_answer(problem, reply, guide, classes)
    if read.answer is None:
        said = f"No answer can be read. {guide.reply_format}"
        hidden = ["hidden_answer"] if _hides_answer(problem, reply) else []
        return Verdict(0.0, "unparsed", said, ("no_answer", *hidden))
    if read.right:
        return Verdict(1.0, "right", "Right.", (), read.answer)
    modes = [*_near(problem, read.answer), *(() if shows_work(reply) else ("no_working",))]
    if _hides_answer(problem, reply):
        modes.append("hidden_answer")
    said = f"The answer is {problem.answer}, not {read.answer[:60]}."
    return Verdict(0.0, "wrong", said, tuple(modes), read.answer)


def _read_answer(
    problem: Problem, reply: str, guide: Guide, classes: Sequence[str]
) -> ParsedAnswer:
    if _said_back(reply) in (_said_back(problem.text), _said_back(guide.reply_format)):
        return ParsedAnswer(None)
    answer = answer_of(reply)
    judge = str(problem.data["judge"])
    if answer is None and judge == "class":
        answer = _opening(reply, classes)
    if answer is None:
        return ParsedAnswer(None)
    reads = [JUDGES[judge](answer, wanted, classes) for wanted in problem.data["answers"]]
    return next((read for read in reads if read.right), reads[0])


def _said_back(text: str) -> str:
    return " ".join(text.split())


def _opening(reply: str, classes: Sequence[str]) -> str | None:
    """Return the class that a reply without `Answer:` opens with, if it names no other one."""
    found = class_of(reply, classes)
    named = [it for it in classes if re.search(rf"(?<!\w){re.escape(it)}(?!\w)", reply, re.I)]
    return found if found and len(named) == 1 else None


def _hides_answer(problem: Problem, reply: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(problem.answer)}(?!\w)", reply)) and (
        problem.answer not in problem.text
    )


def _near(problem: Problem, answer: str) -> Iterator[str]:
    """Yield the failure mode of a wrong answer: a number's sign or scale, or the whole of it."""
    found, wanted = number_of(answer), number_of(problem.answer)
    if problem.data["judge"] == "number" and found and wanted:
        if same_number(-found, wanted):
            yield "wrong_sign"
            return
        if any(
            same_number(found * scale, wanted) or same_number(found / scale, wanted)
            for scale in (10, 100, 1000)
        ):
            yield "wrong_scale"
            return
    yield "wrong_answer"


def features_of(prompt: str, classes: Sequence[str]) -> dict[str, float]:
    """Return the shallow facts that a guess could use."""
    numbers = [number_of(match[0]) for match in NUMBER.finditer(prompt)]
    sizes = [min(abs(float(number)), 1e15) for number in numbers if number is not None]
    words = prompt.split()
    facts: dict[str, float] = {
        "characters": len(prompt),
        "words": len(words),
        "lines": prompt.count("\n") + 1,
        "longest word": max(map(len, words), default=0),
        "capitals": sum(letter.isupper() for letter in prompt),
        "numbers": len(sizes),
        "first number": sizes[0] if sizes else 0,
        "last number": sizes[-1] if sizes else 0,
        "largest number": max(sizes, default=0),
    }
    named = classes if len(classes) <= MANY else ()
    return facts | {
        f"says {name}": bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", prompt, re.I))
        for name in named
    }
