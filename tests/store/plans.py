"""Random strategies and edits of them, for laws."""

from typing import NamedTuple

from hypothesis import strategies as st

from tutelage.store import EMPTY, Add, Deprecate, Edit, Strategy, Update, apply

WORDS = st.lists(
    st.sampled_from(["sort", "count", "meetings", "rooms", "by start", "peak,", "out.", "(all)"]),
    min_size=1,
    max_size=8,
).map(" ".join)
SCOPES = st.one_of(st.just(""), WORDS)
STEPS = st.lists(st.sampled_from(["running", "peak", "comparison"]), max_size=3).map(tuple)
ADDS = st.builds(
    Add,
    section=st.sampled_from(["Method", "Checks", "Style"]),
    text=WORDS,
    when=SCOPES,
    when_not=SCOPES,
    steps=STEPS,
)


class Plan(NamedTuple):
    before: Strategy
    edits: list[Edit]
    slot: str
    after: Strategy


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A strategy of up to eight rules, and edits that can be applied to it in their order."""
    before = apply(EMPTY, draw(st.lists(ADDS, max_size=8)), "run/before")
    there = [rule.id for rule in before.rules]
    edits: list[Edit] = []
    for kind in draw(st.lists(st.sampled_from(["add", "update", "deprecate"]), max_size=6)):
        if kind == "add" or not there:
            edits.append(draw(ADDS))
            continue
        rule = draw(st.sampled_from(there))
        if kind == "deprecate":
            there.remove(rule)
            edits.append(Deprecate(rule=rule))
        else:
            maybe = st.one_of(st.none(), WORDS)
            edits.append(
                Update(
                    rule=rule,
                    text=draw(maybe),
                    when=draw(maybe),
                    when_not=draw(maybe),
                    steps=draw(st.one_of(st.none(), STEPS)),
                )
            )
    return Plan(before, edits, "run/after", apply(before, edits, "run/after"))
