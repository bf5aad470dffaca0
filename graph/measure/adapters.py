"""Adapters of versions, trained once: the gate, controls and transfer share them by key."""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import cast

from ...domains.contract import Problem
from ...models.adapter_files import damage_error, describe_other_weights, find_damage_once
from ...models.contract import Model, Student
from ...store import slots
from ...store.events import AdapterTrained, ExamplesBuilt, Transferred
from ...store.rules import Strategy
from ...store.strategies.versions import Version
from ...trainer.contract import (
    Destination,
    Trainable,
    Trainer,
    Training,
    TrainingInput,
    TrainingStopped,
)
from ...trainer.examples import Dataset, Demonstrate, build_dataset
from ...trainer.manifest import Manifest
from ...trainer.methods import find_method
from ..context import Paused, Run


def dataset_of(run: Run, strategy: Strategy) -> Dataset:
    """Return examples that follow `strategy`, on the run's example problems; built once."""
    slot = slots.examples(strategy.hash)
    event = run.log.find(ExamplesBuilt, run.id, slot)
    if event is not None:
        return Dataset.from_jsonl(
            run.log.text(event.examples_text),
            dropped=event.dropped,
            coverage=event.coverage,
            classes=event.classes,
        )
    problems = run.example_problems
    dataset = build_dataset(run.domain, problems, strategy, _demonstrator(run, slot))
    ids = "\n".join(problem.id for problem in problems)
    run.log.record(
        ExamplesBuilt(
            stream=run.id,
            slot=slot,
            strategy=strategy.hash,
            problems=hashlib.sha256(ids.encode()).hexdigest(),
            dataset=dataset.hash,
            examples=tuple(example.hash for example in dataset.examples),
            examples_text=run.log.keep(dataset.as_jsonl()),
            coverage=dict(dataset.coverage),
            classes=dict(dataset.classes),
            dropped=dataset.dropped,
        )
    )
    return dataset


def input_of(run: Run, strategy: Strategy, dataset: Dataset | None = None) -> TrainingInput:
    """Return what the run's method learns from; `dataset` may hold fewer examples than all."""
    method = find_method(run.config.train.method)
    read = strategy if method.reads_strategy else None
    return TrainingInput(dataset or dataset_of(run, strategy), method.name, read)


def adapter_of(run: Run, version: Version, given: TrainingInput | None = None) -> str:
    """Return the key of the adapter that passes a version on; train it if need be.

    `given` replaces what `input_of` returns. Raises PreflightFailed for examples that may not be
    trained, and Paused when the run was asked to stop.
    """
    assert run.trainer is not None, "this student cannot be trained"
    training = Training(
        run.student,
        given or input_of(run, version.strategy),
        run.config.train.recipe(),
        run.config.seed,
        held_out=run.held_out_ids(),
        classes=run.domain.guide.classes,
    )
    wanted, dataset = training.key, training.input.dataset
    if run.log.find(AdapterTrained, run.id, slots.run_step("adapters", wanted)) is None:
        size, name = len(dataset.examples), version.name
        run.progress.stage("train", f"adapter {wanted} on {size} examples ({name})")
    origin = slots.reference(version) if version.slot else ""
    destination = Destination(run.adapters, version.strategy, version.name, origin)
    manifest = _train(run, run.trainer, training, destination)
    # The trainer names it: one that answers from a record has the libraries of then in the key.
    key = manifest.key
    run.log.record(
        AdapterTrained(
            stream=run.id,
            slot=slots.run_step("adapters", key),
            adapter=key,
            base=run.student.name,
            method=training.input.method,
            dataset=dataset.hash,
            strategy=manifest.strategy,
            recipe=training.recipe.model_dump(mode="json"),
            seed=training.seed,
            folder=f"{run.adapters.name}/{key}",
            files=dict(manifest.files),
            tokens=manifest.tokens,
            loss_first=manifest.losses[0] if manifest.losses else 0.0,
            loss_last=manifest.losses[-1] if manifest.losses else 0.0,
        )
    )
    return key


def student_with(run: Run, adapter: str) -> Model:
    """Return the student with the adapter of that key, or bare for an empty key.

    One of the run's own that is damaged, lost or exchanged is trained again where it can be; other
    weights of the same key, as another machine trains them, are told once. Raises ModelError for
    damage that stays.
    """
    if not adapter:
        return run.student
    folder = run.adapters / adapter
    trained = run.log.find(AdapterTrained, run.id, slots.run_step("adapters", adapter))
    # Where the weights are elsewhere, or only in a record, there are no files to look at.
    if trained is not None and trained.files and isinstance(run.student, Trainable):
        _check_weights(run, trained, folder)
    return cast(Student, run.student).with_adapter(folder)


def _check_weights(run: Run, trained: AdapterTrained, folder: Path) -> None:
    """Raise ModelError unless the adapter is whole, or could be trained again."""
    if found := find_damage_once(folder, trained.adapter):
        run.progress.say(f"The adapter {trained.adapter} is not as it was trained: {found}.")
        _train_again(run, trained.adapter)
        if find_damage_once(folder, trained.adapter):
            raise damage_error(folder, found)
    if trained.adapter not in run.other_adapters and (
        said := describe_other_weights(folder, trained.files)
    ):
        run.other_adapters.add(trained.adapter)
        run.progress.say(said)


def _train_again(run: Run, adapter: str) -> None:
    """Train an adapter that the run has transferred; others are trained where they are gated."""
    for event in run.log.events(Transferred, stream=run.id):
        if event.adapter == adapter and run.trainer is not None:
            adapter_of(run, run.version(event.strategy))
            return


def _train(run: Run, trainer: Trainer, training: Training, destination: Destination) -> Manifest:
    """Train the adapter, or find it whole. Raises Paused when the run was asked to stop."""
    try:
        return trainer.train(
            training,
            destination,
            on_step=lambda done, total, loss: run.progress.advance(
                f"training {destination.strategy_name}, loss {loss:.3f}", done, total
            ),
            stop=lambda: run.stopping() or run.journal.spending.is_late,
        )
    except TrainingStopped:
        run.journal.spending.check_hours()
        raise Paused from None


def _demonstrator(run: Run, slot: str) -> Demonstrate | None:
    """Return the function that asks for worked solutions, if the teacher is a model."""
    model = run.teacher.model
    if model is None:
        return None

    def demonstrate(problems: Sequence[Problem], strategy: Strategy) -> Generator[str | None]:
        guide, teacher = run.domain.guide, run.teacher
        asked = [teacher.demonstration(guide, problem, strategy) for problem in problems]
        places = [slots.below(slot, slots.SHOW, problem.id) for problem in problems]
        calls = [(place, it) for place, it in zip(places, asked, strict=True) if it is not None]
        with closing(run.journal.replies(model, calls)) as batches:
            replies = chain.from_iterable(batches)
            for done, request in enumerate(asked, start=1):
                reply = next(replies)[1] if request is not None else None
                run.progress.advance("worked solutions", done, len(asked))
                run.pause_point()
                yield reply.text if reply is not None and reply.outcome == "ok" else None

    return demonstrate
