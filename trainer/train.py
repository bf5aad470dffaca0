"""Train an adapter from its input and save it, in one call."""

from importlib import import_module

from ..models.contract import Model, ModelError
from .adapter import is_whole, save_adapter
from .contract import Destination, OnStep, Stop, Train, Trainable, Training
from .manifest import Manifest, read_manifest, versions
from .methods import find_method
from .preflight import PreflightFailed, check_dataset


class LoraTrainer:
    """Trains a LoRA adapter on the student's own weights, unless it stands there already."""

    def train(
        self, training: Training, place: Destination, on_step: OnStep = None, stop: Stop = None
    ) -> Manifest:
        """Check, train and save an adapter, unless it stands there whole. See `Trainer.train`.

        Raises PreflightFailed before anything is trained, TrainingStopped when `stop` said so,
        and ModelError for a student whose weights are not here.
        """
        home = place.folder / training.key
        if is_whole(home, training.key):
            return read_manifest(home)
        student, dataset = _require_trainable(training.student), training.input.dataset
        if faults := check_dataset(
            dataset, student, training.recipe, training.held_out, training.classes
        ):
            raise PreflightFailed(faults)
        trained = _load_method(training.input.method)(student, training, on_step, stop)
        manifest = Manifest(
            key=training.key,
            base=student.name,
            dataset=dataset.hash,
            method=training.input.method,
            strategy=place.strategy.hash,
            strategy_name=place.strategy_name,
            recipe=training.recipe,
            seed=training.seed,
            versions=versions(),
            provenance=place.provenance,
            tokens=trained.tokens,
            losses=trained.losses,
        )
        return save_adapter(place.folder, manifest, place.strategy, trained.write)


def _load_method(name: str) -> Train:
    # torch takes seconds to import; only a training that really happens pays for it.
    module, _, function = find_method(name).train.partition(":")
    train: Train = getattr(import_module(f".{module}", __package__), function)
    return train


def _require_trainable(student: Model) -> Trainable:
    if isinstance(student, Trainable):
        return student
    raise ModelError(
        f"{student.name} cannot be trained: its weights are not on this machine, or it already "
        "wears an adapter. Take a local student, such as `smollm2-135m` or `hf:<folder>`."
    )
