"""Slots: the places of events in their streams, built and parsed here and nowhere else.

A slot is a path. It begins with `c<cycle>/r<round>/` for a step of a round, `c<cycle>/` for one of
a cycle, `manual/` for one that a person took, or with nothing; the step follows, and its parts:
`<number>/<arm>/<problem>/<sample>`, and below that the call behind a reply. These words stand in
stores: they never change.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Literal, NamedTuple, Protocol, get_args

START, EVALUATE, FINISH = "start", "evaluate", "finish"
PROBE = "baseline/probe"
"""Slot of the student's probe; `probe_of` is that of a validator."""
FRONTIER = "frontier"
"""Slot below which all scores on the frontier's problems stand."""

GROUP, SHOW, SEAL, DOUBT, REREAD, BATCH = "group", "show", "seal", "doubt", "reread", "batch"
"""Things of which several may stand in a slot, each `below` it by its number or name."""
GIVEN_UP, TAKEN_UP = "given_up", "taken_up"
"""What becomes of a call without a reply, `below` its slot, by its number."""
SUBMITTED, COLLECTED = "submitted", "collected"
"""What becomes of a batch, `below` its slot."""

RoundStep = Literal["open", "solve", "credit", "reflect", "update_strategy", "validate", "review"]
CycleStep = Literal["transfer", "feedback"]
RunStep = Literal["split", "first", "validators", "floors", "judge", "adapters", "import"]
Part = Literal[
    "candidate", "incumbent", "told", "bare", "student", "teacher", "gap",
    "gate", "promote", "asked", "answered", "revised", "call", "reply", "split", "floors",
]  # fmt: skip
"""Arms, and what else a step is made of."""

_BY_HAND_TOO = ("examples", "adapters", "floors", "judge")
"""Steps in whose slots a step by hand leaves events that the run finds there later."""
_SHORT = 16
"""Characters of a strategy's hash that stand in a slot."""
_PLACE = re.compile(r"(?:c([1-9]\d*)/(?:r([1-9]\d*)/)?|(manual)/)?(.*)", re.S)
_VALIDATOR = re.compile(r"(?:.+/)?portability/(\d+)(?:/probe)?")


class RoundId(NamedTuple):
    """Place of a round in its run, both counted from 1."""

    cycle: int
    round: int

    def slot(self, step: RoundStep) -> str:
        """Return the slot of a step that comes once a round."""
        return f"c{self.cycle}/r{self.round}/{step}"


class Place(NamedTuple):
    """A slot taken apart."""

    cycle: int
    """0 outside of all cycles."""
    round: int
    """0 outside of all rounds."""
    by_hand: bool
    """True for a step that a person took."""
    parts: tuple[str, ...]

    @property
    def slot(self) -> str:
        """The slot again."""
        cycle, number = (
            f"c{self.cycle}" if self.cycle else "",
            f"r{self.round}" if self.round else "",
        )
        heads = filter(None, (cycle, number, "manual" if self.by_hand else ""))
        return "/".join([*heads, *self.parts])


def parse(slot: str) -> Place:
    """Take a slot apart; every text is one."""
    found = _PLACE.fullmatch(slot)
    assert found is not None, "the pattern takes every text"
    cycle, number, by_hand, rest = found.groups()
    return Place(int(cycle or 0), int(number or 0), by_hand is not None, tuple(rest.split("/")))


def cycle_of(slot: str) -> int:
    """Return the cycle that a slot lies in; 0 outside of all cycles."""
    return parse(slot).cycle


def round_of(slot: str) -> RoundId | None:
    """Return the round that a slot lies in; None outside of all rounds."""
    place = parse(slot)
    return RoundId(place.cycle, place.round) if place.round else None


def gate_by_hand(slot: str) -> int:
    """Return the number of the gate that a person asked for in `slot`, from 1; 0 for others."""
    match parse(slot):
        case Place(by_hand=True, parts=("gate", number, _, *_)) if number.isdecimal():
            return int(number)
    return 0


def may_be_by_hand(slot: str) -> bool:
    """Tell whether a step by hand may have filled a slot, instead of the run."""
    place = parse(slot)
    return place.by_hand or place.parts[0] in _BY_HAND_TOO


def run_step(step: RunStep, *names: str | int) -> str:
    """Return the slot of a step that belongs to no cycle, about what the names tell."""
    return below(step, *names)


