"""Sections of a run's TOML file: each refuses what contradicts itself."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ...evidence.gate.rules import gain_rule_of
from ...evidence.gate.settings import GateSettings
from ...models.contract import CONCURRENCY
from ...trainer.methods import SFT, find_method
from ...trainer.recipe import Recipe


class Section(BaseModel):
    """Frozen, and without a setting that nothing reads."""

    # An error may not repeat what was given: it could be a credential.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _check_booleans(cls, data: Any) -> Any:
        """Refuse `candidates = true`, which pydantic would read as 1."""
        if isinstance(data, Mapping):
            for name, value in data.items():
                field = cls.model_fields.get(name)
                if isinstance(value, bool) and field and field.annotation is not bool:
                    raise ValueError(f"{name} = {str(value).lower()} is no number")
        return data


class DomainConfig(Section):
    """Domain of a run, and the options by which it makes its problems."""

    name: str
    options: dict[str, Any] = Field(default_factory=dict)
    """Passed to the domain as they stand."""


class Splits(Section):
    """Numbers of problems that the splits are frozen with at the run's start."""

    train: int = Field(default=520, ge=8)
    val: int = Field(default=180, ge=4)
    """The pool of the gates: each round answers its own block of it."""
    test: int = Field(default=150, ge=1)
    ood: int = Field(default=60, ge=0)


class Loop(Section):
    """Length of a run: cycles, rounds, candidates, and the problems each answers."""

    cycles: int = Field(default=2, ge=1)
    rounds: int | tuple[int, ...] = 2
    """Rounds a cycle, or one number for each cycle."""
    candidates: int = Field(default=2, ge=1, le=8)
    """Versions a round may send to the gate."""
    samples: int = Field(default=1, ge=1)
    """Replies a problem; above 1 they are sampled, and reflection reads contrasts."""
    batch: int = Field(default=24, ge=1)
    """Train problems that `solve` and the probe answer."""
    feedback: int = Field(default=48, ge=1)
    """Fresh train problems that `feedback` puts to the tuned student."""
    review: Literal["always", "on-promote", "never"] = "never"
    """Which gated versions a person decides on: all that are not worse, the accepted, or none."""
    credit: bool = True
    """Measure what each rule in the prompt is worth by leaving it out, on train problems."""
    strategy_tokens: int = Field(default=1500, ge=20)
    """Most tokens a whole strategy may have."""

    @property
    def rounds_by_cycle(self) -> tuple[int, ...]:
        return (self.rounds,) * self.cycles if isinstance(self.rounds, int) else self.rounds

    @model_validator(mode="after")
    def _check_rounds(self) -> "Loop":
        if min(self.rounds_by_cycle, default=0) < 1:
            raise ValueError("rounds must be at least 1 in every cycle")
        if len(self.rounds_by_cycle) != self.cycles:
            raise ValueError(
                f"rounds = {list(self.rounds_by_cycle)} must name {self.cycles} cycles"
            )
        return self


class GateConfig(Section):
    """Settings of the test that a candidate must pass."""

    alpha: float = Field(default=GateSettings.alpha, gt=0, lt=1)
    """Chance of any false accept in the whole run; spent evenly over its decisions."""
    power: float = Field(default=GateSettings.power, gt=0, lt=1)
    rule: str = Field(default=GateSettings.rule, exclude_if=lambda name: name == GateSettings.rule)
    """Rule by which a candidate that claims to be better is accepted."""
    channel: Literal["auto", "words", "weights"] = "auto"
    """auto: the capability probe finds out."""
    replicates: int = Field(default=GateSettings.replicates, ge=1, le=8)
    """Fresh replies a problem of each arm; above 1 they are sampled and must agree."""
    margin: float = Field(default=GateSettings.margin, gt=0, lt=1)
    """Loss that a version may at most bring whose edits only take rules away."""
    require_portable: bool = False
    """Promote nothing that is shown to harm a validator model, or that it answered too few of."""

    @model_validator(mode="after")
    def _check_settings(self) -> "GateConfig":
        if self.power <= self.alpha:
            raise ValueError(
                f"power = {self.power} must be larger than alpha = {self.alpha}: a gate that finds "
                "gains no more often than it errs finds nothing"
            )
        gain_rule_of(self.settings())
        return self

    def settings(self, decisions: int = 1, race: bool = True) -> GateSettings:
        """Return the settings of a gate that shares alpha with others."""
        named = self.model_dump(exclude={"channel", "require_portable"})
        return GateSettings(decisions=decisions, race=race, **named)


class Search(Section):
    """Sources of the next candidates."""

    frontier: int = Field(default=0, ge=0)
    """Validation problems kept aside for the Pareto frontier, the same in all rounds.

    0: a single line of descent, every candidate is an edit of the current version.
    """
    repeats: int = Field(default=1, ge=1)
    """Replies a frontier problem; above 1 they are sampled, and lower bounds are compared."""
    merge: bool = True
    """Join two versions of the frontier rule by rule, where they have a common ancestor."""
    edits: int = Field(default=4, ge=1)
    """Most edits a candidate may hold in the first round; shrinks to 1 over the run."""
    race: bool = True
    """Stop a gate early when the candidate has all but lost."""

    @model_validator(mode="after")
    def _check_repeats(self) -> "Search":
        if self.repeats > 1 and not self.frontier:
            raise ValueError(f"repeats = {self.repeats} needs a frontier to repeat: frontier is 0")
        return self


class Train(Section):
    """Training of adapters. Fields left out take the recipe's measured defaults."""

    method: str = Field(default=SFT, exclude_if=SFT.__eq__)
    """One of `trainer/methods.py`; not recorded where it is the usual one."""
    examples: int = Field(default=240, ge=1)
    epochs: int | None = Field(default=None, ge=1)
    rank: int | None = Field(default=None, ge=1)
    targets: Literal["all-linear"] | tuple[str, ...] | None = None
    lr: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    batch_size: int | None = Field(default=None, ge=1)
    controls: tuple[Literal["labels_only", "placebo"], ...] = ("labels_only",)

    @model_validator(mode="after")
    def _check_recipe(self) -> "Train":
        find_method(self.method)
        try:
            self.recipe()
        except ValidationError as error:
            fault = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, fault['loc']))} {fault['msg']}") from None
        return self

    def recipe(self) -> Recipe:
        """Return the recipe of the run's adapters."""
        named = self.model_dump(exclude={"method", "examples", "controls"}, exclude_none=True)
        return Recipe(**named)


class CallsConfig(Section):
    """Making of calls that leave this machine. It changes no result, and may differ on resume."""

    concurrency: int = Field(default=CONCURRENCY, ge=1, le=256)
    """Calls in flight at most to each model; fewer where its server says that it has too many."""
    batches: bool = False
    """Send bulk work to the Message Batches API, where a model has it: half the price, and hours
    may pass."""


class Budget(Section):
    """Limits of a run's spending, checked before each call. None: no limit."""

    tokens: int | None = Field(default=None, ge=1)
    """Input and output tokens of all model calls that leave this machine."""
    hours: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    input_price: float = Field(default=0.0, ge=0)
    """Dollars per million input tokens."""
    output_price: float = Field(default=0.0, ge=0)
    """Dollars per million output tokens."""

    @model_validator(mode="after")
    def _check_prices(self) -> "Budget":
        if self.usd is not None and not (self.input_price and self.output_price):
            raise ValueError("usd needs input_price and output_price (dollars per million tokens)")
        return self
