"""Opening of a run: everything that a config names is opened before anything is written."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ...domains import registry as domains
from ...domains.contract import SPLITS, Domain, NotEnoughProblems, Problem, Split, held_splits
from ...evidence.leaks import shared_problems
from ...models import open_model
from ...models.callables import as_model
from ...models.contract import Model, Role
from ...store.log import Log, open_log
from ...store.runs import find_run, run_ids
from ...store.strategies.versions import Strategies
from ...trainer.contract import Trainable, Trainer
from ...trainer.train import LoraTrainer
from ..calls.budget import spending_of
from ..calls.journal import Journal
from ..calls.judge_model import OPTION, Judge, with_judge
from ..calls.secrets import holds_secret, secrets_of
from ..config.config import ConfigError, RunConfig, parse_config
from ..config.credentials import ADVICE, credential_faults
from ..config.sections import Budget
from ..context import Progress, Run, SilentProgress, draw
from ..teacher.contract import Teacher
from ..teacher.model import ModelTeacher
from ..teacher.rulebook import RulebookTeacher
from .reopening import check_domain_paths, open_recorded

CONFIG_FILE = "config.toml"
"""In a run's folder: the config as resolved."""


class Opener(Protocol):
    """Function that opens a model by its name."""

    def __call__(self, spec: str, /, *, role: Role = "other") -> Model:
        """Return the model, which can be trained if it is to be the student and its kind can."""


@dataclass(frozen=True)
class Overrides:
    """Parts of a run that replace what its config names; None takes what it names.

    A function in the place of a model is taken for `as_model(function)`, and a model in the place
    of a teacher for `ModelTeacher(model)`.
    """

    domain: Domain | None = None
    teacher: Teacher | None = None
    student: Model | None = None
    trainer: Trainer | None = None
    validators: Sequence[Model] | None = None
    judge: Model | None = None
    """The model that judges in the domain, where the config names one."""
    opener: Opener = open_model
    """Opens the models that are not given; a recorded run's by `open_recorded_model` instead."""
    journal: type[Journal] = Journal
    """Journals the calls."""

    def __post_init__(self) -> None:
        teacher: Any = self.teacher
        if teacher is not None and not hasattr(teacher, "propose"):
            object.__setattr__(self, "teacher", ModelTeacher(as_model(teacher)))
        if self.student is not None:
            object.__setattr__(self, "student", as_model(self.student))
        if self.judge is not None:
            object.__setattr__(self, "judge", as_model(self.judge))
        if self.validators is not None:
            object.__setattr__(self, "validators", [as_model(it) for it in self.validators])


def open_run(
    home: str | Path,
    folder: Path,
    config: RunConfig,
    *,
    run_id: str | None = None,
    overrides: Overrides = Overrides(),
    progress: Progress | None = None,
    log: Log | None = None,
) -> Run:
    """Open the store and everything the config names, but write nothing yet.

    A new run takes the config's name, or the next free `-2`, `-3`; `run_id` names one to resume.
    Raises ConfigError, UnknownDomain, ModelError or StoreError, each before anything is written.
    """
    overrides = _of_a_recorded_run(overrides, config, home, run_id) if run_id else overrides
    if not run_id:
        _refuse_credentials(config, overrides)
    domain, judge = (overrides.domain, None) if overrides.domain else open_domain(config, overrides)
    _check_has_training(domain)
    # The teacher first: a missing key is told at once, a local student takes seconds to load.
    teacher = overrides.teacher or _teacher(config.teacher, domain, overrides.opener)
    student = overrides.student or overrides.opener(config.student, role="student")
    trainer, validators = _trainer(config, student, overrides), _validators(config, overrides)
    drawn = {} if run_id else _draw(config, domain, judge)
    log = log or open_log(home)
    run_id = run_id or _name_new_run(log, folder, config.name, progress or SilentProgress())
    journal = _open_journal(config, log, run_id, overrides, judge)
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
        home=home,
        judge=judge.model if judge else None,
        progress=progress or SilentProgress(),
        drawn=drawn,
    )


def _open_journal(
    config: RunConfig, log: Log, run_id: str, overrides: Overrides, judge: Judge | None
) -> Journal:
    """Open the run's journal, in which a model that judges writes as well."""
    spending = spending_of(log, run_id, config.budget)
    journal = overrides.journal(log, run_id, spending, **config.calls.model_dump())
    if judge is not None:
        judge.journal = journal
    return journal


def recorded_config(log: Log, run_id: str, budget: Budget | None = None) -> RunConfig:
    """Return the config a run was started with, with another budget if one is given.

    Raises LookupError for an unknown run.
    """
    event = find_run(log, run_id)
    spent = budget.model_dump(mode="json") if budget else event.budget
    source = f"the recorded config of {run_id}"
    return parse_config({**event.config, "budget": spent}, source, recorded=True)


def open_domain(config: RunConfig, overrides: Overrides) -> tuple[Domain, Judge | None]:
    """Open the domain that the config names, and the model that judges in it, if one does."""
    given = overrides.judge
    if given is not None and OPTION not in config.domain.options:
        raise ConfigError(f"{given.name} cannot judge: [domain] options name no {OPTION}.")
    opener = overrides.opener if given is None else lambda _: given
    options, judge = with_judge(config.domain.options, opener)
    try:
        return domains.get(config.domain.name, options), judge
    except ValueError as error:
        raise ConfigError(f"[domain] of {config.name}: {error}") from error


