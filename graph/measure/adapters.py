"""Versions become adapters; the gate, the controls and the transfer share them by key."""

import hashlib

from ...store.events import AdapterTrained, ExamplesBuilt
from ...store.rules import Strategy
from ...trainer.contract import Trainer, TrainingStopped
from ...trainer.examples import Dataset, Demonstrate, follow
from ...trainer.manifest import Manifest
from ..context import Paused, Run
from ..nodes.reflect import asking


def dataset_of(run: Run, strategy: Strategy) -> Dataset:
    """Examples that follow `strategy`, on the run's example problems; built once, then read."""
    slot = f"examples/{strategy.hash[:16]}"
    event = run.log.find(run.id, slot)
    if isinstance(event, ExamplesBuilt):
        return Dataset.from_jsonl(
            run.log.text(event.examples_text),
            dropped=event.dropped,
            coverage=event.coverage,
            classes=event.classes,
        )
    problems = run.example_problems
    dataset = follow(run.domain, problems, strategy, _demonstrator(run, slot))
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
    """Key of the adapter trained on examples that follow `strategy`; trained if it is not there.

    `name` is what people call the version, `provenance` the event behind it, as `stream#slot`.
    `dataset` may hold fewer of the examples than there are. Raises PreflightFailed for examples
    that may not be trained, and Paused when the run was asked to stop.
    """
    assert run.trainer is not None, "this student cannot be trained"
    dataset = dataset or dataset_of(run, strategy)
    recipe, seed = run.config.train.recipe(), run.config.seed
    key = run.trainer.key(run.student, dataset, recipe, seed)
    if run.log.find(run.id, f"adapters/{key}") is None:
        run.watch.stage("train", f"adapter {key} on {len(dataset.examples)} examples ({name})")
    manifest = _trained(run, run.trainer, strategy, name, provenance, dataset)
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


def _trained(
    run: Run, trainer: Trainer, strategy: Strategy, name: str, provenance: str, dataset: Dataset
) -> Manifest:
    """The adapter, trained now or found whole. Raises Paused when the run was asked to stop."""
    try:
        return trainer.train(
            run.student,
            dataset,
            run.config.train.recipe(),
            run.config.seed,
            run.adapters,
            strategy=strategy,
            strategy_name=name,
            held_out=run.held_out(),
            classes=run.domain.guide.classes,
            on_step=lambda done, total, loss: run.watch.advance(
                f"training {name}, loss {loss:.3f}", done, total
            ),
            stop=lambda: run.stopping() or run.journal.purse.late,
            provenance=provenance,
        )
    except TrainingStopped:
        run.journal.purse.mind_the_time()
        raise Paused from None


def _demonstrator(run: Run, slot: str) -> Demonstrate | None:
    """The teacher's worked solutions, where the teacher is a model."""
    if run.teacher.model is None:
        return None
    ask = asking(run, slot)
    return lambda problem, strategy: run.teacher.demonstrate(
        ask, run.domain.guide, problem, strategy
    )
