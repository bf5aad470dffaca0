"""Adapters of versions, trained once: the gate, controls and transfer share them by key."""

import hashlib

from ...store import slots
from ...store.events import AdapterTrained, ExamplesBuilt
from ...store.rules import Strategy
from ...store.strategies.versions import Version
from ...trainer.contract import Destination, Trainer, Training, TrainingInput, TrainingStopped
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
    if run.teacher.model is None:
        return None
    ask = run.teacher_call(slot)
    return lambda problem, strategy: run.teacher.demonstrate(
        ask, run.domain.guide, problem, strategy
    )
