"""Many calls at once: as many as the server takes, each tried again while that may help."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from tutelage.models.contract import ModelError, ModelRefused, Reply, Request
from tutelage.models.remote.concurrent_calls import Patience, Sender
from tutelage.models.remote.limiter import Limiter, TryAgain, may_try_again, try_again

QUICK = Patience(max_retries=2, longest_wait=0.0)
"""A server's `retry-after` is no wait at all: so no test sleeps."""


def calls(count: int) -> Iterator[tuple[str, Request]]:
    return ((f"call {number}", Request(str(number))) for number in range(count))


def echo(request: Request) -> Reply:
    return Reply(request.prompt)


def test_as_many_calls_are_in_flight_as_are_allowed_and_no_more() -> None:
    together = threading.Barrier(4)
    inside, most = 0, 0

    def answer(request: Request) -> Reply:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        together.wait(30)
        inside -= 1
        return echo(request)

    found = [each for came in Sender(answer, QUICK).send(calls(16), 4) for each in came]
    assert sorted(found) == sorted((f"call {n}", Reply(str(n))) for n in range(16)) and most == 4


def test_replies_stand_in_the_order_of_their_requests_whichever_comes_first() -> None:
    last = threading.Event()

    def answer(request: Request) -> Reply:
        if request.prompt == "5":
            last.set()
        last.wait(30)
        return echo(request)

    replies = Sender(answer, QUICK).reply([Request(str(number)) for number in range(6)])
    assert [reply.text for reply in replies] == list("012345")


def test_a_call_is_begun_only_when_it_can_be_sent() -> None:
    under_way: list[int] = []
    answered: list[str] = []

    def lazily() -> Iterator[tuple[str, Request]]:
        for place, call in enumerate(calls(40)):
            under_way.append(place - len(answered))
            yield call

    def answer(request: Request) -> Reply:
        answered.append(request.prompt)
        return echo(request)

    assert len([each for came in Sender(answer, QUICK).send(lazily(), 2) for each in came]) == 40
    assert len(under_way) == 40 and max(under_way) <= 1


@pytest.mark.parametrize("most", [1, 3])
def test_what_has_come_is_handed_on_before_anything_more_is_sent(most: int) -> None:
    """So a reply that is paid is recorded before the process can be killed at a later call."""
    begun: list[str] = []

    def lazily() -> Iterator[tuple[str, Request]]:
        for name, request in calls(12):
            begun.append(name)
            yield name, request

    def answer(request: Request) -> Reply:
        sleep(0.005)  # so it comes while it is awaited
        return echo(request)

    sender = Sender(answer, QUICK)
    flight, handed = sender.send(lazily(), most), set[str]()
    while len(handed) < 12:
        with sender.limiter.changed:
            assert sender.limiter.changed.wait_for(lambda: not flight.in_flight, 30)
        there, before = set(begun) - handed, len(begun)
        came = {name for name, _ in next(flight)}
        assert there <= came and (not there or len(begun) == before)
        handed |= came


def failing(times: int, **fault: float | bool) -> Callable[[Request], Reply]:
    """Fail the first `times` tries of each call."""
    tries: dict[str, int] = {}

    def answer(request: Request) -> Reply:
        tries[request.prompt] = tries.get(request.prompt, 0) + 1
        if tries[request.prompt] <= times:
            raise TryAgain("busy", wait=0.0, **fault)  # type: ignore[arg-type]
        return echo(request)

    return answer


@pytest.mark.parametrize("overloaded", [False, True])
def test_a_call_is_tried_again_as_often_as_it_may_be_and_then_lost(overloaded: bool) -> None:
    kept = Sender(failing(2, overloaded=overloaded), QUICK).reply([Request(it) for it in "abcdef"])
    assert [reply.text for reply in kept] == list("abcdef")
    lost = Sender(failing(3, overloaded=overloaded), QUICK).reply([Request(it) for it in "abcdef"])
    assert {(reply.outcome, reply.detail) for reply in lost} == {("error", "busy")}


def test_an_exception_of_the_code_that_reads_an_answer_makes_that_one_malformed() -> None:
    def answer(request: Request) -> Reply:
        if request.prompt == "2":
            raise KeyError("choices")
        return echo(request)

    replies = Sender(answer, QUICK).reply([Request(str(number)) for number in range(4)])
    assert [reply.outcome for reply in replies] == ["ok", "ok", "malformed", "ok"]
    assert "KeyError" in replies[2].detail


def answered_till(flight: Iterator[list[tuple[str, Reply]]], error: type[Exception]) -> set[str]:
    found: set[str] = set()
    with pytest.raises(error):
        for came in flight:
            found |= {name for name, _ in came}
    return found


def test_what_is_in_flight_is_still_answered_when_the_service_refuses() -> None:
    refused = threading.Event()

    def answer(request: Request) -> Reply:
        if request.prompt == "1":
            refused.set()
            raise ModelRefused("No key.")
        refused.wait(30)
        return echo(request)

    found = answered_till(Sender(answer, QUICK).send(calls(99), 4), ModelRefused)
    assert {"call 0", "call 2", "call 3"} >= found >= {"call 0"} and "call 1" not in found


