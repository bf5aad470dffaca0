"""A domain's judge is given a model by the run, and what it is asked is journaled."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains.contract import SPLITS
from tutelage.graph.calls.judge_model import Judge, with_judge
from tutelage.graph.config.config import RunConfig, parse_config
from tutelage.graph.context import Run
from tutelage.graph.measure.rejudge import rejudge
from tutelage.graph.planning.opening import Overrides, open_domain, open_run
from tutelage.graph.run import go, replay
from tutelage.models.contract import Model, Reply
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import AttemptJudged, CallCompleted

from ..domains.test_writing import WRITING, fair

FIRST = [{"match": "Which text", "reply": "Better: first"}, {"match": ".", "reply": "Mark: 5"}]


def config(script: Path) -> RunConfig:
    return parse_config(
        {
            "name": "essays",
            "teacher": "rulebook",
            "student": f"scripted:{script}",
            "domain": {"name": "writing", "options": {"judge_model": f"scripted:{script}"}},
            "splits": {"train": 60, "val": 48, "test": 10, "ood": 4},
            "loop": {"cycles": 1, "rounds": 1, "candidates": 2, "batch": 8, "feedback": 8},
            "train": {"examples": 20},
        }
    )


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "judge.json"
    path.write_text(json.dumps({"replies": FIRST}))
    return path


def open_judged_run(home: Path, script: Path, run_id: str | None = None) -> Run:
    return open_run(home / "store", home / "runs", config(script), run_id=run_id)


def judge_calls(run: Run) -> list[str]:
    """Slots of the judge's calls that were answered."""
    entries = run.log.entries(stream=run.id, prefix="judge/", kinds=[CallCompleted])
    return [entry.event.slot for entry in entries]


def test_a_run_gives_the_judge_its_model_and_a_resumed_one_asks_nothing_twice(
    tmp_path: Path, script: Path
) -> None:
    run = open_judged_run(tmp_path, script)
    run.freeze()
    problem = run.problems["train"][0]
    reply = run.domain.planted_pairs(1, 0)[0].better  # type: ignore[attr-defined]  # writing plants pairs
    said = run.domain.judge(problem, reply).feedback
    assert "The judge is biased" in said, "the model was asked, through the run"
    calls = judge_calls(run)
    assert len(calls) == 24 * 2 + 6 * 2 * 4
    run.log.close()
    script.write_text(json.dumps({"replies": [{"match": ".", "reply": "Better: second"}]}))
    again = open_judged_run(tmp_path, script, run.id)
    assert again.domain.judge(problem, reply).feedback == said, "the log answers, not the model"
    assert judge_calls(again) == calls
    again.log.close()


def test_the_config_keeps_the_name_of_the_judge_and_not_the_model(
    tmp_path: Path, script: Path
) -> None:
    run = open_judged_run(tmp_path, script)
    assert run.config.domain.options == {"judge_model": f"scripted:{script}"}
    run.log.close()
    assert with_judge({"topics": ["narrative"]}) == ({"topics": ["narrative"]}, None)


def test_a_plan_loads_no_weights_of_a_judge(tmp_path: Path, script: Path) -> None:
    (tmp_path / "broken").mkdir()
    planned = f"""
        name = "essays"
        teacher = "rulebook"
        student = "scripted:{script}"
        domain = {{ name = "writing", options.judge_model = "hf:{tmp_path / "broken"}" }}
    """
    (tmp_path / "essays.toml").write_text(planned)
    done = CliRunner().invoke(app, ["plan", str(tmp_path / "essays.toml")])
    assert done.exit_code == 0, done.output


def test_a_lost_reply_is_empty_and_a_silent_one_is_not() -> None:
    said = {"a": Reply("", outcome="error"), "b": Reply(""), "c": Reply("Mark: 3")}
    model = ScriptedModel(lambda request: said[request.prompt])
    assert Judge(model)(["a", "b", "c", "c"]) == ["", " ", "Mark: 3", "Mark: 3"]
    assert len(model.asked) == 3, "the same question is asked once"


def test_what_a_model_judged_is_made_again_without_it_and_rejudged_with_it(
    tmp_path: Path, script: Path
) -> None:
    settings, judge = config(script), fair()
    texts = {
        problem.text: WRITING.solution(problem) or ""
        for split in SPLITS
        for problem in WRITING.problems(split, getattr(settings.splits, split), settings.seed)
    }

    def open_model(spec: str, *, role: str = "") -> Model:
        return ScriptedModel(lambda it: texts.get(it.prompt) or judge([it.prompt])[0], name=spec)

    parts = Overrides(opener=open_model)
    run = open_run(tmp_path / "store", tmp_path / "runs", settings, overrides=parts)
    assert go(run)
    attempts = list(run.log.events(AttemptJudged))
    assert {it.judged_by for it in attempts} == {f"scripted:{script}"} and judge_calls(run)
    asked = len(judge.asked)
    for judge_all in (False, True):
        found = replay(run.log, run.id, overrides=parts, judge_all=judge_all)
        assert found.difference is None and found.same == found.events
        assert (found.verdicts == 0) == judge_all
        # Where the verdicts stand, nobody asks for them: what was asked then is taken as well.
        assert found.given.get("CallIntended", 0) == (0 if judge_all else len(judge_calls(run)))
    assert len(judge.asked) == asked, "its replies are in the log"
    domain, _ = open_domain(settings, parts)
    again = rejudge(run.log, run.id, settings, domain)
    assert (again.run_again, again.changes) == (len(attempts), [])
    assert len(judge.asked) > asked, "it is asked once more, and nothing of it is kept"
    run.log.close()


def test_the_check_of_the_domain_tries_the_judge_that_options_name(script: Path) -> None:
    options = json.dumps({"judge_model": f"scripted:{script}"})
    words = ["domains", "check", "writing", "-n", "6", "--options", options]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "note  judging model: The judge is biased: 24 of 24 verdicts" in done.stdout
