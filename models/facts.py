"""Facts about a model that its spec tells: nothing is opened or loaded for them."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..bounded_json import read_json
from ..weights import CATALOGUE
from .contract import Role


class Size(NamedTuple):
    """Size of a model, as far as it is known before the model is opened."""

    parameters: float | None = None
    """0 for a script, which has none."""
    context: int | None = None
    """Tokens that a prompt and its reply may have together."""
    memory: float | None = None
    """Bytes that it takes with such a context, where another program than torch holds it."""


class Kind(NamedTuple):
    """A kind of model, and the facts that hold for all of it."""

    start: str
    """The beginning of every spec of this kind: a word with a colon, or a model's whole name.

    What stands behind the colon tells kinds of one word apart.
    """
    form: str
    about: str
    opener: str
    """`module:function` in this folder; called with the `ModelFacts` and the options."""
    backend: str
    """The program or protocol that answers; a model that is open may know its engine exactly."""
    asked_by: str = ""
    """The `module:function` that opens it to be asked only, where that is another one."""
    remote: bool = False
    """Its tokens leave this machine and are paid; its opener takes the option `max_retries`.

    The model's name is the spec: by that its tokens are counted.
    """
    trainable: bool = False
    """Its weights can be trained here."""
    takes_adapter: bool = False
    """A spec of it may end in `+adapter`."""
    takes_names: bool = False
    """A name of the catalogue means the packaged weights, and no path."""
    price: tuple[float, float] | None = None
    """Dollars per million input and output tokens, where known; prices of a [budget] win."""
    in_batches: bool = False
    """Its service answers many calls as one batch, at half the price."""
    size: Callable[[str], Size] = lambda base: Size()
    asked_size: Callable[[str], Size] | None = None
    """Its size where `asked_by` opens it."""
    finds_weights: Callable[[str], bool] | None = None
    """Tells by the base whether weights are here or can be fetched; None if none are loaded."""
    keys: tuple[str, ...] = ()
    """Environment variables that may hold its key."""
    needs_key: bool = False
    asks_people: bool = False
    """People answer, in their own time: its calls wait, and none is tried beforehand."""


class ModelFacts(NamedTuple):
    """A spec, taken apart, and the facts about its model."""

    kind: Kind
    spec: str
    base: str
    """The model without its kind: a repository or folder, an address, a file."""
    adapter: str = ""
    """The PEFT folder, or the GGUF file, that the model wears."""
    bare: str = ""
    """The spec without its adapter, where it has one."""

    def opener(self, role: Role) -> str:
        """Return the `module:function` that opens the model in a role; what wears is trained."""
        only_asked = role == "other" and not self.adapter
        return (only_asked and self.kind.asked_by) or self.kind.opener

    @property
    def remote(self) -> bool:
        return self.kind.remote

    @property
    def packaged(self) -> bool:
        """Tell whether the base is a name of packaged weights, and no path."""
        return self.kind.takes_names and self.base in CATALOGUE

    @property
    def trainable(self) -> bool:
        """False for a model that wears an adapter already."""
        return self.kind.trainable and not self.adapter

    @property
    def size(self) -> Size:
        return self.kind.size(self.base)

    def size_in(self, role: Role) -> Size:
        """Return the size of the model as it is opened in a role."""
        other = self.kind.asked_size if self.opener(role) != self.kind.opener else None
        return (other or self.kind.size)(self.base)

    @property
    def has_weights(self) -> bool | None:
        return self.kind.finds_weights and self.kind.finds_weights(self.base)


def is_path(base: str) -> bool:
    """Tell whether it is a file or folder here; what no file can be called is none."""
    with suppress(OSError):
        return Path(base).exists()
    return False


def folder_size(base: str) -> Size:
    """Read the size of a model off the files of its folder; nothing is known of a repository."""
    folder = Path(base)
    config: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        found = read_json((folder / "config.json").read_text(encoding="utf-8"))
        config = found if isinstance(found, dict) else {}
    each = 2 if "16" in str(config.get("dtype") or config.get("torch_dtype")) else 4
    found = [*folder.glob("*.safetensors"), *folder.glob("*.bin")] if is_path(base) else []
    parameters = sum(file.stat().st_size for file in found) / each or None
    return Size(parameters, config.get("max_position_embeddings"))


def folder_or_repository(base: str) -> bool:
    """Tell whether a folder is there; a repository's name is taken for one that can be fetched."""
    return bool(base) and (is_path(base) or not base.startswith((".", "/", "~")))
