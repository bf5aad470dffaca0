"""Opening of a run that is called from Python, where functions stand in for names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...domains.contract import Domain
from ...models import open_model
from ...models.callables import Answerer
from ...store.log import has_log, open_log
from ..config.config import ConfigError, RunConfig, parse_config
from ..context import Progress, Run
from ..teacher.contract import Teacher
from .opening import Overrides, open_run, recorded_config

MAY_DIFFER = {"name", "budget", "calls"}
"""Settings that a run which goes on need not have as it began."""


def reopen_call(
    home: str | Path,
    folder: Path,
    config: RunConfig,
    parts: Overrides,
    progress: Progress | None,
) -> Run:
    """Open the run of the config's name again, to go on with the config's budget and calls.

    Raises what `open_run` raises, LookupError for an unknown run, and ConfigError where another
    setting or part is given than the run began with.
    """
    if not has_log(home):
        raise ConfigError(f"There is no store in {home}, so no run to go on with.")
    log = open_log(home)
    try:
        recorded = recorded_config(log, config.name, config.budget)
        was, now = (it.model_dump(mode="json", exclude=MAY_DIFFER) for it in (recorded, config))
        if differing := [it for it in was | now if was.get(it) != now.get(it)]:
            told = "; ".join(f"{it} was {was.get(it)!r}, is {now.get(it)!r}" for it in differing)
            raise ConfigError(
                f"Run {config.name} cannot go on with other settings than it began with: {told}. "
                "Only `budget` and `calls` may differ. Take these back, or begin a new run."
            )
        return open_run(
            home,
            folder,
            recorded.model_copy(update={"calls": config.calls}),
            run_id=config.name,
            overrides=parts,
            progress=progress,
            log=log,
        )
    except BaseException:
        log.close()
        raise


def parse_call(
    name: str,
    domain: str | Domain,
    teacher: str | Answerer | Teacher,
    student: str | Answerer,
    sections: Mapping[str, Any],
) -> tuple[RunConfig, Overrides]:
    """Return the config of a call, in which all stand by their names, and the parts that it gave.

    Raises ConfigError, and ModelError for what cannot answer.
    """
    further: Sequence[Any] = sections.get("validators", ())
    named = all(isinstance(each, str) for each in further)
    parts: dict[str, Any] = {
        "domain": domain,
        "teacher": teacher,
        "student": student,
        "validators": ""
        if named
        else [open_model(it) if type(it) is str else it for it in further],
    }
    given = Overrides(**{it: part for it, part in parts.items() if not isinstance(part, str)})
    settings: dict[str, Any] = {
        **sections,
        "name": name,
        "teacher": teacher if given.teacher is None else given.teacher.name,
        "student": student if given.student is None else given.student.name,
        "domain": {"name": domain if given.domain is None else given.domain.name},
    }
    if given.validators is not None:
        settings["validators"] = [model.name for model in given.validators]
    return parse_config(settings), given
