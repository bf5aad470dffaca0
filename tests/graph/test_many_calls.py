"""Many calls at once through the journal: order, money, pauses and outages; no server, no clock."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from tutelage.graph.calls.budget import BudgetSpent, Spending, spending_of, worst_case
from tutelage.graph.calls.journal import Journal, ModelDown
from tutelage.graph.config.sections import Budget
from tutelage.graph.context import Paused
from tutelage.models.callables import as_model
from tutelage.models.contract import Calls, ModelRefused, Reply, Request, Usage
from tutelage.models.remote.concurrent_calls import Flight, Patience, Sender
from tutelage.models.remote.limiter import TryAgain
from tutelage.store.events import CallCompleted, CallInDoubt, CallIntended, Event
from tutelage.store.log import Log
from tutelage.store.memory import MemoryLog
from tutelage.store.slots import step_of

CALLS = [(f"ask/{number}", Request(f"{number}", "Say it.", max_tokens=20)) for number in range(24)]
WHOLE = [(slot, request.prompt) for slot, request in CALLS]


class Remote:
    """A model of whose calls many are under way at once; `answer` is called in their threads."""

    name = "messages:http://localhost#mine"
    batch_size = 1

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.asked: list[str] = []
        self._answer = answer
        self._sender = Sender(self._try, Patience(max_retries=2, longest_wait=0.0))

    def _try(self, request: Request) -> Reply:
        self.asked.append(request.prompt)
        return self._answer(request)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        return self._sender.reply(requests)

    def send(self, calls: Calls, most: int, before_each: Callable[[], None]) -> Flight:
        return self._sender.send(calls, most, before_each)


def echo(request: Request) -> Reply:
    return Reply(request.prompt, usage=Usage(2, 20))


def journal_of(log: Log, tokens: int | None = None, concurrency: int = 6) -> Journal:
    return Journal(log, "run", Spending(Budget(tokens=tokens)), (), concurrency=concurrency)


def answers(journal: Journal, model: Remote) -> list[tuple[str, str]]:
    return [(slot, reply.text) for batch in journal.replies(model, CALLS) for slot, reply in batch]


def completed(log: Log) -> set[str]:
    return {step_of(event.slot) for event in log.events(CallCompleted)}


def test_replies_come_in_order_and_each_is_recorded_as_it_comes() -> None:
    log, last = MemoryLog(), threading.Event()

    def answer(request: Request) -> Reply:
        if request.prompt == "5":
            last.set()
        last.wait(30)
        return echo(request)

    model = Remote(answer)
    seen: list[int] = []
    for batch in journal_of(log).replies(model, CALLS):
        seen += [int(reply.text) for _, reply in batch]
        assert seen == list(range(len(seen))) and len(completed(log)) >= len(seen)
    assert len(seen) == 24 and not list(log.events(CallInDoubt))
    assert answers(journal_of(log), Remote(pytest.fail)) == WHOLE, "and is never asked for again"


def test_a_call_is_recorded_just_before_it_is_sent() -> None:
    log = MemoryLog()
    answers(journal_of(log), Remote(echo))
    open_calls = 0
    for event in log.events(Event):
        open_calls += isinstance(event, CallIntended)
        open_calls -= isinstance(event, CallCompleted)
        assert open_calls <= 6 + 6, "what came and is not recorded yet lies beside what is sent"
    assert open_calls == 0


@pytest.mark.parametrize("way", ["the run", "its reader", "an error of its reader"])
def test_whoever_stops_finds_all_that_was_in_flight_in_the_log(way: str) -> None:
    log, model = MemoryLog(), Remote(echo)
    journal = journal_of(log)

    def pause() -> None:
        if way == "the run" and len(model.asked) >= 10:
            raise Paused

    journal.pause_point = pause
    with suppress(Paused, ZeroDivisionError), closing(journal.replies(model, CALLS)) as batches:
        for number, _ in enumerate(batches):
            if way == "its reader" and number == 1:
                break
            assert way != "an error of its reader" or 1 / (1 - number)
    sent = set(model.asked)
    assert {slot.removeprefix("ask/") for slot in completed(log)} == sent and len(sent) < 24
    rest = Remote(echo)
    assert answers(journal_of(log), rest) == WHOLE
    assert sent.isdisjoint(rest.asked) and not list(log.events(CallInDoubt))


def test_an_interrupt_waits_for_nothing_and_leaves_what_is_in_flight_in_doubt() -> None:
    log, go_on = MemoryLog(), threading.Event()

    def answer(request: Request) -> Reply:
        if int(request.prompt) > 2:
            go_on.wait(30)
        return echo(request)

    journal, model = journal_of(log), Remote(answer)

    def interrupt() -> None:
        if len(completed(log)) == 3 and len(model.asked) >= 6:
            raise KeyboardInterrupt

    journal.pause_point = interrupt
    with pytest.raises(KeyboardInterrupt):
        answers(journal, model)
    assert len(completed(log)) == 3
    go_on.set()
    assert answers(journal_of(log), Remote(echo)) == WHOLE
    assert 3 <= len(list(log.events(CallInDoubt))) <= 6


@pytest.mark.parametrize("concurrency", [1, 6, 24])
def test_a_budget_is_never_exceeded_and_stops_where_no_call_fits(concurrency: int) -> None:
    log, model = MemoryLog(), Remote(echo)
    journal = journal_of(log, tokens=200, concurrency=concurrency)
    with pytest.raises(BudgetSpent, match="of 200 tokens"):
        answers(journal, model)
    spent = journal.spending.input_tokens + journal.spending.output_tokens
    assert spent == 22 * len(model.asked) == 22 * len(completed(log)) <= 200
    assert 200 - spent < 22 + worst_case(CALLS[0][1]).output, "nothing but the next call's worst"
    rest = Remote(echo)
    assert answers(journal_of(log), rest) == WHOLE
    assert len(rest.asked) == 24 - len(model.asked)


@pytest.mark.parametrize("tokens", [50, 100, 530])
def test_calls_that_wait_for_another_try_are_kept_where_the_budget_lets_no_more_begin(
    tokens: int,
) -> None:
    log, failed = MemoryLog(), set[str]()

    def answer(request: Request) -> Reply:
        if request.prompt not in failed:
            failed.add(request.prompt)
            raise TryAgain("busy", wait=0.0, overloaded=True)
        return echo(request)

    journal = journal_of(log, tokens=tokens)
    if tokens < 24 * 22:
        with pytest.raises(BudgetSpent):
            answers(journal, Remote(answer))
    else:
        assert answers(journal, Remote(answer)) == WHOLE
    begun = {step_of(event.slot) for event in log.events(CallIntended)}
    assert completed(log) == begun and len(begun) == min(tokens // 22, 24)


def test_what_is_in_doubt_is_counted_as_spent_before_it_is_asked_again() -> None:
    log = MemoryLog()
    journal = journal_of(log)
    for slot, request in CALLS[:4]:
        log.record(journal.intent_of(slot, request, Remote.name))
    with pytest.raises(BudgetSpent):
        answers(journal_of(log, tokens=100), model := Remote(echo))
    assert len(model.asked) * 22 + len(list(log.events(CallInDoubt))) * 22 <= 100


def test_tries_that_may_have_been_paid_unseen_are_counted_and_others_are_not() -> None:
    for may_be_paid in (True, False):
        log, failed = MemoryLog(), list[str]()

        def answer(request: Request, may: bool = may_be_paid, seen: list[str] = failed) -> Reply:
            if request.prompt in ("3", "11") and seen.count(request.prompt) < 2:
                seen.append(request.prompt)
                raise TryAgain("The line broke.", wait=0.0, may_be_paid=may)
            return echo(request)

        journal = journal_of(log)
        assert answers(journal, Remote(answer)) == WHOLE
        doubts = [event.call for event in log.events(CallInDoubt)]
        assert sorted(doubts) == (["ask/11"] * 2 + ["ask/3"] * 2 if may_be_paid else [])
        spent = journal.spending
        assert spent.output_tokens == (24 + len(doubts)) * 20
        again = spending_of(log, "run", Budget())
        assert (again.input_tokens, again.output_tokens) == (
            spent.input_tokens,
            spent.output_tokens,
        )


@pytest.mark.parametrize("tokens", [100, 300, 700])
@pytest.mark.parametrize("breaks", [2, 9])
def test_a_budget_holds_where_a_server_works_and_its_answers_are_lost(
    tokens: int, breaks: int
) -> None:
    log, tries = MemoryLog(), Counter[str]()

    def answer(request: Request) -> Reply:
        tries[request.prompt] += 1
        if tries[request.prompt] % 3 and tries[request.prompt] <= breaks:
            raise TryAgain("The line broke.", wait=0.0, may_be_paid=True)
        return echo(request)

    model, journal = Remote(answer), journal_of(log, tokens=tokens)
    with pytest.raises(BudgetSpent):
        answers(journal, model)
    counted = journal.spending.input_tokens + journal.spending.output_tokens
    assert 22 * len(model.asked) <= counted <= tokens


def test_an_outage_loses_no_call_whatever_is_in_flight() -> None:
    log, down = MemoryLog(), {"is": False}

    def answer(request: Request) -> Reply:
        if down["is"]:
            raise TryAgain("The server is down.", wait=0.0)
        down["is"] = request.prompt == "7"
        return echo(request)

    model = Remote(answer)
    with pytest.raises(ModelDown, match=r"The server is down\. .*`tutelage resume RUN` goes on"):
        answers(journal_of(log), model)
    assert all(event.outcome == "ok" for event in log.events(CallCompleted))
    down["is"] = False
    assert answers(journal_of(log), Remote(echo)) == WHOLE


def test_an_outage_is_told_without_the_password_that_a_client_quotes() -> None:
    log = MemoryLog()
    model = Remote(lambda request: Reply("", "error", detail="No way to http://me:hush@proxy:1/."))
    with pytest.raises(ModelDown, match=r"No way to http://\[secret removed\]@proxy:1/"):
        answers(journal_of(log), model)


def test_a_call_that_is_lost_while_others_are_answered_is_recorded_as_lost() -> None:
    log = MemoryLog()

    def answer(request: Request) -> Reply:
        if request.prompt in ("3", "11", "23"):
            raise TryAgain("The gateway has no answer.", wait=0.0)
        return echo(request)

    found = dict(answers(journal_of(log), Remote(answer)))
    lost = {event.slot for event in log.events(CallCompleted) if event.outcome == "error"}
    assert lost == {f"ask/{number}/reply" for number in (3, 11, 23)}
    assert len(found) == 24 and all(found[slot] == text or not found[slot] for slot, text in WHOLE)


def test_a_service_that_refuses_stops_the_run_and_loses_no_call() -> None:
    log, refused = MemoryLog(), threading.Event()

    def answer(request: Request) -> Reply:
        if request.prompt == "4":
            refused.set()
            raise ModelRefused("No credit is left.")
        if int(request.prompt) > 2:
            refused.wait(30)
        return echo(request)

    with pytest.raises(ModelRefused, match="No credit"):
        answers(journal_of(log), Remote(answer))
    assert "ask/4" not in completed(log) and {"ask/0", "ask/3"} <= completed(log)
    assert answers(journal_of(log), Remote(echo)) == WHOLE


@pytest.mark.parametrize("way", ["refused", "an outage", "a stop"])
def test_calls_that_were_surely_not_paid_are_in_no_doubt_until_they_are_made_again(
    way: str,
) -> None:
    log, go_on = MemoryLog(), threading.Event()

    def give_up(request: Request) -> Reply:
        if int(request.prompt) < 3:
            return echo(request)
        if way == "refused":
            raise ModelRefused("No credit is left.")
        raise TryAgain("The server is down.", wait=0.0)

    model = Remote(give_up)

    def stop() -> None:
        if way == "a stop" and len(model.asked) > 6:
            raise Paused

    for _ in range(3):
        with pytest.raises((ModelRefused, ModelDown, Paused)):
            answers(replace(journal_of(log), pause_point=stop), model)
    assert completed(log) == {"ask/0", "ask/1", "ask/2"} and not list(log.events(CallInDoubt))
    assert spending_of(log, "run", Budget()).output_tokens == 3 * 20

    def wait(request: Request) -> Reply:
        go_on.wait(30)
        return echo(request)

    def interrupt() -> None:
        if len(late.asked) == 6:
            raise KeyboardInterrupt

    late, journal = Remote(wait), journal_of(log)
    journal.pause_point = interrupt
    with pytest.raises(KeyboardInterrupt):
        answers(journal, late)
    go_on.set()
    assert answers(journal_of(log), Remote(echo)) == WHOLE
    doubts = sorted(it.call for it in log.events(CallInDoubt))
    assert doubts == sorted(f"ask/{it}" for it in late.asked), "each once"


def test_a_function_that_refuses_leaves_no_call_in_doubt() -> None:
    log, is_mended = MemoryLog(), False

    def ask(text: str) -> str:
        if not is_mended:
            raise ModelRefused("No credit is left.")
        return "Yes."

    calls = [("ask/1", Request("Say it."))]
    for _ in range(2):
        with pytest.raises(ModelRefused):
            list(journal_of(log).replies(as_model(ask), calls))
    is_mended = True
    assert list(journal_of(log).replies(as_model(ask), calls)) == [[("ask/1", Reply("Yes."))]]
    assert not list(log.events(CallInDoubt))


def test_a_model_that_gives_no_reply_to_a_call_is_an_error_and_no_shorter_list() -> None:
    class Forgetful(Remote):
        def send(self, calls: Calls, most: int, before_each: Callable[[], None]) -> Flight:
            return super().send([each for each in calls if each[0] != "ask/3"], most, before_each)

    with pytest.raises(RuntimeError, match="1 calls without a reply"):
        answers(journal_of(MemoryLog()), Forgetful(echo))


def test_what_a_server_counted_tokens_for_and_lost_is_recorded() -> None:
    log = MemoryLog()
    model = Remote(lambda request: Reply("", "error", Usage(5, 5), "Cut in the middle."))
    with pytest.raises(ModelDown, match="recorded as lost"):
        answers(journal_of(log), model)
    assert len(completed(log)) == len(model.asked)
