"""A script or a notebook hands functions to the loop, and goes on with them after a stop."""

import inspect
import os
import subprocess
import sys
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest

from tutelage.commands.errors import _exit_code
from tutelage.domains.writing import Writing
from tutelage.graph.config.config import ConfigError, RunConfig, parse_config
from tutelage.graph.context import RunStatus
from tutelage.graph.planning.from_python import KEYWORDS
from tutelage.graph.planning.opening import Overrides, open_run, recorded_config
from tutelage.graph.run import go, transfer_knowledge
from tutelage.models.contract import ModelError, Reply, Request
from tutelage.store import open_log
from tutelage.store.events import CallIntended, RunFinished, RunStarted

from .fakes import Parity, Pupil
from .server import obliging
from .world import CARRY_HELPS

SETTINGS: dict[str, Any] = {
    "splits": {"train": 30, "val": 20, "test": 2, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 6, "feedback": 4},
    "gate": {"channel": "words"},
    "train": {"examples": 4},
}
_PUPIL = Pupil(CARRY_HELPS, hears=True)


def pupil(request: Request) -> Reply:
    return _PUPIL.reply([request])[0]


def teacher(request: Request) -> str:
    return obliging(request.system, request.prompt)


def call(place: Path, **changes: Any) -> Any:
    given = {"domain": Parity(), "teacher": teacher, "student": pupil, **SETTINGS, **changes}
    return transfer_knowledge(home=place / "store", folder=place / "runs", **given)


def test_functions_teach_learn_and_validate(tmp_path: Path) -> None:
    def second(request: Request) -> Reply:
        return pupil(request)

    table = call(tmp_path, validators=[second])
    assert table["headline"]
    with open_log(tmp_path / "store") as log:
        (started,) = log.events(RunStarted)
        assert started.config["teacher"] == "python:teacher"
        assert started.config["student"] == "python:pupil"
        assert started.config["validators"] == ["python:second"]
        asked = {it.model for it in log.events(CallIntended)}
        assert asked >= {"python:teacher", "python:pupil", "python:second"}


def test_a_single_validator_needs_no_list(tmp_path: Path) -> None:
    def second(request: Request) -> Reply:
        return pupil(request)

    script = tmp_path / "script.json"
    script.write_text('{"replies": [{"match": "", "reply": "odd"}]}')
    for number, (given, name) in enumerate(((second, "python:second"), (f"scripted:{script}", ""))):
        call(tmp_path / str(number), validators=given)
        with open_log(tmp_path / str(number) / "store") as log:
            (started,) = log.events(RunStarted)
            assert started.config["validators"] == [name or f"scripted:{script}"]


ESSAYS: dict[str, Any] = {
    "domain": "writing", "options": {"topics": ["narrative"]}, "teacher": "rulebook",
    "splits": {"train": 60, "val": 48, "test": 2, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 6, "feedback": 4},
}  # fmt: skip


def essay(text: str) -> str:
    return Writing().solution(Writing().problems("train", 1, 0)[0]) or ""


def first(prompt: str) -> str:
    return "Better: first" if "Which text" in prompt else "Mark: 5"


@pytest.mark.parametrize("as_option", [False, True])
def test_a_function_judges_in_a_named_domain_with_options(tmp_path: Path, as_option: bool) -> None:
    given = {**ESSAYS, "student": essay, "judge": first}
    if as_option:
        judge = {"judge_model": given.pop("judge")}
        given["options"] = {**given["options"], **judge}
    assert call(tmp_path, **given)["headline"]
    with open_log(tmp_path / "store") as log:
        (started,) = log.events(RunStarted)
        assert started.config["domain"] == {
            "name": "writing",
            "options": {"topics": ["narrative"], "judge_model": "python:first"},
        }
        assert "python:first" in {it.model for it in log.events(CallIntended)}
    given.pop("judge", None)
    with pytest.raises(ConfigError, match=r"domain was .*python:first"):
        call(tmp_path, **{**given, "options": {}}, resume=True)


