"""Plan of a run, before anything runs: calls, tokens, minutes, memory, money.

Calls are the most that the config allows, as if every candidate came up and every feedback
problem failed. Minutes are likely ones, from speeds that were measured; they say the order of size.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import fmean
from typing import Any

from ...domains.contract import SPLITS, Domain
from ...evidence.gate.decide import detectable_gain
from ...evidence.gate.rules import rule_of
from ...models import facts_by_name
from ...models.batch_contract import PRICE
from ...store.rules import Rule, Strategy
from ...trainer.methods import SFT
from ..calls.budget import CHARACTERS_A_TOKEN, dollars_for
from ..calls.bulk import FEWEST
from ..config.config import RunConfig
from ..measure.acceptance import settings_of
from ..measure.candidates import removals_possible
from ..teacher.model import LARGE
from .counts import Calls, Who, calls_of, is_trainable, teacher_is_model
from .memory import SMALL, memory_of, notes_on_memory

SAMPLE = 32
"""Train problems from which lengths are measured."""
TEMPLATE = 30
"""Tokens that a chat template puts around a call."""
READ, WRITTEN = 1200.0, 120.0
"""Prompt tokens read and reply tokens written a second by `SMALL`, in batches, on two cores."""
LEARNED = 220.0
"""Tokens a second in training, prompt and completion."""
REMOTE_STARTS, REMOTE_WRITES = 1.0, 60.0
"""Seconds until a server begins to answer, and tokens it then writes a second."""
TEACHER_TEXT = 4096
"""Tokens that a teacher may write as lessons or edits; likely are a tenth."""


@dataclass(frozen=True)
class Stage:
    """The calls of one stage to one model, over the whole run."""

    stage: str
    who: Who
    spec: str
    """The model that answers."""
    calls: int
    input_tokens: int
    """Likely, like the output's."""
    output_tokens: int
    output_limit: int
    """What the calls may write at most."""
    seconds: float
    share: float = 1.0
    """Price of a call, as a share of the usual one: less where it is made in a batch."""


@dataclass(frozen=True)
class Plan:
    """Estimate of what a run of a config may take."""

    stages: tuple[Stage, ...]
    adapters: int
    """Trainings, at most: shared adapters are trained once."""
    training_tokens: int
    """Of one adapter, all epochs."""
    training_seconds: float
    """Of all adapters."""
    memory: float | None
    """GB of all models on this machine; None where the student's size is not known yet."""
    usd: float
    """Likely cost at the config's prices."""
    usd_limit: float
    """If every reply were as long as it may be."""
    detectable: float
    """Smallest gain that a gate of the loop will find with the config's power."""
    notes: tuple[str, ...]

    @property
    def calls(self) -> int:
        return sum(stage.calls for stage in self.stages)

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages) + self.training_seconds

    def tokens(self, who: Who) -> tuple[int, int]:
        """Return a role's input tokens and its likely output tokens."""
        mine = [stage for stage in self.stages if stage.who == who]
        return sum(stage.input_tokens for stage in mine), sum(stage.output_tokens for stage in mine)

    def as_json(self) -> dict[str, Any]:
        totals = {"calls": self.calls, "seconds": self.seconds}
        return asdict(self) | totals | {"minutes": self.seconds / 60}


def plan(config: RunConfig, domain: Domain) -> Plan:
    """Count what `config` allows. Raises NotEnoughProblems when the domain has too few."""
    for split in SPLITS:
        if count := getattr(config.splits, split):
            domain.problems(split, count, config.seed)
    student = facts_by_name(config.student)
    size = 0.0 if student.remote else student.size.parameters
    lengths = _Lengths.of(config, domain)
    stages = tuple(_stage(config, lengths, each) for each in calls_of(config))
    adapters = _adapters(config)
    # Held to the last place: a dataset whose solutions do not fit is refused by the preflight.
    tokens = config.train.recipe().epochs * config.train.examples * (lengths.bare + lengths.reply)
    seconds = adapters * tokens / LEARNED * (size or SMALL) / SMALL
    paid = [stage for stage in stages if facts_by_name(stage.spec).remote]
    return Plan(
        stages=stages,
        adapters=adapters,
        training_tokens=tokens if adapters else 0,
        training_seconds=seconds,
        memory=memory_of(config, trains=adapters > 0),
        usd=_dollars(config, paid, [stage.output_tokens for stage in paid]),
        usd_limit=_dollars(config, paid, [stage.output_limit for stage in paid]),
        detectable=detectable_gain(config.block, config.gate_settings),
        notes=(
            *_notes(config, size, paid, lengths),
            *notes_on_memory(config),
            *_notes_on_people(stages),
        ),
    )


@dataclass(frozen=True)
class _Lengths:
    """Tokens of what is asked and answered, measured on the domain's own problems."""

    bare: int
    """A problem's prompt without a strategy."""
    strategy: int
    """The expert rules in the prompt; a guess where there are none."""
    reply: int
    """A worked solution."""
    limit: int

    @classmethod
    def of(cls, config: RunConfig, domain: Domain) -> "_Lengths":
        guide = domain.guide
        problems = domain.problems("train", min(SAMPLE, config.splits.train), config.seed)
        rules = Strategy(
            rules=tuple(
                Rule(id=rule.name, section=rule.section, text=rule.text) for rule in guide.rules
            )
        )
        written = fmean(len(domain.solution(problem) or "") for problem in problems)
        asked = fmean(len(problem.text) for problem in problems) + len(guide.reply_format)
        reply = ceil(written / CHARACTERS_A_TOKEN) or guide.max_tokens // 2
        return cls(
            bare=TEMPLATE + ceil(asked / CHARACTERS_A_TOKEN),
            strategy=ceil(len(rules.render()) / CHARACTERS_A_TOKEN) or 300,
            reply=min(reply, guide.max_tokens),
            limit=guide.max_tokens,
        )


