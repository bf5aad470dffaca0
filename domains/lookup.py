"""Finds a problem of a domain by its id."""

from collections.abc import Iterator

from .contract import Domain, NotEnoughProblems, Problem, held_splits
from .trial import MOST, Trial

FIRST = 200
"""Problems of a split among which an id is looked for before all others."""


def find_problem(domain: Domain, problem_id: str, seed: int = 0) -> Problem | None:
    """Return the problem of that id; None where no split holds it, as `seed` draws them.

    Of an endless split, the first thousands are looked through. Raises DomainRaised.
    """
    return next((it for it in _draw_all(domain, seed) if it.id == problem_id), None)


def first_problem(domain: Domain) -> Problem | None:
    """Return a problem of the first split that has one. Raises DomainRaised."""
    return next(_draw_all(domain, 0), None)


def _draw_all(domain: Domain, seed: int) -> Iterator[Problem]:
    """Yield some problems of every split, then all of them."""
    trial = Trial(domain, None, seed=seed)
    for n in (FIRST, MOST):
        for split in held_splits(domain):
            try:
                yield from trial.ask(split, n, seed)
            except NotEnoughProblems:
                yield from trial.gather(split)[0]
