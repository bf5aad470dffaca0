"""Composes a text that meets every check of a task, out of ready-made sentences.

It shows that a task can be met, gives the pairs on which judges are tried, and, where no model
judges, it ends the worked solution.
"""

import functools
import json
import random

from ..contract import Problem
from .checks import checks
from .measures import Text
from .problems import Task, demands, names_of
from .sentence_frames import FRAMES, OPENINGS, QUESTIONS, QUOTES
from .task_parts import BANDS, BULLETS, NAMED

TRIES = 400
MARK = "TEXT:"
"""Stands on a line of its own before the text."""


def reference_text_of(problem: Problem) -> str:
    """Return a text that meets `problem`; the same one every time."""
    return _find_valid_text(problem.id, json.dumps(dict(problem.data)), problem.text)


@functools.lru_cache(maxsize=4096)
def _find_valid_text(name: str, data: str, asked: str) -> str:
    task: Task = json.loads(data)
    rnd = random.Random(f"specimen/{name}")
    for _ in range(TRIES):
        text = _compose(task, rnd)
        if all(check.held == 1.0 for check in checks(task, asked, Text(text))):
            return text
    raise AssertionError(f"no text of ours meets {name}: {asked}")


def write_solution(problem: Problem, steps: frozenset[str]) -> str:
    """Write out `steps`, always in the same order, and the text."""
    written = [write(problem) for kind, write in WRITERS.items() if kind in steps]
    return "\n".join([*written, MARK, reference_text_of(problem)])


def _list_demands(problem: Problem) -> str:
    return f"Asked: {' '.join(it.rstrip('.') + ';' for it in demands(problem.data))[:-1]}."


def _outline(problem: Problem) -> str:
    """List the topic's words in the order in which the text names them."""
    said = Text(reference_text_of(problem))
    names = [name for name in names_of(problem.data) if said.holds(name)]
    return f"Outline: {', then '.join(sorted(names, key=lambda it: said.said.find(it)))}."


def _budget(problem: Problem) -> str:
    said, (low, high) = Text(reference_text_of(problem)), problem.data["words"]
    sentences, each = len(said.sentences), round(len(said.words) / len(said.sentences))
    return (
        f"Budget: {sentences} sentences of about {each} words make {sentences * each}; "
        f"{low} to {high} are asked for."
    )


WRITERS = {"asked": _list_demands, "outline": _outline, "budget": _budget}


def _compose(task: Task, rnd: random.Random) -> str:
    band = next(band for band in BANDS if list(band.words) == task["words"])
    form, mode = str(task.get("form", "")), str(task["mode"])
    low, high = band.sentences
    count = rnd.randint(low, high)
    frames = rnd.sample(FRAMES[mode], count)
    if form == "question":
        frames[-1] = QUESTIONS[mode]
    elif form == "quote":
        frames[rnd.randrange(count)] = QUOTES[mode]
    elif form == "opening":
        frames[0] = OPENINGS[mode]
    sentences = [
        frame.format(noun) for frame, noun in zip(frames, _nouns(task, rnd, count), strict=True)
    ]
    if "course" in task:
        free = range(form == "opening", count)
        for at, mark in zip(sorted(rnd.sample(free, 3)), task["course"], strict=True):
            sentences[at] = f"{mark}, {_lower(sentences[at])}"
    return _apply_form(task, form, sentences, band.paragraphs if count >= band.paragraphs else 1)


def _nouns(task: Task, rnd: random.Random, count: int) -> list[str]:
    """Choose what has to be there, then whatever belongs to the topic, and mix them."""
    names, wanted = list(names_of(task)), list(task.get("include", ()))
    rnd.shuffle(names)
    chosen = [*wanted, *names[:NAMED], *names[NAMED:], *names][:count]
    while len(chosen) < count:
        chosen.append(rnd.choice(names))
    rnd.shuffle(chosen)
    return chosen


def _lower(sentence: str) -> str:
    """Return the sentence as it goes on after a comma; a name keeps its capital."""
    return sentence if sentence.startswith("Mara") else sentence[0].lower() + sentence[1:]


def _apply_form(task: Task, form: str, sentences: list[str], paragraphs: int) -> str:
    """Put sentences into paragraphs, and around them what the form demands."""
    size = -(-len(sentences) // paragraphs)
    parts = [sentences[at : at + size] for at in range(0, len(sentences), size)]
    body = "\n\n".join(" ".join(part) for part in parts)
    if form == "list":
        return _list_last_sentences(parts)
    if form == "title":
        return f"{names_of(task)[0].capitalize()} and {names_of(task)[1]}\n\n{body}"
    if form == "letter":
        return f"Dear reader,\n{body}\nYours, Mara"
    return body


def _list_last_sentences(parts: list[list[str]]) -> str:
    """Put the last three sentences on lines of their own."""
    *others, last = parts
    if others and len(last) < BULLETS:
        # The last paragraph is short: it takes what it lacks from the one before.
        lacks = BULLETS - len(last)
        others[-1], last = others[-1][:-lacks], others[-1][-lacks:] + last
    head, items = last[:-BULLETS], [f"- {item}" for item in last[-BULLETS:]]
    closing = "\n".join([*([" ".join(head)] if head else []), *items])
    return "\n\n".join([*(" ".join(part) for part in others), closing])