def cycle_step(cycle: int, step: CycleStep) -> str:
    """Return the slot of a step that comes once a cycle."""
    return f"c{cycle}/{step}"


def step_by_hand(step: str, number: int) -> str:
    """Return the slot of a step that a person took, the `number`-th of its kind in a run."""
    return f"manual/{step}/{number}"


def unique(step: str) -> str:
    """Return a slot that no other process takes, even at the same moment."""
    return f"{step}/{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def examples(strategy: str) -> str:
    """Return the slot of the examples that follow a strategy, given by its hash."""
    return f"examples/{strategy[:_SHORT]}"


def frontier(strategy: str, adapter: str) -> str:
    """Return the slot of a strategy's scores on the frontier's problems."""
    return f"{FRONTIER}/{strategy[:_SHORT]}" + (f"/{adapter}" if adapter else "")


def probe_of(validator: int) -> str:
    """Return the slot of a validator's probe."""
    return f"portability/{validator}/probe"


def arm_on(place: str, split: str, arm: str) -> str:
    """Return the slot of an arm's replies on a sealed split that was opened in `place`."""
    return f"{place}/{split}/{arm}"


def arm_of(attempt: str) -> str:
    """Return the slot of the arm that an attempt, given by its slot, belongs to."""
    return attempt.rsplit("/", 2)[0]


def block_of(incumbent: str) -> str:
    """Return the name of a gate's block of problems, by the slot of the incumbent's arm."""
    return f"val/{incumbent}"


def portability(step: str, validator: int) -> str:
    """Return the slot of the effect that what a step tries has on a validator."""
    return f"{step}/portability/{validator}"


def validator_of(slot: str) -> int:
    """Return the number of the validator that was asked in `slot`; 0 for none."""
    found = _VALIDATOR.fullmatch(slot)
    return int(found[1]) if found else 0


def tried_step(slot: str) -> str:
    """Return the step that `portability` made `slot` of."""
    return slot.rpartition("/portability/")[0]


def derived_candidate(step: str, origin: str, *strategies: str) -> str:
    """Return the slot of a candidate that no teacher made, named by strategies' hashes."""
    return f"{step}/{origin}/{'-'.join(it[:_SHORT] for it in strategies)}"


def part(slot: str, name: Part) -> str:
    """Return the slot of one part of what happens in `slot`."""
    return f"{slot}/{name}"


def step_of(slot: str) -> str:
    """Return the slot of what `slot` is a part of; `slot` itself where it is none."""
    step, _, name = slot.rpartition("/")
    return step if name in get_args(Part) else slot


def below(slot: str, *names: str | int) -> str:
    """Return the slot of one of several things in `slot`, by its name or number."""
    return "/".join([slot, *map(str, names)])


def reread(slot: str, judge: str) -> str:
    """Return the slot of what another judge, by name and version, makes of what is in `slot`."""
    return below(slot, REREAD, judge)


def rule_seed(stream: str, slot: str) -> str:
    """Return the text that the ids of the rules are drawn from which a proposal adds; no slot."""
    return f"{stream}/{slot}"


def with_adapter(arm: str, adapter: str) -> str:
    """Return the slot of an arm like `arm`, whose student has another adapter."""
    return f"{arm}-{adapter}"


def inside(slot: str) -> str:
    """Return how all slots below `slot` begin."""
    return f"{slot}/"


def common_start(places: Sequence[str]) -> str:
    """Return how all of these slots begin, as a prefix to find events by."""
    first, last = min(places, default=""), max(places, default="")
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def label(slot: str) -> str:
    """Return a slot as progress shows it: the last node's without its name."""
    return slot.removeprefix(inside(EVALUATE))


def is_below(slot: str, step: str) -> bool:
    """Tell whether `slot` is a part of what happens in `step`."""
    return slot.startswith(inside(step))


class Placed(Protocol):
    """An event, or what one made."""

    @property
    def stream(self) -> str: ...

    @property
    def slot(self) -> str: ...


def reference(placed: Placed, slot: str = "") -> str:
    """Return `stream#slot`, by which an event is named; `slot` is another one of its stream."""
    return f"{placed.stream}#{slot or placed.slot}"


def parse_reference(reference: str) -> tuple[str, str]:
    """Return the stream and the slot of a reference."""
    stream, _, slot = reference.partition("#")
    return stream, slot
