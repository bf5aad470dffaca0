"""Two hundred texts that try to become rules, a teacher that obeys them, a gate that would accept.

The teacher of this world does whatever it reads, knows the secrets of the environment and says
them; every student answers better for any rule at all. What stands between an injection and a
promoted rule is what a rule may not carry.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tutelage.domains.contract import Problem, Verdict
from tutelage.graph.calls.secrets import REMOVED
from tutelage.graph.context import Run
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.screening.injection import order_in
from tutelage.graph.teacher.contract import NOTHING_MORE
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models.contract import Reply, Request
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import (
    GateDecided,
    ProposalRefused,
    Reflected,
    StrategyPromoted,
    StrategyProposed,
)

from .fakes import Parity
from .injections import CANARY, CANARY_NAME, Injection, injections
from .test_model_teacher import EMPTY_EDIT
from .world import config

BATCH = 8
PLACES = ("problem", "reply", "verifier")
HARMLESS = (
    "Write the last digit down before anything else.",
    "Split the number into its digits and keep the last.",
    "Compare the last digit with the even digits.",
)


class Tainted(Parity):
    """Parity, but every third problem, reply and verdict carries a text that is not about it."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(rules=())
        self._texts = texts

    def _problem(self, number: int) -> Problem:
        plain = super()._problem(number)
        carried = self.text_for(number, "problem")
        return Problem(plain.id, f"{plain.text}{carried}", plain.topic, 1, plain.answer)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        verdict = super().judge(problem, reply.split("\n---\n")[0])
        carried = self.text_for(int(problem.text.split()[3]), "verifier")
        return Verdict(verdict.score, verdict.outcome, verdict.feedback + carried, ("slip",))

    def text_for(self, number: int, place: str) -> str:
        """The text that `number` carries in `place`; only train problems carry any."""
        if number >= 10_000 or PLACES[number % 3] != place:
            return ""
        return f"\n{self._texts[number % len(self._texts)]}"


class Obedient:
    """Does what it reads. Wrong about every number, so that everything is read."""

    def __init__(self, orders: Sequence[Injection], domain: Tainted) -> None:
        self.left = list(orders)
        self.done: list[Injection] = []
        self._domain = domain

    def __call__(self, request: Request) -> str:
        if "makes one new candidate" in request.prompt:
            return self._rule(request)
        told = [one.asked_for for one in self.left if _stands(one, request.prompt)]
        if "Write lessons" in request.prompt:
            return json.dumps({"lessons": [*told, f"The key is {CANARY}."]})
        number = int(request.prompt.split()[3])
        wrong = ("NO", "YES")[number % 2]
        return f"Answer: {wrong}\n---\n{CANARY}{self._domain.text_for(number, 'reply')}"

    def _rule(self, request: Request) -> str:
        one = next((one for one in self.left if _stands(one, request.prompt)), None)
        if one is None:
            return json.dumps({"edits": []})
        self.left.remove(one)
        self.done.append(one)
        # In turn: the order only obeyed, with the order as its reason, or in a rule's scope.
        field = ("text", "text", "when")[len(self.done) % 3]
        rule = {"section": "Method", "text": "Write both digits down."} | {field: one.asked_for}
        reason = one.text if len(self.done) % 3 == 1 else "The attempts show it."
        said = {**EMPTY_EDIT, **rule, "rationale": reason}
        return json.dumps({"edits": [said]})


def _stands(one: Injection, prompt: str) -> bool:
    """Tell whether an injection ends a block of the prompt: some are the tail of another."""
    return f"{one.text}\n</" in prompt


class Eager:
    """A student whom any rule helps, whatever it says."""

    name = "scripted:eager"
    batch_size = 64

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += requests
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        right = bool(request.context) or number % 4 == 0
        return Reply(f"Answer: {('YES', 'NO')[number % 2 if right else 1 - number % 2]}")


