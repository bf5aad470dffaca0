"""Adapters of versions, trained once: the gate, controls and transfer share them by key."""

import hashlib

from ...store.events import AdapterTrained, ExamplesBuilt
from ...store.rules import Strategy
from ...trainer.contract import Trainer, TrainingStopped
from ...trainer.examples import Dataset, Demonstrate, build_dataset
from ...trainer.manifest import Manifest
from ..context import Paused, Run


def dataset_of(run: Run, strategy: Strategy) -> Dataset:
    """Return examples that follow `strategy`, on the run's example problems; built once."""
    slot = f"examples/{strategy.hash[:16]}"
    event = run.log.find(ExamplesBuilt, run.id, slot)
    if isinstance(event, ExamplesBuilt):
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


def adapter_of(
    run: Run, strategy: Strategy, name: str, provenance: str = "", dataset: Dataset | None = None
) -> str:
    """Return the key of the adapter trained on examples of `strategy`; train it if need be.

    `name` is what people call the version, `provenance` the event behind it, as `stream#slot`.
    `dataset` may hold fewer of the examples than there are. Raises PreflightFailed for examples
    that may not be trained, and Paused when the run was asked to stop.
    """
    assert run.trainer is not None, "this student cannot be trained"
    dataset = dataset or dataset_of(run, strategy)
    recipe, seed = run.config.train.recipe(), run.config.seed
    key = run.trainer.key(run.student, dataset, recipe, seed)
    if run.log.find(AdapterTrained, run.id, f"adapters/{key}") is None:
        run.progress.stage("train", f"adapter {key} on {len(dataset.examples)} examples ({name})")
    manifest = _train(run, run.trainer, strategy, name, provenance, dataset)
    run.log.record(
        AdapterTrained(
            stream=run.id,
            slot=f"adapters/{key}",
            adapter=key,
            base=run.student.name,
            dataset=dataset.hash,
            strategy=manifest.strategy,
            recipe=recipe.model_dump(mode="json"),
            seed=seed,
            folder=f"adapters/{key}",
            files=dict(manifest.files),
            tokens=manifest.tokens,
            loss_first=manifest.losses[0] if manifest.losses else 0.0,
            loss_last=manifest.losses[-1] if manifest.losses else 0.0,
        )
    )
    return key


def _train(
    run: Run, trainer: Trainer, strategy: Strategy, name: str, provenance: str, dataset: Dataset
) -> Manifest:
    """Train the adapter, or find it whole. Raises Paused when the run was asked to stop."""
    try:
        return trainer.train(
            run.student,
            dataset,
            run.config.train.recipe(),
            run.config.seed,
            run.adapters,
            strategy=strategy,
            strategy_name=name,
            held_out=run.held_out_ids(),
            classes=run.domain.guide.classes,
            on_step=lambda done, total, loss: run.progress.advance(
                f"training {name}, loss {loss:.3f}", done, total
            ),
            stop=lambda: run.stopping() or run.journal.spending.is_late,
            provenance=provenance,
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