def free_name(log: Log, folder: Path, name: str) -> str:
    """Return `name`, or with the first number that no run has yet, nor one of another store."""
    taken, number = set(run_ids(log)), 2
    free = name
    while free in taken or (folder / free / CONFIG_FILE).exists():
        free, number = f"{name}-{number}", number + 1
    return free


def _name_new_run(log: Log, folder: Path, name: str, progress: Progress) -> str:
    """Return a free name, and say which runs of that name are worked on: this one pays too."""
    new = free_name(log, folder, name)
    for taken in run_ids(log):
        if re.fullmatch(rf"{re.escape(name)}(-\d+)?", taken) and (worker := log.worker(taken)):
            progress.say(
                f"`{taken}` is worked on by {worker}. This is a new run, {new}, which makes calls "
                "and pays for them by itself; Ctrl-C stops it."
            )
    return new


def _of_a_recorded_run(
    overrides: Overrides, config: RunConfig, home: str | Path, run_id: str
) -> Overrides:
    """Return the overrides of a run in the store `home`: it opens its models by recorded names.

    Raises ConfigError where its domain has a path from another folder.
    """
    if overrides.domain is None:
        check_domain_paths(config.domain, home, run_id)
    if overrides.opener is not open_model:
        return overrides
    return replace(overrides, opener=partial(open_recorded, home=home, run_id=run_id))


def _refuse_credentials(config: RunConfig, overrides: Overrides) -> None:
    """Raise ConfigError where a new run's config, or a given model's name, holds a credential."""
    given = [overrides.teacher, overrides.student, overrides.judge, *(overrides.validators or ())]
    told = config.model_dump() | {
        "the name of a given model": [it.name for it in given if it is not None]
    }
    of_environment = partial(holds_secret, secrets=secrets_of(os.environ))
    if faults := credential_faults(told, of_environment):
        raise ConfigError(f"{config.name} cannot be run: {', and '.join(faults)}. {ADVICE}")


def _check_has_training(domain: Domain) -> None:
    """Raise ConfigError for a domain that is for evaluation only."""
    splits = held_splits(domain)
    if "train" not in splits:
        raise ConfigError(
            f"{domain.name} is for evaluation only: it holds {', '.join(splits)} and nothing to "
            "train on. Train on another domain (on python_coding, for code), then "
            f"`tutelage evaluate ADAPTER --domain {domain.name}` measures what that did here."
        )


def _draw(
    config: RunConfig, domain: Domain, judge: Judge | None
) -> Mapping[Split, Sequence[Problem]]:
    """Draw the problems of a new run, which must not begin without them, nor without a judge.

    Raises ConfigError.
    """
    try:
        drawn = {split: draw(config, domain, split) for split in SPLITS}
    except NotEnoughProblems as error:
        raise ConfigError(f"[splits] of {config.name} ask for too much: {error}") from error
    _check_disjoint(config, drawn)
    if judge is None:  # a model that judges is asked once its calls are journaled
        _check_judge(config, domain, drawn["train"])
    return drawn


def _check_judge(config: RunConfig, domain: Domain, problems: Sequence[Problem]) -> None:
    """Raise ConfigError where the judge cannot do its work on this machine."""
    solution = domain.solution(problems[0]) if problems else None
    if solution is None:
        return
    verdict = domain.judge(problems[0], solution)
    if verdict.outcome == "error":
        raise ConfigError(
            f"Nothing of {config.domain.name} can be judged on this machine: {verdict.feedback} "
            "`tutelage doctor` says what there is."
        )


def _check_disjoint(config: RunConfig, drawn: Mapping[Split, Sequence[Problem]]) -> None:
    """Raise ConfigError where a problem stands in two splits, under whatever wording."""
    texts = {str(split): [(p.id, p.text, p.answer) for p in some] for split, some in drawn.items()}
    # Nothing learns from either of test and ood, so these two may meet.
    found = [it for it in shared_problems(texts) if (it.first, it.second) != ("test", "ood")]
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


def _teacher(spec: str, domain: Domain, opener: Callable[[str], Model]) -> Teacher:
    if spec != RulebookTeacher.name:
        return ModelTeacher(opener(spec))
    if not domain.guide.rules:
        raise ConfigError(
            f'teacher = "rulebook", but {domain.name} brings no expert rules. '
            "Name a model, such as anthropic:<model>."
        )
    return RulebookTeacher()


def _validators(config: RunConfig, overrides: Overrides) -> Sequence[Model]:
    if overrides.validators is not None:
        return overrides.validators
    return [overrides.opener(spec) for spec in config.validators]


def _trainer(config: RunConfig, student: Model, overrides: Overrides) -> Trainer | None:
    """Return None if the student cannot be trained. Raises ConfigError if the config needs it."""
    given = overrides.trainer
    if given is None and isinstance(student, Trainable):
        return LoraTrainer()
    if given is None and config.gate.channel == "weights":
        raise ConfigError(
            f'gate.channel = "weights", but {student.name} cannot be trained here. '
            'Take a local student, or channel = "auto".'
        )
    return given
