"""Requests of a run that people have not answered yet."""

from collections import Counter
from collections.abc import Iterator, Mapping

from ..graph.calls.judge_model import OPTION
from ..models import facts_by_name
from ..store.events import CallCompleted, CallIntended
from ..store.log import Log
from ..store.runs import find_run
from ..store.slots import step_of


def awaited_answers(log: Log, run: str) -> Mapping[str, int]:
    """Return the models of a run in whose place people answer -> their calls without a reply."""
    people = {it for it in _models(log, run) if facts_by_name(it).kind.asks_people}
    if not people:
        return {}
    done = {step_of(it.slot) for it in log.events(CallCompleted, stream=run)}
    calls = (it for it in log.events(CallIntended, stream=run) if it.model in people)
    return Counter(it.model for it in calls if step_of(it.slot) not in done)


def awaited_lines(log: Log, run: str) -> Iterator[str]:
    """Yield how many requests of a run wait for people, and where they lie."""
    for model, calls in awaited_answers(log, run).items():
        many = "1 request waits" if calls == 1 else f"{calls} requests wait"
        yield f"{many} for people's answers in {facts_by_name(model).base}."


def _models(log: Log, run: str) -> Iterator[str]:
    config = find_run(log, run).config
    yield from (config["teacher"], config["student"], *config.get("validators", ()))
    judge = config["domain"].get("options", {}).get(OPTION)
    if isinstance(judge, str):
        yield judge
