"""Ablation: measures the worth of each rule in the student's prompt by leaving it out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...domains.contract import Domain, Problem
from ...evidence.attribution.contrasts import compare
from ...evidence.pairs import differences, require_one_engine, require_one_judge
from ...store import slots
from ...store.events import AttemptJudged, CreditMeasured, Solved, Transferred
from ...store.rules import Rule, Strategy
from ..context import Run
from ..state import RunState, round_slot
from .rereading import attempts_in
from .rollouts import attempt, by_problem

CREDITED = 6
"""Rules whose worth a round measures, at most."""
MOST_PROBLEMS = 48
"""Problems that one rule is left out on, at most: the first of the batch that exercise it."""


def measure_credit(run: Run, state: RunState) -> None:
    """Leave rules out of the version that the student solved with, one at a time.

    The round's own attempts are the arm with the rule; the arm without it gets fresh replies to
    the same problems. At most CREDITED rules a round, those with the fewest pairs so far first.
    Only a student that has the rules in its prompt can be asked: nothing is measured where the
    teacher solved or where prompts have no effect on the student. A rule that the student's active
    adapter was trained on is not measured either: the weights hold it, so leaving it out of the
    prompt says nothing of its worth to a student that was not trained on it.
    """
    solved = run.event(Solved, state["solved"])
    if not run.config.loop.credit or solved.policy != "student":
        return
    strategy = run.version(solved.strategy).strategy
    attempts = _attempts_with(run, solved, strategy)
    if not attempts:
        return
    by_heart = _adapter_rules(run, solved.adapter)
    open_rules = [rule for rule in strategy.rules if rule not in by_heart]
    rules = _by_pairs(run, state, open_rules)[:CREDITED]
    if not rules:
        return
    run.progress.stage("credit", f"what each of {len(rules)} rules is worth, by leaving it out")
    for rule in rules:
        slot = slots.below(round_slot(state, "credit"), rule.id)
        if run.log.find(CreditMeasured, run.id, slot) is None:
            _leave_out(run, solved, strategy, rule, attempts, slot)


def exercises(domain: Domain, problem: Problem, rule: Rule) -> bool:
    """Tell whether the rule asks anything of the problem: something that a bare answer lacks.

    A rule whose steps leave no trace in a worked solution counts as exercised everywhere. What the
    student's reply shows is not looked at: replies that show the steps are often the better ones,
    with the rule or without it, and a comparison of them with fresh replies would praise a rule
    for the luck they were chosen by. Chosen like this, the problems change what is paid and what
    population is spoken about, never whether the comparison is fair.
    """
    if not rule.steps:
        return True
    shown, bare = (
        domain.solution(problem, steps) for steps in (frozenset(rule.steps), frozenset())
    )
    return shown is None or bare is None or shown != bare


def _attempts_with(run: Run, solved: Solved, strategy: Strategy) -> dict[str, list[AttemptJudged]]:
    """Return the round's attempts that had the strategy in their prompt, by problem."""
    attempts = attempts_in(run, solved.attempts if strategy.rules else ())
    return by_problem(event for event in attempts if event.strategy == strategy.hash)


def _adapter_rules(run: Run, adapter: str) -> tuple[Rule, ...]:
    """Return the rules of the version that became the adapter; none without an adapter."""
    for event in run.log.events(Transferred, stream=run.id) if adapter else ():
        if event.adapter == adapter:
            return run.version(event.strategy).strategy.rules
    return ()


def _by_pairs(run: Run, state: RunState, rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules, those with the fewest pairs from earlier rounds first.

    What was found plays no part: measuring on until a rule looks good would make it look good.
    """
    here = round_slot(state, "credit")
    pairs: Counter[str] = Counter()
    for event in run.log.events(CreditMeasured, stream=run.id):
        # A round that died halfway must choose again as it chose at first.
        if not slots.is_below(event.slot, here):
            pairs[event.rule] += event.n
    return sorted(rules, key=lambda rule: pairs[rule.id])


def _leave_out(
    run: Run,
    solved: Solved,
    strategy: Strategy,
    rule: Rule,
    attempts: Mapping[str, Sequence[AttemptJudged]],
    slot: str,
) -> None:
    """Answer the problems that exercise the rule without it, and record the comparison."""
    problems = [
        problem
        for problem in run.problems["train"]
        if problem.id in attempts and exercises(run.domain, problem, rule)
    ][:MOST_PROBLEMS]
    if not problems:
        return
    without = attempt(
        run,
        slot,
        problems,
        strategy=Strategy(rules=tuple(it for it in strategy.rules if it.id != rule.id)),
        adapter=solved.adapter,
        samples=run.config.loop.samples,
        beside=solved.slot,
        what=f"credit, without {rule.id}",
    )
    run.log.record(
        CreditMeasured(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            strategy=strategy.hash,
            rule=rule.id,
            adapter=solved.adapter,
            problems=tuple(problem.id for problem in problems),
            **_compare(_pairs(problems, attempts, by_problem(without))),
        )
    )


def _pairs(
    problems: Sequence[Problem],
    ours: Mapping[str, Sequence[AttemptJudged]],
    theirs: Mapping[str, Sequence[AttemptJudged]],
) -> list[tuple[float, float]]:
    """Return both arms' scores of each problem that neither arm lost."""
    both = [event for arm in (ours, theirs) for it in problems for event in arm[it.id]]
    require_one_judge(event.judge for event in both)
    require_one_engine(event.engine for event in both)
    return [
        (mine, other)
        for problem in problems
        if (mine := _score(ours[problem.id])) is not None
        and (other := _score(theirs[problem.id])) is not None
    ]


def _score(attempts: Iterable[AttemptJudged]) -> float | None:
    """Return the mean over a problem's samples; None where the machinery lost them all."""
    scores = [event.score for event in attempts if event.outcome != "error"]
    return sum(scores) / len(scores) if scores else None


def _compare(pairs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Compare scores with the rule (first) and without it (second)."""
    change, moved = compare([a for a, _ in pairs], [b for _, b in pairs]), differences(pairs)
    return {
        **change._asdict(),
        # Not the mean of `compare`, which may differ from what older runs recorded in its last bit.
        "gain": sum(moved) / len(pairs) if pairs else 0.0,
        "n": len(pairs),
        "wins": sum(d > 0 for d in moved),
        "losses": sum(d < 0 for d in moved),
    }
