"""Results from a program's process are claims: no bytes of them may do harm or pass."""

import json
import random
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutelage.domains.sandbox import Call, Json, Limits, Raised, Returned, same
from tutelage.domains.sandbox.confined_process import Process
from tutelage.domains.sandbox.levels import StrongestSandbox
from tutelage.domains.sandbox.results import Broken, Forged, decode

from .levels import KINDS, make_runner

LIMITS = Limits(depth=8)
HIDDEN: list[Json] = [{"hidden": 7_919_104_729, "in": [True, 2.5, "a text"]}, [1, 2, 3]]
"""What the judge wants from two calls; nobody who forges knows it."""
HONEST = json.dumps([[7, [1]], {"raised": ["ValueError", "no"]}]).encode()
PIECES = [
    *(b"[", b"]", b"{", b"}", b",", b":", b'"', b"true", b"null", b"NaN", b"-Infinity", b"1e999"),
    *(b"[[1,[]],", b'{"raised":', b'{"broken":["E",""]}', b'"\\ud800"', b"9" * 5000, b"[" * 3000),
    *(b"\xff\xfe", b"\0", b"1" * 100_000, b'{"a":1,"a":2}', b'["E","no"]', b"[[],[]]", b" "),
]


def forge(draw: random.Random) -> bytes:
    """Make bytes that a hostile process could send: noise, pieces of ours, or honest ones bent."""
    kind = draw.randrange(4)
    if kind == 0:
        return draw.randbytes(draw.randrange(60))
    if kind == 1:
        return b"".join(draw.choices(PIECES, k=draw.randrange(1, 12)))
    if kind == 2:
        values = ",".join(json.dumps([noise(draw, 0), [noise(draw, 0)]]) for _ in range(2))
        return f"[{values}]".encode()
    bent = bytearray(HONEST)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(bent))
        bent[at : at + draw.randrange(2)] = draw.choice(PIECES[:14])
    return bytes(bent)


def noise(draw: random.Random, depth: int) -> Json:
    plain: list[Json] = [None, True, 1, 2.5, float("nan"), 10**30, "a", "\ud800", [], {}]
    if depth > 10 or draw.random() < 0.4:
        return draw.choice(plain)
    inside = [noise(draw, depth + 1) for _ in range(draw.randrange(3))]
    return inside if draw.random() < 0.6 else {str(key): it for key, it in enumerate(inside)}


def passes(raw: bytes) -> bool:
    try:
        results = decode(raw, 2, LIMITS)
    except (Forged, Broken):
        return False
    assert len(results) == 2
    for result in results:
        if isinstance(result, Raised):
            (result.kind + result.said).encode()
        else:
            json.dumps([result.value, result.args], ensure_ascii=False).encode()
    return all(
        isinstance(result, Returned) and same(result.value, wanted)
        for result, wanted in zip(results, HIDDEN, strict=True)
    )


def test_twenty_thousand_forged_answers_pass_nothing_and_raise_nothing() -> None:
    draw = random.Random(20261124)
    read = 0
    for _ in range(20_000):
        raw = forge(draw)
        assert not passes(raw), raw[:200]
        read += raw.startswith(b"[")
    assert read > 5_000, "many of them get past the first look"


def test_the_answer_itself_would_pass() -> None:
    assert passes(json.dumps([[it, []] for it in HIDDEN]).encode())


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"[1,2]", b"[[1,[]]]", b"[[1],[1]]", b'[{"raised":["a"]},[1,[]]]',
     b'[[1,[]],[1,{}]]',
     b"[" * 100_000, b'{"raised":["E",""]}', b'[[1,[]],[1,[]],[1,[]]]', b'[{"broken":1}]',
     b"[[" + b"1" * 4301 + b",[]],[1,[]]]", b'[["\\udc00",[]],[1,[]]]',
     "[[\"é\",[]],[1,[]]]".encode(),
     b"[[" + b"[" * 10 + b"]" * 10 + b",[]],[1,[]]]"],
)  # fmt: skip
def test_what_is_not_of_our_form_is_called_forged(raw: bytes) -> None:
    with pytest.raises(Forged):
        decode(raw, 2, LIMITS)


FORGING = """
import os, stat, struct
for fd in range(3, 32):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, struct.pack("=cI", KIND, 4) + b"fork")
    except OSError: pass
def f(): return 1
"""


@pytest.mark.parametrize("kind", [b"x", b"p", b"b"])
@pytest.mark.parametrize("files", [None, {}])
def test_a_program_cannot_pass_for_one_that_was_never_run(
    kind: bytes, files: dict[str, str] | None
) -> None:
    """A refusal is no score; who could forge one would leave the measurement when it fails."""
    with make_runner("zygote") as runner:
        ran = runner.run(FORGING.replace("KIND", repr(kind)), [Call("f")], files=files)
    assert (ran.status, ran.results) == ("killed", ())


class Dripping:
    """A socket from which two bytes come at a time."""

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def recv(self, size: int) -> bytes:
        return b"[" * min(size, 2)


def test_an_answer_that_drips_costs_the_judge_no_more_than_its_length() -> None:
    process = object.__new__(Process)
    vars(process).update(_ours=Dripping(), _limits=LIMITS, _deadline=float("inf"))
    tracemalloc.start()
    try:
        assert len(process._receive(400_000)) == 400_000
        assert tracemalloc.get_traced_memory()[1] < 10 * 400_000
    finally:
        tracemalloc.stop()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)
OTHERS = st.one_of(
    st.binary(), st.complex_numbers(), st.fractions(), st.decimals(), st.dates(), st.uuids(),
    st.tuples(JSON), st.sets(st.integers(), min_size=1), st.frozensets(st.text()),
    st.dictionaries(st.integers(), JSON, min_size=1),
)  # fmt: skip
RETURNING = """
import collections, datetime, enum, uuid
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
inf, nan, infj, nanj = float("inf"), float("nan"), complex(0, float("inf")), complex("nanj")
def f(source): return eval(source)
"""


@pytest.fixture(scope="module", params=KINDS)
def strongest(request: pytest.FixtureRequest) -> Iterator[StrongestSandbox]:
    mine = StrongestSandbox(only=request.param)
    yield mine
    mine.close()


@pytest.mark.slow
@settings(max_examples=40,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.lists(JSON | OTHERS, min_size=50, max_size=50))
def test_two_thousand_values_come_back_as_they_are_or_as_a_type_error(
    strongest: StrongestSandbox, drawn: list[object]
) -> None:
    """40 programs that return 50 values each: what is JSON is the same, what is not is refused."""
    ran = strongest.run(RETURNING, [Call("f", (repr(value),)) for value in drawn])
    assert ran.status == "done", ran
    for value, result in zip(drawn, ran.results, strict=True):
        if not plain(value):
            assert isinstance(result, Raised) and result.kind == "TypeError", (value, result)
        elif whole(value):
            assert isinstance(result, Returned) and same(result.value, value), (value, result)  # type: ignore[arg-type]
        wrong: Json = [value, 1] if plain(value) else None  # type: ignore[list-item]
        assert not (isinstance(result, Returned) and same(result.value, wrong))


def plain(value: object) -> bool:
    if type(value) is list:
        return all(map(plain, value))
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(plain, value.values()))
    return type(value) in (type(None), bool, int, float, str)


def whole(value: object) -> bool:
    """Tell whether `value` equals itself: NaN does not."""
    return same(value, value)  # type: ignore[arg-type]
