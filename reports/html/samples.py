"""Three test problems and what the arms replied: not the best three, the first of each sort."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...store.events import AttemptJudged
from .facts import Facts
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


def samples(told: Facts) -> Html:
    """The first problem gained, lost, not learned; with how many of each there are."""
    if told.record is None:
        return Html("")
    measured = {arm: told.answers("test", *arm) for arm in (*ARMS, *UNTUNED)}
    arms = ARMS if measured[ARMS[1]] else UNTUNED
    before, after = measured[arms[0]], measured[arms[1]]
    sorts: dict[str, list[Mapping[str, Any]]] = {name: [] for name in SORTS.values()}
    for problem in told.problems("test"):
        it = problem["id"]
        if it in before and it in after:
            sorts[SORTS[_right(before[it]), _right(after[it])]].append(problem)
    chosen = [(name, found[0]) for name, found in sorts.items() if found][:SHOWN]
    if not chosen:
        return Html("")
    counts = ", ".join(f"{len(found)} {name}" for name, found in sorts.items())
    columns = [(_name(arm), measured[arm]) for arm in arms if measured[arm]]
    return section(
        "samples",
        "What the replies look like",
        text(
            "p",
            f"Of {count(sum(map(len, sorts.values())), 'test problem')}, {columns[0][0]} against "
            f"{columns[1][0]}: {counts}. Below stands the first of each sort, in the order in "
            "which the problems were frozen.",
        ),
        *(_sample(told, name, problem, columns) for name, problem in chosen),
    )


def _right(event: AttemptJudged) -> bool:
    return event.outcome == "right"


def _name(arm: tuple[str, bool]) -> str:
    return {"labels_only": "labels only"}.get(arm[0], arm[0]) + (" with words" if arm[1] else "")


def _sample(
    told: Facts, sort: str, problem: Mapping[str, Any], columns: Sequence[tuple[str, Answers]]
) -> Html:
    replies = [
        _reply(told, name, answers[problem["id"]])
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


def _reply(told: Facts, name: str, event: AttemptJudged) -> Html:
    head = join([esc(name + " "), text("span", event.outcome, f"badge {event.outcome}")])
    said = told.log.text(event.reply_text)
    return tag("div", tag("h4", head), text("pre", said or "(nothing)", longest=REPLY))
