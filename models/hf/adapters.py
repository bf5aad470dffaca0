"""Switch LoRA adapters on and off: merged into the weights, and undone to the bit."""

from pathlib import Path
from typing import Any, NamedTuple

from peft import LoraConfig, PeftConfig, get_peft_model
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import load_peft_weights, set_peft_model_state_dict
from safetensors import SafetensorError
from torch import Tensor

from ..adapter_files import check_files
from ..contract import ModelError


class _SavedWeight(NamedTuple):
    parameter: Any
    original: Tensor


class AdapterSwitch:
    """Merges one adapter at a time into a module, and restores the module's own weights.

    Adding an adapter's product and subtracting it again would leave rounding errors behind, so
    the weights it touches are saved and put back.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._active: Path | None = None
        self._saved: list[_SavedWeight] = []

    def activate(self, adapter: Path | None) -> bool:
        """Merge `adapter` into the weights, or no adapter for None; tell whether they changed."""
        _check_no_other_adapter(self._module)
        if adapter == self._active:
            return False
        self._unmerge()
        if adapter is not None:
            self._merge(adapter)
        return True

    def bare_module(self) -> Any:
        """Return the module as it was loaded: nothing frozen, no trace of an adapter."""
        self.activate(None)
        if hasattr(self._module, "peft_config"):
            del self._module.peft_config
        return self._module.requires_grad_(True)

    def _unmerge(self) -> None:
        for parameter, original in self._saved:
            parameter.data.copy_(original)
        self._saved, self._active = [], None

    def _merge(self, adapter: Path) -> None:
        check_files(adapter)
        wrapped = get_peft_model(self._module, read_config(adapter))
        try:
            weights = load_peft_weights(str(adapter), device="cpu")
            result: Any = set_peft_model_state_dict(wrapped, weights)
            lacking = [name for name in result.missing_keys if ".lora_" in name]
            if odd := [*result.unexpected_keys, *lacking]:
                raise ValueError(f"{len(odd)} weights have no counterpart, such as {odd[0]}")
        except (RuntimeError, ValueError, OSError, SafetensorError) as error:
            wrapped.unload()
            why = " ".join(str(error).split())[:300]
            raise ModelError(f"{adapter} does not fit this model: {why}") from error
        layers = [m for m in self._module.modules() if isinstance(m, BaseTunerLayer)]
        self._saved = [
            _SavedWeight(parameter, parameter.data.clone())
            for layer in layers
            for parameter in layer.get_base_layer().parameters(recurse=False)
        ]
        wrapped.merge_and_unload()
        self._active = adapter


def read_config(adapter: Path) -> Any:
    """Read the config of the PEFT folder `adapter`. Raises ModelError unless it is a plain LoRA."""
    if not (adapter / "adapter_config.json").exists():
        raise ModelError(f"{adapter} is no PEFT adapter: it holds no adapter_config.json.")
    config: Any = PeftConfig.from_pretrained(str(adapter))
    if not isinstance(config, LoraConfig) or config.modules_to_save:
        raise ModelError(f"{adapter} is not a plain LoRA; only weights that are added can be worn.")
    if config.init_lora_weights not in (True, False, "gaussian", "orthogonal"):
        raise ModelError(
            f"{adapter} began from {config.init_lora_weights!r}, which changes the base as well. "
            "Save it with path_initial_model_for_weight_conversion first."
        )
    return config


def _check_no_other_adapter(module: Any) -> None:
    if any(isinstance(part, BaseTunerLayer) for part in module.modules()):
        raise ModelError(
            "The model still carries an adapter that was put on outside. "
            "Call unload() on the PeftModel after training."
        )
