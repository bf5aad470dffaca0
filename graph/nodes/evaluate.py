"""Once, last: the sealed splits are opened and every gain is put down to its channel."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from langgraph.runtime import Runtime

from ...domains.contract import Problem, Split
from ...evidence.attribution.headline import headline
from ...evidence.attribution.table import Answered, Arm, Attribution, table
from ...evidence.leaks import leaks
from ...models.contract import Model
from ...store.events import AttemptJudged, Evaluated, RunFinished
from ...store.judged_by import judges
from ...store.rules import EMPTY, Rule, Strategy
from ..context import Run
from ..measure.adapters import adapter_of
from ..measure.rollouts import attempt
from ..state import RunState
from .baseline import measure_floors
from .feedback import solves

SEALED: tuple[Split, ...] = ("test", "ood")


def evaluate(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Answer `test` and `ood` with every arm, and record the attribution table."""
    run = runtime.context
    event = run.log.find(run.id, "evaluate")
    if event is None:
        event = run.log.record(_evaluated(run, state["strategy"], state["adapter"]))
    assert isinstance(event, Evaluated)
    run.log.record(
        RunFinished(stream=run.id, slot="finish", strategy=event.strategy, adapter=event.adapter)
    )
    return {"strategy": event.strategy}


def _evaluated(run: Run, strategy: str, adapter: str) -> Evaluated:
    current = run.version(strategy)
    run.watch.stage("evaluate", f"the sealed splits, {current.name}")
    attribution = measure(run, list(players(run, current.strategy, adapter)))
    leaked = _leaks(run, current.strategy)
    if leaked:
        run.watch.say(f"Rules of {current.name} carry content of sealed problems: {leaked}")
    data = attribution.as_json() | {
        "run": run.id,
        "domain": run.domain.name,
        "strategy_version": current.name,
        "strategy_hash": current.hash,
        "adapter": adapter,
        "teacher": run.teacher.name,
        "student": run.student.name,
        "headline": headline(attribution),
        "leaks": leaked,
        "judged_by": dict(sorted(judges(run.log, run.id).items())),
    }
    return Evaluated(
        stream=run.id,
        slot="evaluate",
        strategy=current.hash,
        adapter=adapter,
        attribution_text=run.log.keep(json.dumps(data, indent=2)),
    )


def _leaks(run: Run, strategy: Strategy) -> list[dict[str, str]]:
    """What the rules carry of the sealed problems: nobody could look before they were opened."""
    sealed = [problem for split in SEALED for problem in run.open_seal(split, "evaluate")]
    found = leaks(
        {rule.id: Strategy(rules=(rule,)).render() for rule in strategy.rules},
        [(problem.id, problem.text, problem.answer) for problem in sealed],
        run.domain.guide.classes,
    )
    return [asdict(leak) for leak in found]


@dataclass(frozen=True)
class Player:
    """One arm of the evaluation."""

    student: str
    """As rows of the table call it: base, tuned, labels_only, placebo, teacher."""
    adapter: str = ""
    strategy: Strategy | None = None
    model: Model | None = None
    """Who answers, where it is not the student."""
    solutions: bool = False
    """The rulebook teacher answers with the domain's own worked solutions."""

    @property
    def slot(self) -> str:
        return f"{self.student}+strategy" if self.strategy is not None else self.student


def players(run: Run, strategy: Strategy, adapter: str) -> Iterator[Player]:
    """{base, tuned} x {no strategy, strategy}, the controls, and the teacher."""
    controls = run.config.train.controls
    yield Player("base")
    if strategy.rules:
        yield Player("base", strategy=strategy)
    if adapter:
        yield Player("tuned", adapter)
        yield Player("tuned", adapter, strategy)
        if "labels_only" in controls:
            name = f"{run.domain.name}@0"
            yield Player("labels_only", adapter_of(run, EMPTY, name))
    if "placebo" in controls and strategy.rules:
        yield Player("placebo", strategy=placebo(strategy))
    if run.teacher.model is not None:
        yield Player("teacher", model=run.teacher.model)
        if strategy.rules:
            yield Player("teacher", strategy=strategy, model=run.teacher.model)
    else:
        yield Player("teacher", solutions=True)


def measure(run: Run, players: Sequence[Player], place: str = "evaluate") -> Attribution:
    """Put every player to the sealed splits, in slots below `place`."""
    arms: dict[Arm, list[Answered]] = {}
    floors: dict[str, float] = {}
    floor_right: dict[str, dict[str, float]] = {}
    for split in SEALED:
        problems = run.open_seal(split, place)
        if not problems:
            continue
        floor = measure_floors(run, split, problems)
        floors[split] = floor.accuracy
        floor_right[split] = {
            problem.id: float(answer == problem.answer)
            for problem, answer in zip(problems, floor.answers, strict=True)
        }
        for player in players:
            arm = (split, player.student, player.strategy is not None)
            arms[arm] = answers(run, f"{place}/{split}/{player.slot}", problems, player)
    return table(
        arms,
        floors=floors,
        floor_right=floor_right,
        classes=run.domain.guide.classes,
        seed=run.config.seed,
    )


def answers(run: Run, prefix: str, problems: Sequence[Problem], player: Player) -> list[Answered]:
    """One arm's judged replies, in slots below `prefix`."""
    if player.solutions:
        return [_solved(problem, solves(run.domain, problem)) for problem in problems]
    attempts = attempt(
        run,
        prefix,
        problems,
        model=player.model,
        strategy=player.strategy,
        adapter=player.adapter,
        what=prefix.removeprefix("evaluate/"),
    )
    return [_judged(p, event) for p, event in zip(problems, attempts, strict=True)]


def _judged(problem: Problem, event: AttemptJudged) -> Answered:
    return Answered(
        problem=problem.id,
        score=None if event.outcome == "error" else event.score,
        outcome=event.outcome,
        answer=event.answer,
        label=problem.answer,
        topic=problem.topic,
        difficulty=problem.difficulty,
    )


def _solved(problem: Problem, right: bool) -> Answered:
    return Answered(
        problem=problem.id,
        score=1.0 if right else 0.0,
        outcome="right" if right else "wrong",
        answer=problem.answer if right else None,
        label=problem.answer,
        topic=problem.topic,
        difficulty=problem.difficulty,
    )


_FILLER = (
    "Read the whole task calmly from the beginning to the end before writing anything down.",
    "Keep a positive attitude and trust that careful work is always worth the effort it takes.",
    "Remember that good answers come from attention, patience and a tidy way of working.",
)


def placebo(strategy: Strategy) -> Strategy:
    """A strategy of about the same length that says nothing of use."""
    rules: list[Rule] = []
    while len(Strategy(rules=tuple(rules)).render()) < len(strategy.render()):
        text = _FILLER[len(rules) % len(_FILLER)]
        rules.append(Rule(id=f"placebo-{len(rules)}", section="Attitude", text=text))
    return Strategy(rules=tuple(rules))
