"""Start a run, resume it after anything, or call the whole of it from Python."""

import json
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from ..domains.contract import Domain
from ..models.callables import Answerer
from ..models.contract import AnswersAwaited
from ..models.registry import facts_by_name
from ..paths import expand_home
from ..store.events import Evaluated, RunStarted
from ..store.log import Log
from ..store.slots import EVALUATE, START
from ..store.strategies.review_answers import open_question
from ..terminal import progress_of_call
from .build import Loop, build
from .calls.journal import ModelDown
from .calls.record import Record, RecordEnds, ReplayDiffers
from .calls.recorded_judge import RecordedJudge
from .calls.replay import (
    RecordedModel,
    RecordedTrainer,
    Replay,
    ReplayJournal,
    ReplayLog,
)
from .config.config import RunConfig
from .config.sections import Budget
from .context import Paused, Progress, Run, RunStatus, SilentProgress
from .planning.cursor import CHECKPOINT_FILE, open_saver
from .planning.folder import translate_folder_errors, write_config
from .planning.from_python import parse_call, reopen_call
from .planning.opening import Overrides, open_run, recorded_config
from .planning.reopening import keep_working_folder
from .planning.required_slots import RunHasHole, is_complete, refuse_end_above_hole
from .state import FIRST, RunState, holds_log_end
from .teacher.contract import Teacher

SUPERSTEPS_A_ROUND = 6
SUPERSTEPS_AROUND = 8
"""baseline, evaluate, and room for a cycle's transfer and feedback."""


def go(run: Run, *, after_node: Callable[[str], None] | None = None) -> RunStatus:
    """Run to the end from wherever the run stands, or until a person has to review a version.

    SIGINT and SIGTERM drain: the work at hand is recorded and the run pauses; a second one stops
    at once, which loses nothing either. Raises StreamBusy where somebody works on the run already,
    StoreError for a log that is damaged or has a hole, and what the nodes raise: BudgetSpent,
    StoreError.
    """
    with run.work_alone():
        return _work(run, after_node)


def _work(run: Run, after_node: Callable[[str], None] | None) -> RunStatus:
    """Run to the end, or until the run pauses, as the only one who works on it."""
    refuse_end_above_hole(run.log, run.id)  # before anything fills it
    with translate_folder_errors(run.folder):
        run.folder.mkdir(parents=True, exist_ok=True)
        if run.trainer is not None:  # now, and not when the rounds are paid
            run.adapters.mkdir(exist_ok=True)
    if run.log.find(RunStarted, run.id, START) is None:
        keep_working_folder(run.home, run.id)
    run.freeze()
    with translate_folder_errors(run.folder):
        write_config(run)
    control = RunControl()
    run.stopping = lambda: control.drain_requested
    with (
        suppress(GraphDrained, Paused),
        _draining(control),
        closing(_nodes(run, control)) as nodes,
    ):
        for node in nodes:
            if after_node is not None:
                after_node(node)
    if is_complete(run.log, run.id):
        return RunStatus.FINISHED
    return RunStatus.WAITING if open_question(run.log, run.id) else RunStatus.PAUSED


def _nodes(run: Run, control: RunControl) -> Generator[str]:
    """Yield the nodes as they end, from wherever the run stands."""
    begin = next(iter(run.log.entries(stream=run.id)))
    # The cursor belongs to this very run: a run of the same name in a new store finds none.
    thread: Any = {
        "configurable": {"thread_id": begin.hash, "checkpoint_ns": ""},
        "recursion_limit": _supersteps(run.config),
    }
    with open_saver(run.folder / CHECKPOINT_FILE, thread, run.progress.say) as saver:
        graph = build(saver)
        state: Any = graph.get_state(thread).values
        if state and not holds_log_end(run.log, run.id, state):
            run.progress.say("The checkpoint is ahead of the log: the run goes on from its log.")
            saver.delete_thread(begin.hash)
            state = {}
        try:
            yield from _stream(graph, None if state else FIRST, thread, run, control)
        except RunHasHole as hole:
            run.progress.say(f"{hole} The run goes on from there.")
            saver.delete_thread(begin.hash)
            try:
                yield from _stream(graph, FIRST, thread, run, control)
            except RunHasHole as still:
                raise still.after_walk() from None


def _stream(
    graph: Loop, state: RunState | None, thread: Any, run: Run, control: RunControl
) -> Generator[str]:
    for part in graph.stream(
        state,
        thread,
        context=run,
        stream_mode="updates",
        durability="sync",
        control=control,
        version="v2",
    ):
        if part["type"] == "updates":
            yield from (node for node in part["data"] if node != "__interrupt__")


def _supersteps(config: RunConfig) -> int:
    around = SUPERSTEPS_AROUND * (config.loop.cycles + 1)
    return SUPERSTEPS_A_ROUND * config.total_rounds + around


