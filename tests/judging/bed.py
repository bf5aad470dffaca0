"""The bed: at least 3,400 replies of which everybody knows whether they are right.

Nothing here asks a judge. A right reply is a spelling of the right value within a wrapper; a wrong
one has another value, computed exactly, or takes its answer back, or never gives it.
"""

import hashlib
import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from .file_maths import FILE, file_cases
from .generated_maths import GENERATED, generated_cases
from .lines_cases import lines_cases
from .parts import PLAIN, Case, Production, Reply, Spelling, Template
from .puzzle_cases import (
    general_cases,
    gym_cases,
    job_cases,
    plan_cases,
    room_cases,
    weighted_cases,
)
from .refusals import REFUSALS
from .wrappers import MARK, OPEN, REMARKS, WRAPPERS

WORKING = (
    "Let me work through this step by step.",
    "First I write down what is given, then I work towards the result.",
    "We rewrite the problem and simplify.\nEach step follows from the one before.",
    "**Step 1.** Read the problem.\n\n**Step 2.** Work it out.",
    "Let's see.",
    "The rules give it directly.",
    "Okay, so the problem is clear. I go through it slowly and write each result down.",
)
WITH_NUMBERS = (
    "To begin with, 3 + 4 = 7, which is needed below.",
    "We have $2 \\cdot 5 = 10$ and $10 - 1 = 9$.\n\nThe rest follows.",
)
ENOUGH = {GENERATED: 330, FILE: 640, "gym": 130, "general": 120, "scheduling:weighted": 115}
"""Domain -> how many replies of each kind; any other gets `USUAL`."""
USUAL = 105


FIXED = "bed"
"""The seed by which judges are measured; any other one draws replies that nobody has seen."""


@cache
def replies(seed: str = FIXED) -> Sequence[Reply]:
    """Return all replies of a seed, the same at every call and on every machine."""
    return tuple(
        reply
        for label, cases in _cases_by_label().items()
        for right in (True, False)
        for reply in _draw(label, cases, right, seed)
    )


def fingerprint() -> str:
    """Return the SHA-256 of every label, question, reply and name."""
    rows = [(it.label, it.problem.text, it.text, it.wanted, it.name) for it in replies()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def productions() -> frozenset[Production]:
    return frozenset(one for reply in replies() for one in reply.productions) - {PLAIN}


SOURCES: tuple[Callable[[], Iterator[Case]], ...] = (
    generated_cases, file_cases, lines_cases, gym_cases, general_cases, room_cases, weighted_cases,
    job_cases, plan_cases,
)  # fmt: skip


@cache
def _cases_by_label() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in itertools.chain.from_iterable(source() for source in SOURCES):
        found.setdefault(case.label, []).append(case)
    return found


def _draw(label: str, cases: Sequence[Case], right: bool, seed: str) -> list[Reply]:
    """Draw replies of a domain: written ones, each template, each spelling, then compositions."""
    rnd = random.Random(f"{seed}/{label}/{right}")
    enough, found = ENOUGH.get(label, USUAL), dict[tuple[str, str], Reply]()
    passes = (
        (0.1, _wholes(cases, right, rnd)),
        (0.5, _templates(cases, WRAPPERS if right else REFUSALS, rnd)),
        (0.75, _spellings(cases, right, rnd)),
        (1.0, _compositions(cases, right, rnd)),
    )
    for share, drawn in passes:
        for reply in drawn:
            if len(found) >= enough * share:
                break
            found.setdefault((reply.problem.id, reply.text), reply)
    return list(found.values())


def _wholes(cases: Sequence[Case], right: bool, rnd: random.Random) -> Iterator[Reply]:
    written = [(case, it) for case in cases for it in case.wholes if it.right is right]
    for case, whole in rnd.sample(written, len(written)):
        yield Reply(case.label, case.domain, case.problem, whole.text, right, (whole.production,),
                    whole.production.group)  # fmt: skip


def _templates(
    cases: Sequence[Case], templates: Sequence[Template], rnd: random.Random
) -> Iterator[Reply]:
    """Yield each template once, around the plainest spelling of a right answer that it takes."""
    for template in rnd.sample(templates, len(templates)):
        some = [case for case in cases if case.kind in template.kinds]
        if some:
            case = rnd.choice(some)
            spelling = next((it for it in case.rights if template.suits(it)), None)
            made = spelling and _made(case, template, spelling, templates is WRAPPERS, rnd)
            if made:
                yield made


def _spellings(cases: Sequence[Case], right: bool, rnd: random.Random) -> Iterator[Reply]:
    """Yield each way of writing an answer, or of missing it, behind a plain mark or in a box."""
    homes: dict[Production, list[tuple[Case, Spelling]]] = {}
    for case in cases:
        for spelling in case.rights if right else case.wrongs:
            homes.setdefault(spelling.production, []).append((case, spelling))
    plain_ones = [it for it in WRAPPERS if it.production.name in ("mark", "bold label", "box")]
    for home in rnd.sample(list(homes.values()), len(homes)):
        case, spelling = rnd.choice(home)
        fit = [it for it in plain_ones if case.kind in it.kinds and it.suits(spelling)]
        made = _made(case, rnd.choice(fit or [MARK]), spelling, right, rnd)
        if made:
            yield made


def _compositions(cases: Sequence[Case], right: bool, rnd: random.Random) -> Iterator[Reply]:
    """Yield spellings in templates, some of them with a remark behind, without end."""
    while True:
        case = rnd.choice(cases)
        takes_back = not right and rnd.random() < 0.4
        spelling = rnd.choice(case.rights if right or takes_back else case.wrongs)
        if takes_back and case.kind in "tc":
            spelling = case.rights[0]  # No sentence within a sentence.
        template = rnd.choice(REFUSALS if takes_back else WRAPPERS)
        if case.kind not in template.kinds or not template.suits(spelling):
            continue
        made = _made(case, template, spelling, right, rnd)
        if made and template.production.group in OPEN and rnd.random() < 0.4:
            remark = rnd.choice([it for it in REMARKS if case.kind in it.kinds])
            text = f"{made.text.rstrip()}\n\n{remark.text}"
            parts = (*made.productions, remark.production)
            made = replace(made, text=text, productions=parts)
        if made:
            yield made


def _made(
    case: Case, template: Template, spelling: Spelling, right: bool, rnd: random.Random
) -> Reply | None:
    """Fill a template; None where it wants a rival in a formula and there is none."""
    shown_right = spelling in case.rights
    rival = rnd.choice(case.rivals) if shown_right else case.rights[0]
    if "@N" in template.text and rival.mode == "prose":
        return None
    workings = WORKING + WITH_NUMBERS if case.kind in "vmn" else WORKING
    text = template.text
    for place, filling in (
        ("@W", rnd.choice(workings)), ("@A", spelling.prose()), ("@M", spelling.text),
        ("@P", spelling.text), ("@B", rival.prose()), ("@N", rival.text),
        ("@Q", case.problem.text),
    ):  # fmt: skip
        text = text.replace(place, filling)
    parts = (spelling.production, template.production)
    special = template if shown_right and (not right or spelling.production == PLAIN) else spelling
    group = special.production.group
    return Reply(case.label, case.domain, case.problem, text, right, parts, group)