def test_a_machine_that_starts_no_more_threads_ends_the_calls_and_keeps_what_came() -> None:
    # Nobody can say how many threads a machine has: this stack is larger than any.
    def some() -> Iterator[tuple[str, Request]]:
        for place, call in enumerate(calls(9)):
            if place == 2:
                threading.stack_size(1 << 62)
            yield call

    sender = Sender(echo, QUICK)
    try:
        assert len(answered_till(sender.send(some(), 4), ModelError)) == 2
    finally:
        threading.stack_size(0)
    assert len(sender.reply([Request("1")] * 9)) == 9, "no place is left taken"


def test_what_is_in_flight_is_still_answered_when_no_more_may_be_sent() -> None:
    def some() -> Iterator[tuple[str, Request]]:
        yield from calls(3)
        raise InterruptedError("the budget is spent")

    assert len(answered_till(Sender(echo, QUICK).send(some(), 8), InterruptedError)) == 3


def test_somebody_who_asks_to_stop_is_heard_before_each_try() -> None:
    def stop() -> None:
        if asked:
            raise InterruptedError

    asked: list[str] = []

    def answer(request: Request) -> Reply:
        asked.append(request.prompt)
        raise TryAgain("busy", wait=0.0)

    assert not answered_till(Sender(answer, QUICK).send(calls(9), 1, stop), InterruptedError)
    assert asked == ["0"], "a call that waits for another try is given up, and not lost"


def test_somebody_who_asks_to_stop_is_heard_while_the_last_calls_are_awaited() -> None:
    go_on = threading.Event()

    def answer(request: Request) -> Reply:
        go_on.wait(30)
        return echo(request)

    def stop() -> None:
        if flight.in_flight == 3:
            go_on.set()
            raise InterruptedError

    flight = Sender(answer, QUICK).send(calls(3), 8, stop)
    assert len(answered_till(flight, InterruptedError)) == 3


def test_a_flight_that_is_stopped_gives_what_it_has_or_what_is_still_to_come() -> None:
    go_on = threading.Event()
    all_sent = threading.Barrier(3)

    def answer(request: Request) -> Reply:
        all_sent.wait(30)
        if request.prompt != "0":
            go_on.wait(30)
        return echo(request)

    for wait, more in ((False, 0), (True, 2)):
        go_on.clear()
        flight = Sender(answer, QUICK).send(calls(99), 3)
        assert len(next(flight)) == 1
        flight.stop(wait=wait)
        go_on.set()
        rest = [each for came in flight for each in came]
        assert len(rest) >= more if wait else len(rest) <= 2


def test_the_number_in_flight_is_halved_by_overload_and_grows_by_answers() -> None:
    limiter = Limiter(longest_wait=0.0)

    def places(most: int = 16) -> int:
        taken = 0
        while limiter.take_place(most):
            taken += 1
        for _ in range(taken):
            limiter.leave_place()
        return taken

    assert places() == 16
    sent, busy = monotonic(), TryAgain("429", wait=0.0, overloaded=True)
    for _ in range(16):
        limiter.note_failure(busy, sent, 16)
    assert places() == 8, "what was in flight together counts once"
    limiter.note_failure(busy, monotonic(), 16)
    assert places() == 4
    for _ in range(5):
        limiter.note_answer()
    assert places() == 5, "a windowful of answers lets one more in"
    limiter.note_failure(TryAgain("reset"), monotonic(), 16)
    assert places() == 5, "one reset concerns its own call"
    for _ in range(9):
        limiter.note_failure(TryAgain("reset", wait=0.0), monotonic(), 16)
    assert places() == 1, "an outage leaves one call that tries"


def test_a_pause_that_one_call_was_asked_for_holds_for_all() -> None:
    limiter = Limiter(longest_wait=60.0)
    limiter.note_failure(TryAgain("429", wait=3600.0, overloaded=True), monotonic(), 16)
    assert not limiter.take_place(16) and 50 < limiter.resumes - monotonic() <= 60


@pytest.mark.parametrize(
    ("status", "headers", "wait", "overloaded"),
    [
        (429, {"retry-after": "7"}, 7.0, True),
        (429, {"retry-after-ms": "250", "retry-after": "9"}, 0.25, True),
        (429, {"retry-after": "-3"}, None, True),
        (429, {"retry-after": "nan"}, None, True),
        (429, {"retry-after": "soon"}, None, True),
        (429, {"retry-after": "1 Jan 99999999999 0:0:0"}, None, True),
        (429, {"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0, True),
        (529, {}, None, True),
        (503, {"retry-after": "2"}, 2.0, True),
        (503, {}, None, False),
        (500, {}, None, False),
        (408, {}, None, False),
    ],
)
def test_a_status_says_when_another_try_may_be_answered(
    status: int, headers: dict[str, str], wait: float | None, overloaded: bool
) -> None:
    found = try_again(status, headers, "")
    assert (found.wait, found.overloaded) == (wait, overloaded)


def test_a_server_has_the_last_word_on_whether_it_is_asked_again() -> None:
    for outage in (True, False):
        assert may_try_again(outage, {}) is outage
        assert not may_try_again(outage, {"x-should-retry": "false"})
        assert may_try_again(outage, {"x-should-retry": "true"})
