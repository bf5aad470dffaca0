"""Three test problems with the replies of the arms: not the best, the first of each sort."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...evidence.attribution.contrasts import arm_name
from ...store import slots
from ...store.events import AttemptJudged, SplitFrozen
from ...store.readings import attempts_below
from ..run_story import RunStory
from .markup import Html, count, esc, join, section, tag, text

ARMS = (("base", False), ("tuned", False), ("labels_only", False))
UNTUNED = (("base", False), ("base", True), ("placebo", True))
"""Where nothing was trained, the words in the prompt are what there is to compare."""
SORTS = {
    (False, True): "gained",
    (True, False): "lost",
    (False, False): "not learned",
    (True, True): "kept",
}
SHOWN = 3
REPLY = 1600

Answers = Mapping[str, AttemptJudged]


def samples_section(story: RunStory) -> Html:
    """Return the first problem gained, lost and not learned, with the number of each."""
    if story.evaluation is None:
        return Html("")
    measured = {arm: _answers(story, *arm) for arm in (*ARMS, *UNTUNED)}
    arms = ARMS if measured[ARMS[1]] else UNTUNED
    before, after = measured[arms[0]], measured[arms[1]]
    sorts: dict[str, list[Mapping[str, Any]]] = {name: [] for name in SORTS.values()}
    for problem in _problems(story):
        it = problem["id"]
        if it in before and it in after:
            sort = SORTS[before[it].outcome == "right", after[it].outcome == "right"]
            sorts[sort].append(problem)
    chosen = [(name, found[0]) for name, found in sorts.items() if found][:SHOWN]
    if not chosen:
        return Html("")
    counts = ", ".join(f"{len(found)} {name}" for name, found in sorts.items())
    columns = [
        (student.replace("_", " ") + " with words" * words, measured[student, words])
        for student, words in arms
        if measured[student, words]
    ]
    return section(
        "samples",
        "What the replies look like",
        text(
            "p",
            f"Of {count(sum(map(len, sorts.values())), 'test problem')}, {columns[0][0]} against "
            f"{columns[1][0]}: {counts}. Below stands the first of each sort, in the order in "
            "which the problems were frozen.",
        ),
        *(_sample(story, name, problem, columns) for name, problem in chosen),
    )


def _problems(story: RunStory) -> list[Mapping[str, Any]]:
    """Return the frozen test problems, which are open once the run was evaluated."""
    assert story.evaluation is not None, "test is still sealed"
    event = story.log.find(SplitFrozen, story.run, slots.run_step("split", "test"))
    if event is None:
        return []
    problems: list[Mapping[str, Any]] = json.loads(story.log.text(event.problems_text))
    return problems


def _answers(story: RunStory, student: str, strategy: bool) -> Answers:
    """Return the judged replies of one arm on the test split, by problem."""
    prefix = slots.inside(slots.arm_on(slots.EVALUATE, "test", arm_name(student, strategy)))
    attempts = attempts_below(story.log, story.run, prefix)
    return {attempt.problem: attempt for attempt in attempts}


def _sample(
    story: RunStory, sort: str, problem: Mapping[str, Any], columns: Sequence[tuple[str, Answers]]
) -> Html:
    replies = [
        _reply(story, name, answers[problem["id"]])
        for name, answers in columns
        if problem["id"] in answers
    ]
    about = f"{problem['topic']}, difficulty {problem['difficulty']}; answer {problem['answer']}"
    return tag(
        "div",
        tag("h3", esc(sort.capitalize()), text("small", about, longest=200)),
        text("pre", problem["text"], "problem", REPLY),
        tag("div", *replies, cls="replies"),
        cls="card",
    )


def _reply(story: RunStory, name: str, event: AttemptJudged) -> Html:
    head = join([esc(name + " "), text("span", event.outcome, f"badge {event.outcome}")])
    said = story.log.text(event.reply_text)
    return tag("div", tag("h4", head), text("pre", said or "(nothing)", longest=REPLY))