def transfer_knowledge(
    domain: str | Domain,
    teacher: str | Answerer | Teacher,
    student: str | Answerer,
    *,
    judge: str | Answerer | None = None,
    options: Mapping[str, Any] | None = None,
    home: str | Path = ".tutelage",
    folder: str | Path = "runs",
    name: str = "transfer",
    resume: bool = False,
    progress: Progress | None = None,
    **sections: Any,
) -> Mapping[str, Any]:
    """Run the whole pipeline, as `tutelage run` does, and return its attribution table.

    A model is named, or is a function or an object of yours (`models.callables.as_model`).
    `options` go to the named domain; `judge` reads for quality there, where it takes a judge.
    `sections` are the config's own: `splits={"train": 300}`, `validators=[...]`, `seed=3`, ...
    With `resume` the run of that name goes on where it stands; only its
    `budget` and `calls` may differ.
    Progress moves on a terminal and is written into a notebook, unless `progress` is given.
    Leaves the store in `home`, and in `folder/name` the checkpoint, `config.toml` and the adapters.
    The results' files, `attribution.json` among them, are written by
    `tutelage.reports.write_results`. Raises what `open_run` and `go` raise,
    Paused for a run that waits for a review.
    """
    roles = {"domain": domain, "teacher": teacher, "student": student, "judge": judge}
    config, parts = parse_call(name, roles, options, sections)
    folder = Path(expand_home(str(folder)))
    with nullcontext(progress) if progress else progress_of_call() as shown:
        if resume:
            run = reopen_call(home, folder, config, parts, shown)
        else:
            run = open_run(home, folder, config, overrides=parts, progress=shown)
        try:
            return _attribution_at_end(run)
        finally:
            run.log.close()


def _attribution_at_end(run: Run) -> Mapping[str, Any]:
    """Run to the end. Raises Paused or AnswersAwaited, which say how to go on, for what stops."""
    again = f"the same call with name={run.id!r} and resume=True."
    try:
        if go(run):
            return attribution(run.log, run.id)
    except AnswersAwaited as waiting:
        raise AnswersAwaited(f"{waiting} Then make {again}", waiting.replies) from None
    wanted = f"`tutelage review {run.id}`, then " if open_question(run.log, run.id) else ""
    raise Paused(f"Run {run.id} is not finished: {wanted}`tutelage resume {run.id}`, or {again}")


def replay(
    log: Log,
    run_id: str,
    *,
    overrides: Overrides,
    home: str | Path = "",
    judge_all: bool = False,
    progress: Progress | None = None,
) -> Replay:
    """Make a run again from its log alone, and hold each event against the recorded one.

    `home`, where the log lies, knows from which folder the path of its domain counts.
    No model is opened, nothing is trained, nothing is written. Of `overrides` only the domain, the
    teacher and names count; `judge_all` asks sandboxes and judging models again. Raises LookupError
    for an unknown run, and what the opening of its domain raises.
    """
    recorded = Record(log, run_id)
    told = progress or SilentProgress()
    kept = ReplayLog(recorded, lambda done, total: told.advance("events", done, total))
    run = _open_again(recorded, kept, overrides, home)
    judge = RecordedJudge(run.domain, recorded, judge_all)
    difference = None
    try:
        with suppress(RecordEnds, ModelDown):
            _run_again(replace(run, domain=judge), recorded)
        recorded.check_end()
    except ReplayDiffers as differs:
        difference = differs.difference
    return Replay.of(recorded, kept, judge, difference)


def _open_again(recorded: Record, kept: ReplayLog, given: Overrides, home: str | Path) -> Run:
    """Open the run on the log of its replay, with stand-ins for all models and the trainer."""
    config = recorded_config(kept, recorded.run_id, Budget())
    names = config.validators if given.validators is None else [it.name for it in given.validators]
    shown = recorded.could_train()
    trains = facts_by_name(config.student).trainable if shown is None else shown
    stand_ins = replace(
        given,
        student=RecordedModel(given.student.name if given.student else config.student),
        trainer=RecordedTrainer(recorded) if trains else None,
        validators=[RecordedModel(name) for name in names],
        opener=RecordedModel,
        journal=ReplayJournal,
    )
    return open_run(home, Path(), config, run_id=recorded.run_id, overrides=stand_ins, log=kept)


def _run_again(run: Run, recorded: Record) -> None:
    """Run the graph, and begin again, once, where the record goes on otherwise.

    The run of then may have been stopped there, and have gone on with a model that was back, or
    with another judge, which reads again what it compares.
    """
    run.freeze()
    limit: Any = {"recursion_limit": _supersteps(run.config)}
    begun = -1
    while True:
        try:
            for _ in build().stream(FIRST, limit, context=run, stream_mode="updates"):
                pass
            return
        except (ModelDown, RecordEnds, ReplayDiffers):
            if begun == recorded.place or recorded.upcoming() is None:
                raise
            begun = recorded.place


def attribution(log: Log, run_id: str) -> Mapping[str, Any]:
    """Return the attribution table of a run.

    Raises LookupError before it was evaluated, RunHasHole where it cannot have come there.
    """
    refuse_end_above_hole(log, run_id)
    event = log.find(Evaluated, run_id, EVALUATE)
    if event is None:
        raise LookupError(f"Run {run_id!r} was not evaluated yet: `tutelage resume {run_id}`.")
    return dict(json.loads(log.text(event.attribution_text)))


@contextmanager
def _draining(control: RunControl) -> Iterator[None]:
    """Drain at the first SIGINT or SIGTERM; end as usual at the second."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def drain(number: int, frame: FrameType | None) -> None:
        control.request_drain(signal.Signals(number).name)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, before[each])

    before: dict[signal.Signals, Any] = {
        each: signal.signal(each, drain) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
