"""What a version must be before a gate may spend replies on it."""

from ..evidence.leaks import leaks
from ..store.events import GateDecided
from ..store.rules import Strategy
from .context import Run
from .slots import in_loop
from .teacher import Unusable


def check(run: Run, parent: Strategy, incumbent: Strategy, candidate: Strategy) -> None:
    """Raise Unusable for a candidate that is nothing new, or that no strategy may be."""
    if candidate.hash == parent.hash:
        raise Unusable("The edits change nothing.")
    if _says(candidate) == _says(incumbent):
        raise Unusable("The edits make the current version again.")
    if not candidate.rules:
        raise Unusable("The edits leave no rule at all.")
    steps = candidate.steps - set(run.domain.guide.step_kinds)
    if steps:
        raise Unusable(f"Unknown kinds of steps: {', '.join(sorted(steps))}.")
    _check_content(run, candidate)
    _check_memory(run, incumbent, candidate)


def _check_content(run: Run, candidate: Strategy) -> None:
    found = leaks(
        {rule.id: Strategy(rules=(rule,)).render() for rule in candidate.rules},
        [(problem.id, problem.text, problem.answer) for problem in run.problems["val"]],
        run.domain.guide.classes,
    )
    if found:
        raise Unusable(f"Rule {found[0].rule} carries validation content: {found[0].quote!r}.")


def _check_memory(run: Run, incumbent: Strategy, candidate: Strategy) -> None:
    """The same words are not put twice to the same test that they failed."""
    for entry in run.log.entries(stream=run.id, kinds=[GateDecided]):
        event = entry.event
        if (
            isinstance(event, GateDecided)
            and in_loop(event.slot)
            and (event.decision, event.incumbent) == ("reject", incumbent.hash)
            and _says(run.version(event.candidate).strategy) == _says(candidate)
        ):
            raise Unusable(
                f"The same words were rejected against {run.version(incumbent.hash).name} "
                f"already: {event.reason}"
            )


def _says(strategy: Strategy) -> list[tuple[object, ...]]:
    """All that a student or a worked solution could follow: everything but the ids."""
    return [(r.section, r.text, r.when, r.when_not, r.steps) for r in strategy.rules]
