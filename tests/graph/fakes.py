"""A small world in which the effect of every rule is known: a domain, a student, a trainer."""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.domains.contract import ExpertRule, Guide, Problem, Split, Verdict
from tutelage.models.contract import Model, Reply, Request, Usage
from tutelage.trainer.adapter import is_whole, save_adapter
from tutelage.trainer.contract import Destination, OnStep, Stop, Training
from tutelage.trainer.manifest import Manifest, read_manifest

KINDS = ("carry", "check", "colour")
RULES = tuple(
    ExpertRule(
        name=kind,
        section="Method" if kind else "Attitude",
        text=text,
        steps=frozenset({kind} if kind else ()),
        addresses=frozenset({"slip"}),
    )
    for kind, text in (
        ("carry", "Write down what is carried before going on."),
        ("check", "Check the result against the question."),
        ("colour", "Name a colour before you answer."),
        ("", "Take care and be thorough."),
    )
)


class Parity:
    """Is a number even? A toy whose solutions show which kinds of steps they were asked for."""

    name = "parity"
    task_type = "classification"
    judge_version = 1

    def __init__(self, rules: Sequence[ExpertRule] = RULES) -> None:
        self.guide = Guide(
            description="Say whether a number is even.",
            reply_format="End with `Answer: YES` or `Answer: NO`.",
            step_kinds={kind: f"writes [{kind}]" for kind in KINDS},
            failure_modes={"slip": "the answer is wrong"},
            classes=("YES", "NO"),
            rules=tuple(rules),
            max_tokens=32,
        )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        base = {"train": 0, "val": 10_000, "test": 20_000, "ood": 30_000}[split]
        return [self._problem(base + seed * 1000 + place) for place in range(n)]

    def _problem(self, number: int) -> Problem:
        return Problem(
            id=hashlib.sha256(str(number).encode()).hexdigest()[:16],
            text=f"Is the number {number} even?",
            topic="even" if number % 2 == 0 else "odd",
            difficulty=1,
            answer="NO" if number % 2 else "YES",
            features={"thousands": float(number // 1000)},
        )

    def judge(self, problem: Problem, reply: str) -> Verdict:
        _, mark, answer = reply.rpartition("Answer: ")
        if not mark or answer.strip() not in ("YES", "NO"):
            return Verdict(0.0, "unparsed", "There is no answer.", ("slip",))
        if answer.strip() == problem.answer:
            return Verdict(1.0, "right", "Right.", (), answer.strip())
        return Verdict(0.0, "wrong", "The parity is wrong.", ("slip",), answer.strip())

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        shown = KINDS if steps is None else tuple(kind for kind in KINDS if kind in steps)
        return "".join(f"[{kind}] " for kind in shown) + f"Answer: {problem.answer}"


class Pupil:
    """A student whose skill is known: 40 % by itself, more by what each kind of step is worth.

    `hears` decides whether rules in the prompt work; examples in an adapter always do.
    Which problems it gets right is fixed by a hash, so that its replies can be repeated.
    """

    batch_size = 16

    def __init__(
        self,
        worth: Mapping[str, float],
        *,
        hears: bool = False,
        knows: Collection[str] = (),
        name: str = "scripted:pupil",
        asked: list[Request] | None = None,
    ) -> None:
        self.name = name
        self._worth = worth
        self._hears = hears
        self._knows = frozenset(knows)
        self.asked: list[Request] = asked if asked is not None else []

    def with_adapter(self, adapter: Path | None) -> Model:
        knows = json.loads((adapter / "steps.json").read_text()) if adapter else ()
        return Pupil(self._worth, hears=self._hears, knows=knows, name=self.name, asked=self.asked)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked.extend(requests)
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        told = {
            rule.name
            for rule in RULES
            if rule.name and rule.text in request.context and self._hears
        }
        steps = self._knows | told
        skill = 0.4 + sum(self._worth.get(step, 0.0) for step in steps)
        number = int(request.prompt.split()[3])
        draw = int(hashlib.sha256(f"{number}".encode()).hexdigest()[:8], 16) / 16**8
        truth = "NO" if number % 2 else "YES"
        answer = truth if draw < skill else {"YES": "NO", "NO": "YES"}[truth]
        text = "".join(f"[{step}] " for step in sorted(steps)) + f"Answer: {answer}"
        return Reply(text, usage=Usage(len(request.prompt.split()), len(text.split())))


class Coach:
    """A trainer whose adapters remember which kinds of steps their examples wrote out."""

    def __init__(self, pause: float = 0.0) -> None:
        self.trained: list[str] = []
        self._pause = pause

    def train(
        self, training: Training, place: Destination, on_step: OnStep = None, stop: Stop = None
    ) -> Manifest:
        key, dataset = training.key, training.input.dataset
        home = place.folder / key
        if not home.exists():
            time.sleep(self._pause)
            self.trained.append(key)
            home.mkdir(parents=True)
            steps = [kind for kind in KINDS if f"[{kind}]" in dataset.examples[0].completion]
            (home / "steps.json").write_text(json.dumps(steps))
        return Manifest(
            key=key,
            base=training.student.name,
            dataset=dataset.hash,
            strategy=place.strategy.hash,
            strategy_name=place.strategy_name,
            recipe=training.recipe,
            seed=training.seed,
            provenance=place.provenance,
            tokens=1,
            losses=(1.0, 0.5),
        )


class LocalPupil(Pupil):
    """A pupil whose weights are here, so that the run looks after its adapters."""

    def bare(self) -> tuple[Any, Any]:
        raise AssertionError("its trainer needs no weights")

    def chat(self, request: object) -> str:
        raise AssertionError("its trainer needs no text")

    encode: Any = chat


class SavingCoach:
    """A trainer that saves as the real one does: files, their hashes, the manifest last."""

    def __init__(self) -> None:
        self.trained: list[str] = []

    def train(
        self, training: Training, place: Destination, on_step: OnStep = None, stop: Stop = None
    ) -> Manifest:
        home, shown = place.folder / training.key, training.input.dataset.examples[0].completion
        if is_whole(home, training.key):
            return read_manifest(home)
        self.trained.append(training.key)
        steps = json.dumps([kind for kind in KINDS if f"[{kind}]" in shown])
        manifest = Manifest(
            key=training.key,
            base=training.student.name,
            dataset=training.input.dataset.hash,
            strategy=place.strategy.hash,
            strategy_name=place.strategy_name,
            recipe=training.recipe,
            seed=training.seed,
        )
        return save_adapter(
            place.folder, manifest, place.strategy, lambda it: write_steps(it, steps)
        )


def write_steps(folder: Path, steps: str) -> None:
    (folder / "steps.json").write_text(steps)


def when(condition: Callable[[Request], bool], yes: str, no: str) -> Callable[[Request], str]:
    """A scripted answer with one fork."""
    return lambda request: yes if condition(request) else no
