"""Folder of a run: its config as resolved, and what the system says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit

from ...store.errors import StoreError
from ..config.credentials import public_config
from ..context import Run
from .opening import CONFIG_FILE


def write_config(run: Run) -> None:
    """Write the config as resolved, beside the results."""
    text = tomlkit.dumps(public_config(run.config.model_dump(mode="json", exclude_none=True)))
    (run.folder / CONFIG_FILE).write_text(text, encoding="utf-8")


@contextmanager
def translate_folder_errors(folder: Path) -> Iterator[None]:
    """Raise what the system says of a run's folder as a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The folder of the run, {folder}, cannot be used ({error}). What is recorded stays "
            "recorded. Move away whatever stands there under such a name, make the folder "
            "writable, or free some space, and run the command again."
        ) from error