def test_a_judge_by_its_name_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'nobody'"):
        call(tmp_path, **{**ESSAYS, "judge": "nobody"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"jugde": first}, "no keyword 'jugde'. Did you mean 'judge'"),
        ({"teachr": teacher}, "no keyword 'teachr'. Did you mean 'teacher'"),
        ({"teacher": None}, "teacher = None: name a model"),
        ({"student": None}, "student = None: name a model"),
        ({"options": ["a"]}, "options = ['a'] are no options: give names"),
        ({"options": "topics=a"}, "options = 'topics=a' are no options"),
        ({"domain": "writing", "options": {"judge": first}}, "that judges as `judge=`"),
        ({"judge": first}, "judge: only a domain that is named"),
        ({"options": {"topics": ["narrative"]}}, "topics: only a domain that is named"),
        ({"domain": Parity}, "is no domain: give a name"),
        ({"domain": {"name": "writing"}}, "is no domain: give a name"),
        ({"splits": 5}, "splits: Input should be"),
    ],
)
def test_a_wrong_argument_says_what_is_wanted(
    tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        call(tmp_path, **given)
    assert said in str(error.value)


def test_every_keyword_of_the_call_can_be_guessed_at() -> None:
    parameters = inspect.signature(transfer_knowledge).parameters
    assert {*KEYWORDS, *RunConfig.model_fields} >= set(parameters) - {"sections"}
    assert set(KEYWORDS) <= set(parameters)


def test_a_given_judge_needs_a_domain_that_names_one(tmp_path: Path) -> None:
    config = parse_config({**SETTINGS, "name": "x", "teacher": "rulebook", "student": "none",
                           "domain": {"name": "writing"}})  # fmt: skip
    with pytest.raises(ConfigError, match="name no judge_model"):
        open_run(tmp_path, tmp_path, config, overrides=Overrides(judge=first))  # type: ignore[arg-type]


def test_a_folder_may_be_given_as_text(tmp_path: Path) -> None:
    with chdir(tmp_path):
        table = transfer_knowledge(
            Parity(), teacher, pupil, home="store", folder="somewhere", **SETTINGS
        )
    assert table["headline"] and (tmp_path / "somewhere" / "transfer" / "config.toml").is_file()


def test_only_the_budget_may_differ_when_a_call_goes_on(tmp_path: Path) -> None:
    stopped = _stopped(tmp_path)
    with pytest.raises(ConfigError, match=r"seed was 0, is 3"):
        call(tmp_path, resume=True, seed=3)
    with pytest.raises(ConfigError, match=r"student was 'python:pupil', is 'python:callable'"):
        call(tmp_path, resume=True, student=lambda text: text)
    with pytest.raises(LookupError, match="No run 'other'"):
        call(tmp_path, resume=True, name="other")
    with pytest.raises(ConfigError, match="no run to go on with"):
        call(tmp_path / "elsewhere", resume=True)
    table = call(tmp_path, resume=True, budget={"hours": 9})
    assert table["headline"]
    with open_log(tmp_path / "store") as log:
        assert len(list(log.events(RunStarted))) == len(list(log.events(RunFinished))) == 1
        asked = [it.slot for it in log.events(CallIntended)]
    assert set(stopped) < set(asked) and len(asked) == len(set(asked))


def _stopped(place: Path) -> list[str]:
    """Slots of the calls of a run whose student raised in its 30th call, and so it was left."""
    left = 30

    def pupil(request: Request) -> Reply:
        nonlocal left
        left -= 1
        if left < 0:
            raise ModelError("The kernel died.")
        return _PUPIL.reply([request])[0]

    with pytest.raises(ModelError, match="kernel died"):
        call(place, student=pupil)
    with open_log(place / "store") as log:
        return [it.slot for it in log.events(CallIntended)]


def test_a_run_cannot_be_resumed_by_the_name_of_a_function(tmp_path: Path) -> None:
    _stopped(tmp_path)
    with open_log(tmp_path / "store") as log:
        recorded = recorded_config(log, "transfer")
        with pytest.raises(ModelError, match="has to be given it again") as fault:
            open_run(
                "", tmp_path / "runs", recorded, run_id="transfer",
                overrides=Overrides(domain=Parity()), log=log,
            )  # fmt: skip
        assert "python:teacher" in str(fault.value) and _exit_code(fault.value) == 1
        run = open_run(
            "", tmp_path / "runs", recorded, run_id="transfer",
            overrides=Overrides(domain=Parity(), teacher=teacher, student=pupil),  # type: ignore[arg-type]
            log=log,
        )  # fmt: skip
        assert go(run) is RunStatus.FINISHED


CALL = """
import sys
from pathlib import Path
from tests.graph.test_from_python import call
call(Path(sys.argv[1]))
"""
ROOT = Path(__file__).parents[2]


def test_a_script_shows_its_progress_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", CALL, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs) as child:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # once the other end is closed
            while more := os.read(ours, 4096):
                shown += more
        os.close(ours)
        assert child.stdout is not None and child.stdout.read() == b""
    assert child.returncode == 0, shown.decode()
    assert b"the teacher answers 6 train problems" in shown and b"Gate parity@1" in shown


def test_a_script_whose_output_goes_elsewhere_is_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CALL, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