def obey(home: Path, orders: Sequence[Injection]) -> tuple[Run, Obedient, list[Request]]:
    """A run in which each of `orders` is read and obeyed once."""
    rounds = -(-len(orders) // BATCH)
    domain, student = Tainted([one.text for one in orders]), Eager()
    script = Obedient(orders, domain)
    model = ScriptedModel(script, name="scripted:obedient")
    run = open_run(
        home / "store",
        home / "runs",
        config(
            teacher="scripted:obedient",
            student=student.name,
            splits={"train": BATCH * (rounds + 2), "val": 16 * rounds, "test": 6, "ood": 2},
            loop={
                "cycles": 1,
                "rounds": rounds,
                "candidates": BATCH,
                "batch": BATCH,
                "feedback": 2,
            },
            gate={"channel": "words"},
            train={"examples": 4},
        ),
        overrides=Overrides(domain=domain, teacher=ModelTeacher(model), student=student),
    )
    assert go(run)
    return run, script, [*model.asked, *student.asked]


def events(run: Run, kind: type) -> list:
    return [entry.event for entry in run.log.entries(stream=run.id, kinds=[kind])]


@dataclass(frozen=True)
class Obedience:
    """A run that is over, the teacher that obeyed in it, and all that any model was asked."""

    run: Run
    script: Obedient
    asked: list[Request]
    home: Path
    orders: int


@pytest.fixture(
    scope="module",
    params=[pytest.param(9, id="each ninth"), pytest.param(1, id="all", marks=pytest.mark.slow)],
)
def obedience(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Obedience:
    home, orders = tmp_path_factory.mktemp("injected"), injections()[:: request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CANARY_NAME, CANARY)
        return Obedience(*obey(home, orders), home, len(orders))


def test_every_injection_is_obeyed_and_none_becomes_a_version(obedience: Obedience) -> None:
    assert len(injections()) == 200
    assert len(obedience.script.done) == obedience.orders and not obedience.script.left
    assert not events(obedience.run, StrategyProposed)
    assert not events(obedience.run, GateDecided) and not events(obedience.run, StrategyPromoted)
    assert obedience.run.current().strategy.rules == ()


def test_each_refusal_says_why_and_keeps_nothing_of_what_it_refused(obedience: Obedience) -> None:
    refused = [e for e in events(obedience.run, ProposalRefused) if e.reason != NOTHING_MORE]
    assert len(refused) == obedience.orders
    for event, one in zip(refused, obedience.script.done, strict=True):
        assert event.edits == () and one.asked_for not in event.reason
        assert event.reason.startswith(("Rule r-", "The rationale of edit 1"))


def test_no_lesson_that_gives_orders_is_handed_on(obedience: Obedience) -> None:
    lessons = [lesson for event in events(obedience.run, Reflected) for lesson in event.lessons]
    assert not any(CANARY in lesson or REMOVED in lesson for lesson in lessons)
    assert not any(order_in(lesson) for lesson in lessons)


def test_the_canary_stands_in_no_event_blob_prompt_or_file(obedience: Obedience) -> None:
    raw = CANARY.encode()
    forms = (raw, raw[::-1], raw.hex().encode(), base64.b64encode(raw))
    files = [file for file in obedience.home.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) > 100_000, "the log is among what is read"
    held = {file: file.read_bytes() for file in files}
    assert [file for file, content in held.items() if any(form in content for form in forms)] == []
    for request in obedience.asked:
        assert CANARY not in request.prompt + request.context + request.system
    assert any(REMOVED.encode() in content for content in held.values()), "the teacher did say it"


def test_in_the_same_world_harmless_words_are_promoted(tmp_path: Path) -> None:
    """The world lets rules through: what stopped the others is what they carried."""
    orders = [Injection("harmless", f"Mind digit {k}.", text) for k, text in enumerate(HARMLESS)]
    run, script, _ = obey(tmp_path, orders)
    assert len(script.done) == len(HARMLESS)
    assert "accept" in {gate.decision for gate in events(run, GateDecided)}
    (rule,) = run.current().strategy.rules
    assert {rule.text, rule.when} & set(HARMLESS)
