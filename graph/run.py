"""Start a run, resume it after anything, or call the whole of it from Python."""

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import tomlkit
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from ..domains import registry as domains
from ..domains.contract import SPLITS, Domain, NotEnoughProblems, Problem, Split, held
from ..evidence.leaks import shared
from ..models import registry as models
from ..models.contract import Model
from ..store.answers import waiting
from ..store.events import Evaluated, RunFinished, RunStarted
from ..store.log import EventLog
from ..store.versions import Strategies
from ..trainer.contract import Trainable
from ..trainer.train import LoraTrainer, Trainer
from .budget import purse_of
from .build import build
from .calls import Journal
from .config import Budget, ConfigError, RunConfig, parse_config
from .context import Outcome, Paused, Run, Silent, Watch, draw
from .judges import Judge, with_judge
from .model_teacher import ModelTeacher
from .rulebook import RulebookTeacher
from .saver import open_saver
from .state import FIRST
from .teacher import Teacher

SUPERSTEPS_A_ROUND = 6
SUPERSTEPS_AROUND = 8
"""baseline, evaluate, and room for a cycle's transfer and feedback."""


@dataclass(frozen=True)
class Parts:
    """Who plays which part; None takes what the config names."""

    domain: Domain | None = None
    teacher: Teacher | None = None
    student: Model | None = None
    trainer: Trainer | None = None
    validators: Sequence[Model] | None = None


def open_run(
    home: Path,
    folder: Path,
    config: RunConfig,
    *,
    run_id: str | None = None,
    parts: Parts = Parts(),
    watch: Watch | None = None,
    log: EventLog | None = None,
) -> Run:
    """Open the store and everything the config names, but write nothing yet.

    A new run takes the config's name, or the next free `-2`, `-3`; `run_id` names one to resume.
    Raises ConfigError, UnknownDomain, ModelError or StoreError, each before anything is written.
    """
    domain, judge = (parts.domain, None) if parts.domain else _domain(config)
    _may_learn_from(domain)
    # The teacher first: a missing key is told at once, a local student takes seconds to load.
    teacher = parts.teacher or _teacher(config.teacher, domain)
    student = parts.student or models.open_model(config.student)
    trainer = parts.trainer
    if trainer is None and isinstance(student, Trainable):
        trainer = LoraTrainer()
    if config.gate.channel == "weights" and trainer is None:
        raise ConfigError(
            f'gate.channel = "weights", but {student.name} cannot be trained here. '
            'Take a local student, or channel = "auto".'
        )
    validators = parts.validators
    if validators is None:
        validators = [models.open_model(spec) for spec in config.validators]
    # A run that cannot have its problems must not begin: a resumed one has them in the log.
    drawn = {} if run_id else _draw(config, domain)
    log = log or EventLog.open(home)
    run_id = run_id or free_name(log, config.name)
    journal = Journal(log, run_id, purse_of(log, run_id, config.budget))
    if judge is not None:
        judge.journal = journal
    return Run(
        id=run_id,
        config=config,
        log=log,
        strategies=Strategies(log),
        domain=domain,
        teacher=teacher,
        student=student,
        trainer=trainer,
        validators=validators,
        journal=journal,
        folder=folder / run_id,
        watch=watch or Silent(),
        drawn=drawn,
    )


def recorded_config(log: EventLog, run_id: str, budget: Budget | None = None) -> RunConfig:
    """The config a run was started with, with another budget if one is given.

    Raises LookupError for an unknown run.
    """
    event = log.find(run_id, "start")
    if not isinstance(event, RunStarted):
        known = ", ".join(runs(log)) or "none yet"
        raise LookupError(f"No run {run_id!r}. Known runs: {known}.")
    spent = budget.model_dump(mode="json") if budget else event.budget
    return parse_config({**event.config, "budget": spent}, f"the recorded config of {run_id}")


def runs(log: EventLog) -> list[str]:
    """All runs of the store, oldest first."""
    return [entry.event.stream for entry in log.entries(kinds=[RunStarted])]


