"""Config of a run from one TOML file: contradictions are refused before it begins."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails

from ...evidence.gate.rules import rule_of
from ...evidence.gate.settings import GateSettings
from ...paths import expand_home
from ...spelling import did_you_mean
from .credentials import ADVICE, credential_faults
from .sections import (
    Budget,
    CallsConfig,
    DomainConfig,
    GateConfig,
    Loop,
    Search,
    Section,
    Splits,
    Train,
)


class ConfigError(ValueError):
    """A config that cannot be used: each fault with the place it stands in."""


class RunConfig(Section):
    """Config of a whole run."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,60}$")
    """Names the run, its branch and its folder; the next free `-2`, `-3` is added when taken."""
    seed: int = 0
    teacher: str
    """`rulebook`, or a model such as `anthropic:<model>`."""
    student: str
    validators: tuple[str, ...] = ()
    """Further models that every accepted version is tried on, in the `words` channel."""
    reviewer: str = ""
    """Who reviews, where `loop.review` asks for a person."""
    domain: DomainConfig
    splits: Splits = Splits()
    loop: Loop = Loop()
    gate: GateConfig = GateConfig()
    search: Search = Search()
    train: Train = Train()
    calls: CallsConfig = Field(
        default=CallsConfig(), exclude_if=lambda calls: calls == CallsConfig()
    )
    budget: Budget = Budget()

    @property
    def total_rounds(self) -> int:
        return sum(self.loop.rounds_by_cycle)

    @property
    def block(self) -> int:
        """Validation problems a round, besides the frontier's."""
        return max(0, self.splits.val - self.search.frontier) // self.total_rounds

    @property
    def decisions(self) -> int:
        """Gates that the run's alpha is spent over."""
        return self.total_rounds * self.loop.candidates

    @property
    def gate_settings(self) -> GateSettings:
        """Settings of the loop's gates."""
        return self.gate.settings(self.decisions, self.search.race)

    # Before all others: they repeat what is wrong.
    @model_validator(mode="before")
    @classmethod
    def _check_credentials(cls, data: Any, info: ValidationInfo) -> Any:
        recorded = bool(info.context and info.context.get("recorded"))
        if not recorded and (faults := credential_faults(data)):
            raise ValueError(f"{', and '.join(faults)}. {ADVICE}")
        return data

    @model_validator(mode="after")
    def _check_reviewer(self) -> "RunConfig":
        if self.loop.review != "never" and not self.reviewer.strip():
            raise ValueError(
                f'loop.review = "{self.loop.review}" needs a reviewer: say who it is, such as '
                'reviewer = "Ada"'
            )
        return self

    @model_validator(mode="after")
    def _check_validators(self) -> "RunConfig":
        if self.gate.require_portable and not self.validators:
            raise ValueError("gate.require_portable needs validators: models to be portable to")
        twice = [name for name in self.validators if self.validators.count(name) > 1]
        if twice:
            raise ValueError(f"validators name {twice[0]} twice")
        if self.student in self.validators:
            raise ValueError(f"{self.student} is the student: validators are further models")
        return self

    @model_validator(mode="after")
    def _check_frontier(self) -> "RunConfig":
        if self.search.frontier and self.total_rounds == 1:
            raise ValueError(
                f"search.frontier = {self.search.frontier} is never read in a run of one round"
            )
        return self

    @model_validator(mode="after")
    def _check_splits(self) -> "RunConfig":
        loop, train = self.loop, self.train
        need = (
            train.examples
            + loop.batch  # the probe
            + loop.batch * self.total_rounds
            + loop.feedback * loop.cycles
        )
        if self.splits.train < need:
            raise ValueError(
                f"splits.train = {self.splits.train} is too few: {train.examples} examples, "
                f"{self.total_rounds + 1} batches of {loop.batch} and {loop.cycles} feedbacks "
                f"of {loop.feedback} need {need} distinct problems"
            )
        enough = rule_of(self.gate_settings).fewest_pairs()
        if self.block < enough:
            aside = f", less search.frontier = {self.search.frontier}," * bool(self.search.frontier)
            raise ValueError(
                f"splits.val = {self.splits.val}{aside} gives each of {self.total_rounds} rounds "
                f"{self.block} problems; with alpha {self.gate.alpha} spent over {self.decisions} "
                f"decisions no gate could ever accept: at least {enough} a round are needed"
            )
        return self


def parse_config(
    data: Mapping[str, Any], source: str = "config", *, recorded: bool = False
) -> RunConfig:
    """Parse a config from plain data. Raises ConfigError that lists every fault.

    One that is `recorded` already may hold credentials: a run goes on as it began.
    """
    try:
        return RunConfig.model_validate(data, context={"recorded": recorded})
    except ValidationError as error:
        faults = [
            f"  {'.'.join(map(str, fault['loc'])) or '(whole file)'}: {_describe(fault)}"
            for fault in error.errors()
        ]
        raise ConfigError(f"{source} cannot be used:\n" + "\n".join(faults)) from None


def _describe(fault: ErrorDetails) -> str:
    """Return the fault in words; for an unknown setting, with the settings there are."""
    if fault["type"] != "extra_forbidden":
        return fault["msg"].removeprefix("Value error, ")
    *places, wrong = map(str, fault["loc"])
    section: Any = RunConfig
    for place in places:
        section = section.model_fields[place].annotation
    known = list(section.model_fields)
    return f"there is no such setting.{did_you_mean(wrong, known)} Known here: {', '.join(known)}"


def load_config(path: Path, *, recorded: bool = False) -> RunConfig:
    """Read a TOML config, as `parse_config` does.

    Raises ConfigError when it is missing, is not TOML, or does not fit.
    """
    path = Path(expand_home(str(path)))
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"No config at {path}. `tutelage example` lists some to start from."
        ) from None
    except RecursionError:
        raise ConfigError(f"{path} is not readable TOML: it is nested too deep") from None
    except (ValueError, OSError) as error:
        raise ConfigError(f"{path} is not readable TOML: {error}") from None
    return parse_config(data, str(path), recorded=recorded)