def _stage(config: RunConfig, lengths: _Lengths, asked: Calls) -> Stage:
    read = lengths.bare + (0 if asked.prompt == "bare" else lengths.strategy)
    calls, likely, limit = asked.calls, lengths.reply, lengths.limit
    if asked.prompt == "read":
        read += LARGE * (lengths.bare + lengths.reply)
        likely, limit = TEACHER_TEXT // 10, TEACHER_TEXT
    if facts_by_name(asked.spec).kind.asks_people:
        seconds = 0.0  # theirs, and not the machine's
    elif facts_by_name(asked.spec).remote:
        # Lessons and edits wait for each other; all else is asked many at once.
        at_once = 1 if asked.prompt == "read" else min(config.calls.concurrency, calls or 1)
        seconds = calls * (REMOTE_STARTS + likely / REMOTE_WRITES) / at_once
    else:
        # A strategy is read once a batch and kept: only what differs is read for each problem.
        size = facts_by_name(asked.spec).size.parameters
        slower = (SMALL if size is None else size) / SMALL
        seconds = calls * (lengths.bare / READ + likely / WRITTEN) * slower
    inputs, outputs, most = calls * read, calls * likely, calls * limit
    share = PRICE if _goes_in_batches(config, asked) else 1.0
    return Stage(asked.stage, asked.who, asked.spec, calls, inputs, outputs, most, seconds, share)


def _goes_in_batches(config: RunConfig, asked: Calls) -> bool:
    """Tell whether so many calls are made together that they go out as a batch."""
    has_service = facts_by_name(asked.spec).kind.in_batches
    return config.calls.batches and has_service and asked.together >= FEWEST


def _adapters(config: RunConfig) -> int:
    """Count every candidate's and the empty strategy's; if words work, one a cycle, a control."""
    if not is_trainable(config):
        return 0
    labels = int("labels_only" in config.train.controls)
    if config.gate.channel == "words":
        return config.loop.cycles + labels
    candidates = config.total_rounds * config.loop.candidates
    # Where a teacher's examples differ, so do the problems that the incumbent is trained on.
    incumbents = candidates if teacher_is_model(config) else 1
    # The control is supervised: only a supervised empty strategy is the same training.
    return candidates + incumbents + labels * (config.train.method != SFT)


def _dollars(config: RunConfig, paid: Sequence[Stage], output: Sequence[int]) -> float:
    return sum(
        stage.share * dollars_for(stage.spec, config.budget, stage.input_tokens, written)
        for stage, written in zip(paid, output, strict=True)
    )


def _notes_on_people(stages: Sequence[Stage]) -> Iterator[str]:
    calls: Counter[str] = Counter()
    for stage in stages:
        if facts_by_name(stage.spec).kind.asks_people:
            calls[stage.spec] += stage.calls
    for spec, number in calls.items():
        yield f"Up to {number} requests to {spec} take people's time, which is not counted."


def _notes(
    config: RunConfig, size: float | None, paid: Sequence[Stage], lengths: _Lengths
) -> Iterator[str]:
    if any(not dollars_for(stage.spec, config.budget, 1, 1) for stage in paid):
        yield "Calls leave this machine and [budget] names no prices, so the cost is shown as 0."
    if any(stage.share < 1 for stage in paid):
        yield (
            "[calls] batches = true: calls that are made together are counted at half their price. "
            "Each batch may take up to a day, which no time here holds."
        )
    if size is None:
        yield f"The size of {config.student} is not known before it is loaded; times are for 135M."
    room = facts_by_name(config.student).size.context
    whole = lengths.bare + lengths.strategy + lengths.limit
    if room is not None and whole > room:
        yield (
            f"A prompt with rules and its reply may take {whole} tokens; {config.student} has room "
            f"for {room}, and a call that does not fit is wrong."
        )
    if facts_by_name(config.student).adapter:
        yield f"{config.student} wears an adapter already, so it is not trained: words only."
    if config.gate.channel == "auto" and is_trainable(config):
        yield (
            'gate.channel = "auto": the probe decides. Counted is the dearer `weights`, with an '
            "adapter for every candidate."
        )
    needed = rule_of(settings_of(config, "no worse")).fewest_pairs()
    credited = config.loop.credit and config.gate.channel != "weights"
    if credited and not removals_possible(config):
        yield (
            f"No gate can show that a rule may leave: {needed} problems a round would rule out a "
            f"loss of {config.gate.margin:.0%} where replies stay the same, and a round has "
            f"{config.block} (larger [splits] val or gate.margin)."
        )
    likely = sum(stage.input_tokens + stage.output_tokens for stage in paid)
    if config.budget.tokens is not None and likely > config.budget.tokens:
        yield f"[budget] tokens = {config.budget.tokens} is likely to stop the run before its end."