def free_name(log: EventLog, name: str) -> str:
    """`name`, or with the first number that no run has yet."""
    taken, number = set(runs(log)), 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def go(run: Run, *, after_node: Callable[[str], None] | None = None) -> Outcome:
    """Run to the end from wherever the run stands, or until a person has to review a version.

    SIGINT and SIGTERM drain: the work at hand is recorded and the run pauses; a second one stops
    at once, which loses nothing either. Raises what the nodes raise: BudgetSpent, StoreError.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    run.freeze()
    _write_config(run)
    control = RunControl()
    run.stopping = lambda: control.drain_requested
    config = run.config
    begin = next(iter(run.log.entries(stream=run.id)))
    # The cursor belongs to this very run: a run of the same name in a new store finds none.
    thread: Any = {
        "configurable": {"thread_id": begin.hash},
        "recursion_limit": SUPERSTEPS_A_ROUND * config.total_rounds
        + SUPERSTEPS_AROUND * (config.loop.cycles + 1),
    }
    with open_saver(run.folder / "checkpoint.db") as saver, _draining(control):
        graph = build(saver)
        begun = graph.get_state(thread).created_at is not None
        with suppress(GraphDrained, Paused):
            for part in graph.stream(
                None if begun else FIRST,
                thread,
                context=run,
                stream_mode="updates",
                durability="sync",
                control=control,
                version="v2",
            ):
                if after_node is not None and part["type"] == "updates":
                    for node in part["data"]:
                        if node != "__interrupt__":
                            after_node(node)
    if not finished(run.log, run.id):
        return Outcome.WAITING if waiting(run.log, run.id) else Outcome.PAUSED
    # Drawing loads matplotlib: only a run that ends pays for it.
    from .report import write_results

    write_results(run.log, run.id, run.folder)
    return Outcome.FINISHED


def transfer_knowledge(
    domain: str | Domain,
    teacher: str,
    student: str,
    *,
    home: Path = Path(".tutelage"),
    folder: Path = Path("runs"),
    name: str = "transfer",
    watch: Watch | None = None,
    **sections: Any,
) -> Mapping[str, Any]:
    """The whole pipeline in one call: what `tutelage run` does, and the same table back.

    `sections` are the config's own: `splits={"train": 300}`, `loop={"cycles": 1}`, `seed=3`, ...
    Returns the content of `attribution.json`. Raises what `open_run` and `go` raise.
    """
    named = domain if isinstance(domain, str) else domain.name
    config = parse_config(
        {
            "name": name,
            "teacher": teacher,
            "student": student,
            "domain": {"name": named},
            **sections,
        }
    )
    given = None if isinstance(domain, str) else domain
    run = open_run(home, folder, config, parts=Parts(domain=given), watch=watch)
    try:
        if not go(run):
            wanted = f"`tutelage review {run.id}`, then " if waiting(run.log, run.id) else ""
            raise Paused(f"Run {run.id} is not finished: {wanted}`tutelage resume {run.id}`.")
        return attribution(run.log, run.id)
    finally:
        run.log.close()


def attribution(log: EventLog, run_id: str) -> Mapping[str, Any]:
    """The attribution table of a finished run. Raises LookupError before it was evaluated."""
    event = log.find(run_id, "evaluate")
    if not isinstance(event, Evaluated):
        raise LookupError(f"Run {run_id!r} was not evaluated yet: `tutelage resume {run_id}`.")
    return dict(json.loads(log.text(event.attribution_text)))


def finished(log: EventLog, run_id: str) -> bool:
    """Whether the run came to its end."""
    return isinstance(log.find(run_id, "finish"), RunFinished)


def _domain(config: RunConfig) -> tuple[Domain, Judge | None]:
    """The domain that the config names, and the model that judges in it, if one does."""
    options, judge = with_judge(config.domain.options)
    try:
        return domains.get(config.domain.name, options), judge
    except ValueError as error:
        raise ConfigError(f"[domain] of {config.name}: {error}") from error


def _may_learn_from(domain: Domain) -> None:
    """Raise ConfigError for a domain that is for evaluation only."""
    splits = held(domain)
    if "train" not in splits:
        raise ConfigError(
            f"{domain.name} is for evaluation only: it holds {', '.join(splits)} and nothing to "
            "train on. Train on another domain (on python_coding, for code), then "
            f"`tutelage evaluate ADAPTER --domain {domain.name}` measures what that did here."
        )


def _draw(config: RunConfig, domain: Domain) -> Mapping[Split, Sequence[Problem]]:
    try:
        drawn = {split: draw(config, domain, split) for split in SPLITS}
    except NotEnoughProblems as error:
        raise ConfigError(f"[splits] of {config.name} ask for too much: {error}") from error
    _apart(config, drawn)
    return drawn


def _apart(config: RunConfig, drawn: Mapping[Split, Sequence[Problem]]) -> None:
    """Raise ConfigError where a problem stands in two splits, under whatever wording."""
    texts = {str(split): [(p.id, p.text, p.answer) for p in some] for split, some in drawn.items()}
    # Nothing learns from either of test and ood, so these two may meet.
    found = [it for it in shared(texts) if (it.first, it.second) != ("test", "ood")]
    if not found:
        return
    first, second = found[0].first, found[0].second
    same = [it.problem for it in found if (it.first, it.second) == (first, second)]
    raise ConfigError(
        f"[splits] of {config.name} overlap: {len(same)} problems of {second} stand in {first} "
        f"too, by their ids or word for word: {', '.join(same[:5])}"
        f"{', ...' if len(same) > 5 else ''}. What was learned from cannot prove anything: "
        "`tutelage domains check` puts the domain on trial."
    )


def _teacher(spec: str, domain: Domain) -> Teacher:
    if spec != "rulebook":
        return ModelTeacher(models.open_model(spec))
    if not domain.guide.rules:
        raise ConfigError(
            f'teacher = "rulebook", but {domain.name} brings no expert rules. '
            "Name a model, such as anthropic:<model>."
        )
    return RulebookTeacher()


def _write_config(run: Run) -> None:
    """The config as resolved, beside the results."""
    text = tomlkit.dumps(run.config.model_dump(mode="json", exclude_none=True))
    (run.folder / "config.toml").write_text(text, encoding="utf-8")


@contextmanager
def _draining(control: RunControl) -> Iterator[None]:
    """First SIGINT or SIGTERM: drain. Second: the usual end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def drain(number: int, frame: FrameType | None) -> None:
        control.request_drain(signal.Signals(number).name)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, before[each])

    before: dict[signal.Signals, Any] = {
        each: signal.signal(each, drain) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
