"""Reopening of what a recorded run names: by its recorded names, from the folder where it began.

A relative path counts from the working folder of the start. That folder is kept beside the log as a
path from there: it is found wherever the log is, and right where both were moved or copied to.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ...models import facts_by_name, open_recorded_model
from ...models.contract import Model, ModelError, Role
from ...models.credentials import public_name
from ...models.facts import is_path
from ...store.errors import StoreError
from ...store.files import write_atomically
from ...store.log import folder_of, lasts
from ..config.config import ConfigError
from ..config.sections import DomainConfig

WORKING_FOLDERS = "working-folders"
"""Folder beside a log: a file for each run, which says where it began."""


def keep_working_folder(home: str | Path, run_id: str) -> None:
    """Write down from where the relative paths of a run that begins will count. Raises StoreError.

    A store that ends with its process needs none.
    """
    if not lasts(home):
        return
    file, here = _file(home, run_id), Path.cwd().resolve()
    try:
        told = os.path.relpath(here, folder_of(home).resolve())
    except ValueError:  # two drives of Windows
        told = str(here)
    try:
        file.parent.mkdir(exist_ok=True)
        write_atomically(file, f"{told}\n")
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written ({error}), so the run was not begun: make its folder "
            "writable, or free some space, and give the command again."
        ) from error


def _began_in(home: str | Path, run_id: str) -> Path | None:
    """Return the working folder of a run's start; None where none was kept, or it is gone."""
    if not lasts(home):
        return None
    with suppress(OSError, ValueError):
        told = _file(home, run_id).read_text(encoding="utf-8").strip()
        began = (folder_of(home).resolve() / told).resolve()
        return began if told and began.is_dir() else None
    return None


def _file(home: str | Path, run_id: str) -> Path:
    return folder_of(home) / WORKING_FOLDERS / f"{run_id}.txt"


def open_recorded(spec: str, *, role: Role = "other", home: str | Path, run_id: str) -> Model:
    """Open a model of a run in the store `home`.

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
        paths = [facts.adapter] if facts.packaged else [facts.base, facts.adapter]
        _check_paths(spec, paths, home, run_id)
    return open_recorded_model(spec, role=role)


def check_domain_paths(domain: DomainConfig, home: str | Path, run_id: str) -> None:
    """Raise ConfigError where a path of the run's domain is one from another folder."""
    _check_paths(domain.name, _paths_of(domain), home, run_id)


def _paths_of(domain: DomainConfig) -> Iterator[str]:
    """Yield what looks like a path: it has a folder or an ending."""
    texts = [*domain.name.split(":"), *domain.options.values()]
    for text in texts:
        if isinstance(text, str) and ("/" in text or Path(text).suffix):
            yield text


def _check_paths(named: str, paths: Iterable[str], home: str | Path, run_id: str) -> None:
    """Raise ConfigError where a relative path means another file here than where the run began."""
    here, began = Path.cwd().resolve(), _began_in(home, run_id)
    if began is None or began == here:
        return
    for path in paths:
        there, now = ((place / path).resolve() for place in (began, here))
        if path and there != now and (is_path(str(there)) or is_path(str(now))):
            raise ConfigError(
                f"{public_name(named)} is a path from {began}, where run {run_id} began, and "
                f"the working folder is {here}. `cd {began}`, and give the command again there."
            )
