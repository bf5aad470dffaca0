"""Arms of the evaluation: base and tuned student, controls and teacher on the sealed splits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...domains.contract import Problem, Split
from ...domains.versions import judge_of
from ...evidence.attribution.contrasts import arm_name
from ...evidence.attribution.table import Arm, Attribution, JudgedReply, table
from ...evidence.floors import Floor
from ...evidence.leaks import Leak, leaks
from ...models.contract import Model
from ...store import slots
from ...store.rules import EMPTY, Rule, Strategy
from ...trainer.contract import TrainingInput
from ..context import Run
from .adapters import adapter_of, dataset_of
from .floors import measure_floors
from .rollouts import attempt, right_solution

SEALED: tuple[Split, ...] = ("test", "ood")


@dataclass(frozen=True)
class EvaluationArm:
    """One arm of the evaluation."""

    student: str
    """As rows of the table call it: base, tuned, labels_only, placebo, teacher."""
    adapter: str = ""
    strategy: Strategy | None = None
    model: Model | None = None
    """The model that answers, if it is not the student."""
    solutions: bool = False
    """The rulebook teacher answers with the domain's own worked solutions."""

    @property
    def slot(self) -> str:
        return arm_name(self.student, self.strategy is not None)


def evaluation_arms(run: Run, strategy: Strategy, adapter: str) -> Iterator[EvaluationArm]:
    """Yield {base, tuned} x {no strategy, strategy}, the controls, and the teacher."""
    controls = run.config.train.controls
    yield EvaluationArm("base")
    if strategy.rules:
        yield EvaluationArm("base", strategy=strategy)
    if adapter:
        yield EvaluationArm("tuned", adapter)
        yield EvaluationArm("tuned", adapter, strategy)
        if "labels_only" in controls:
            # Bare answers teach by themselves, whatever method the run's versions are trained by.
            bare = TrainingInput(dataset_of(run, EMPTY))
            yield EvaluationArm("labels_only", adapter_of(run, run.version(EMPTY.hash), bare))
    if "placebo" in controls and strategy.rules:
        yield EvaluationArm("placebo", strategy=placebo(strategy))
    if run.teacher.model is not None:
        yield EvaluationArm("teacher", model=run.teacher.model)
        if strategy.rules:
            yield EvaluationArm("teacher", strategy=strategy, model=run.teacher.model)
    else:
        yield EvaluationArm("teacher", solutions=True)


def attribute(
    run: Run, strategy: Strategy, adapter: str, place: str = slots.EVALUATE
) -> Attribution:
    """Put every arm to the sealed splits, in slots below `place`."""
    every = list(evaluation_arms(run, strategy, adapter))
    arms: dict[Arm, list[JudgedReply]] = {}
    floors: dict[str, float] = {}
    floor_right: dict[str, Mapping[str, float]] = {}
    for split in SEALED:
        problems = run.open_seal(split, place)
        if not problems:
            continue
        floor = measure_floors(run, split, problems)
        floors[split], floor_right[split] = floor.accuracy, floor_scores(floor, problems)
        for arm in every:
            key = (split, arm.student, arm.strategy is not None)
            prefix = slots.arm_on(place, split, arm.slot)
            arms[key] = answers_of(run, prefix, problems, arm, beside=place)
    return table(
        arms,
        floors=floors,
        floor_right=floor_right,
        classes=run.domain.guide.classes,
        seed=run.config.seed,
    )


def floor_scores(floor: Floor, problems: Sequence[Problem]) -> Mapping[str, float]:
    """Return the floor's score on each problem, by the problem's id."""
    return {
        problem.id: float(answer == problem.answer)
        for problem, answer in zip(problems, floor.answers, strict=True)
    }


def answers_of(
    run: Run, prefix: str, problems: Sequence[Problem], arm: EvaluationArm, *, beside: str
) -> list[JudgedReply]:
    """Return one arm's judged replies, in slots below `prefix`; all arms stand below `beside`."""
    if arm.solutions:
        return [_worked_answer(run, problem) for problem in problems]
    attempts = attempt(
        run,
        prefix,
        problems,
        model=arm.model,
        strategy=arm.strategy,
        adapter=arm.adapter,
        beside=beside,
        what=slots.label(prefix),
    )
    return [
        _answer(p, None if it.outcome == "error" else it.score, it.outcome, it.answer, it.judge)
        for p, it in zip(problems, attempts, strict=True)
    ]


def strategy_leaks(
    strategy: Strategy, problems: Sequence[Problem], classes: Sequence[str]
) -> list[Leak]:
    """Return what the rules carry of the problems."""
    return leaks(
        {rule.id: Strategy(rules=(rule,)).render() for rule in strategy.rules},
        [(problem.id, problem.text, problem.answer) for problem in problems],
        classes,
    )


def _answer(
    problem: Problem, score: float | None, outcome: str, answer: str | None, judge: str
) -> JudgedReply:
    return JudgedReply(
        problem=problem.id,
        score=score,
        outcome=outcome,
        answer=answer,
        label=problem.answer,
        topic=problem.topic,
        difficulty=problem.difficulty,
        judge=judge,
    )


def _worked_answer(run: Run, problem: Problem) -> JudgedReply:
    judge = judge_of(run.domain)
    if right_solution(run.domain, problem) is None:
        return _answer(problem, 0.0, "wrong", None, judge)
    return _answer(problem, 1.0, "right", problem.answer, judge)


_FILLER = (
    "Read the whole task calmly from the beginning to the end before writing anything down.",
    "Keep a positive attitude and trust that careful work is always worth the effort it takes.",
    "Remember that good answers come from attention, patience and a tidy way of working.",
)


def placebo(strategy: Strategy) -> Strategy:
    """Return a strategy of about the same length that says nothing of use."""
    rules: list[Rule] = []
    while len(Strategy(rules=tuple(rules)).render()) < len(strategy.render()):
        text = _FILLER[len(rules) % len(_FILLER)]
        rules.append(Rule(id=f"placebo-{len(rules)}", section="Attitude", text=text))
    return Strategy(rules=tuple(rules))
