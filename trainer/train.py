"""One call from a dataset to an adapter that stands whole on the disk."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ..models.contract import Model, ModelError
from ..store.rules import Strategy
from .adapter import is_whole, save
from .contract import OnStep, Stop, Trainable, Trainer
from .examples import Dataset
from .manifest import Manifest, adapter_key, read_manifest, versions
from .preflight import require
from .recipe import Recipe

__all__ = ["LoraTrainer", "Trainer"]


class LoraTrainer:
    """Trains a LoRA adapter on the student's own weights, unless it stands there already."""

    def key(self, student: Model, dataset: Dataset, recipe: Recipe, seed: int) -> str:
        """The adapter's name, without training it."""
        return adapter_key(student.name, dataset.hash, recipe, seed)

    def train(
        self,
        student: Model,
        dataset: Dataset,
        recipe: Recipe,
        seed: int,
        folder: Path,
        *,
        strategy: Strategy,
        strategy_name: str,
        held_out: Mapping[str, Collection[str]],
        classes: Sequence[str],
        on_step: OnStep | None = None,
        stop: Stop | None = None,
        provenance: str = "",
    ) -> Manifest:
        """Key, preflight, LoRA, save. See `Trainer.train`.

        Raises PreflightFailed before anything is trained, TrainingStopped when `stop` said so,
        and ModelError for a student whose weights are not here.
        """
        key = self.key(student, dataset, recipe, seed)
        home = folder / key
        if is_whole(home):
            return read_manifest(home)
        here = _here(student)
        require(dataset, here, recipe, held_out, classes)
        # torch takes seconds to import; only a training that really happens pays for it.
        from .lora import train_lora

        trained = train_lora(here, dataset, recipe, seed, on_step=on_step, stop=stop)
        manifest = Manifest(
            key=key,
            base=student.name,
            dataset=dataset.hash,
            strategy=strategy.hash,
            strategy_name=strategy_name,
            recipe=recipe,
            seed=seed,
            versions=versions(),
            provenance=provenance,
            tokens=trained.tokens,
            losses=trained.losses,
        )
        return save(folder, manifest, strategy, trained.write)


def _here(student: Model) -> Trainable:
    if isinstance(student, Trainable):
        return student
    raise ModelError(
        f"{student.name} cannot be trained: its weights are not on this machine, or it already "
        "wears an adapter. Take a local student, such as `smollm2-135m` or `hf:<folder>`."
    )
