"""Train an adapter from a dataset and save it, in one call."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from ..models.contract import Model, ModelError
from ..store.rules import Strategy
from .adapter import is_whole, save_adapter
from .contract import OnStep, Stop, Trainable
from .examples import Dataset
from .manifest import Manifest, adapter_key, read_manifest, versions
from .preflight import check_dataset, require_no_faults
from .recipe import Recipe


class LoraTrainer:
    """Trains a LoRA adapter on the student's own weights, unless it stands there already."""

    def key(self, student: Model, dataset: Dataset, recipe: Recipe, seed: int) -> str:
        """Return the adapter's name, without training it."""
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
        """Check, train and save an adapter, unless it stands there whole. See `Trainer.train`.

        Raises PreflightFailed before anything is trained, TrainingStopped when `stop` said so,
        and ModelError for a student whose weights are not here.
        """
        key = self.key(student, dataset, recipe, seed)
        home = folder / key
        if is_whole(home):
            return read_manifest(home)
        trainable = _require_trainable(student)
        require_no_faults(check_dataset(dataset, trainable, recipe, held_out, classes))
        # torch takes seconds to import; only a training that really happens pays for it.
        from .lora import train_lora

        trained = train_lora(trainable, dataset, recipe, seed, on_step=on_step, stop=stop)
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
        return save_adapter(folder, manifest, strategy, trained.write)


def _require_trainable(student: Model) -> Trainable:
    if isinstance(student, Trainable):
        return student
    raise ModelError(
        f"{student.name} cannot be trained: its weights are not on this machine, or it already "
        "wears an adapter. Take a local student, such as `smollm2-135m` or `hf:<folder>`."
    )
