"""Opening of a run that is called from Python, where functions stand in for names."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...models import open_model
from ...spelling import did_you_mean
from ...store.log import has_log, open_log
from ..calls.judge_model import OPTION
from ..config.config import ConfigError, RunConfig, parse_config
from ..context import Progress, Run
from .opening import Overrides, open_run, recorded_config

KEYWORDS = ("judge", "options", "home", "folder", "resume", "progress")
"""Keywords of a call beside the settings of a config."""
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
    roles: Mapping[str, Any],
    options: Mapping[str, Any] | None,
    sections: Mapping[str, Any],
) -> tuple[RunConfig, Overrides]:
    """Return the config of a call, in which all stand by their names, and the parts that it gave.

    `roles` are domain, teacher, student and judge. Raises ConfigError, and ModelError for what
    cannot answer.
    """
    _check_keywords(sections)
    _check_roles(roles)
    options = _check_options(options)
    parts = {**roles, "judge": roles["judge"] or options.pop(OPTION, None) or ""}
    _check_domain(parts["domain"], named_only={**options, "judge": parts["judge"]})
    validators = _as_list(sections.get("validators", ()))
    if not all(isinstance(it, str) for it in validators):
        parts["validators"] = [open_model(it) if type(it) is str else it for it in validators]
    given = Overrides(**{it: part for it, part in parts.items() if not isinstance(part, str)})
    names = {
        it: part if getattr(given, it) is None else getattr(given, it).name
        for it, part in parts.items()
        if it != "validators"
    }
    if judge := names.pop("judge"):
        options[OPTION] = judge
    names["domain"] = {"name": names["domain"], "options": options}
    names["validators"] = [
        it if isinstance(it, str) else it.name for it in given.validators or validators
    ]
    return parse_config({**sections, "name": name, **names}), given


def _as_list(validators: Any) -> list[Any]:
    """Return the validators; a single one needs no list."""
    is_one = isinstance(validators, str) or not isinstance(validators, Iterable)
    return [validators] if is_one else list(validators)


def _check_keywords(sections: Mapping[str, Any]) -> None:
    """Raise ConfigError for a keyword that the call does not have."""
    known = [*KEYWORDS, *RunConfig.model_fields]
    for wrong in (it for it in sections if it not in known):
        guess = did_you_mean(wrong, known)
        raise ConfigError(f"There is no keyword {wrong!r}.{guess} Known: {', '.join(known)}.")


def _check_roles(roles: Mapping[str, Any]) -> None:
    """Raise ConfigError for a teacher or student that is missing."""
    for role in ("teacher", "student"):
        if roles[role] is None:
            raise ConfigError(
                f"{role} = None: name a model (`tutelage models list` shows how), or give a "
                "function or an object of yours that answers."
            )


def _check_options(options: Any) -> dict[str, Any]:
    """Return a domain's options. Raises ConfigError for what no config could say."""
    if options is not None and not isinstance(options, Mapping):
        raise ConfigError(
            f"options = {options!r:.80} are no options: give names and values, such as "
            'options={"topics": ["narrative"]}.'
        )
    given = dict(options or {})
    for name, value in given.items():
        if name != OPTION and (callable(value) or hasattr(value, "reply")):
            raise ConfigError(
                f"options name {value!r:.80} as {name!r}, and are plain values, as in a config: "
                "give a model or function that judges as `judge=`."
            )
    return given


def _check_domain(domain: object, named_only: Mapping[str, Any]) -> None:
    """Raise ConfigError for what is no domain, and for what only a named one is given."""
    if isinstance(domain, str):
        return
    if isinstance(domain, type) or not hasattr(domain, "problems"):
        raise ConfigError(
            f"domain = {domain!r:.80} is no domain: give a name, such as 'writing', and its "
            "`options`, or an object with `problems`, `judge` and `solution`."
        )
    if given := [name for name, value in named_only.items() if value]:
        raise ConfigError(
            f"{', '.join(given)}: only a domain that is named is given options or a judge. Give an "
            "object of yours what it needs when you make it."
        )
