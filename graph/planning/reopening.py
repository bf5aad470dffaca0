"""Reopening of what a recorded run names: by its recorded names, from the folder where it began.

A relative path counts from the working folder of the start. That folder is kept beside the run's
config as a path from there, so that it is right as well where all of it was moved or copied to.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ...models import facts_by_name, open_recorded_model
from ...models.contract import Model, ModelError, Role
from ...models.credentials import public_name
from ...models.facts import is_path
from ..config.config import ConfigError
from ..config.sections import DomainConfig

WORKING_FOLDER_FILE = "working-folder.txt"
"""In a run's folder."""


def keep_working_folder(folder: Path) -> None:
    """Write down from where the relative paths of the run in `folder` count; once, at its start."""
    file = folder / WORKING_FOLDER_FILE
    if file.exists():
        return
    here = Path.cwd().resolve()
    try:
        told = os.path.relpath(here, folder.resolve())
    except ValueError:  # two drives of Windows
        told = str(here)
    file.write_text(f"{told}\n", encoding="utf-8")


def open_recorded(spec: str, *, role: Role = "other", folder: Path) -> Model:
    """Open a model of the run in `folder`.

    Raises ModelError, also for one that came from Python; ConfigError where its path is one from
    another folder.
    """
    facts = facts_by_name(spec)
    if not facts.kind.opener:
        raise ModelError(
            f"{public_name(spec)} cannot be opened by its name: the run was given this model from "
            "Python, and has to be given it again, by `transfer_knowledge(..., name=RUN, "
            "resume=True)` or by the `overrides` of `open_run(..., run_id=RUN)`."
        )
    if not facts.remote:
        packaged = ":" not in facts.kind.start
        _check_paths(spec, [facts.adapter] if packaged else [facts.base, facts.adapter], folder)
    return open_recorded_model(spec, role=role)


def check_domain_paths(domain: DomainConfig, folder: Path) -> None:
    """Raise ConfigError where a path of the run's domain is one from another folder."""
    _check_paths(domain.name, _paths_of(domain), folder)


def _paths_of(domain: DomainConfig) -> Iterator[str]:
    """Yield what looks like a path: it has a folder or an ending."""
    texts = [*domain.name.split(":"), *domain.options.values()]
    for text in texts:
        if isinstance(text, str) and ("/" in text or Path(text).suffix):
            yield text


def _check_paths(named: str, paths: Iterable[str], folder: Path) -> None:
    """Raise ConfigError where a relative path means another file here than where the run began."""
    here = Path.cwd().resolve()
    began = here
    with suppress(OSError, ValueError):
        told = (folder / WORKING_FOLDER_FILE).read_text(encoding="utf-8").strip()
        began = (folder / told).resolve()
    if began == here or not began.is_dir():
        return
    for path in paths:
        there, now = ((place / path).resolve() for place in (began, here))
        if path and there != now and (is_path(str(there)) or is_path(str(now))):
            raise ConfigError(
                f"{public_name(named)} is a path from {began}, where run {folder.name} began, and "
                f"the working folder is {here}. `cd {began}`, and give the command again there."
            )
