"""Two replies in blind order: a person, or a model, says which one is better."""

import getpass
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..domains.contract import Problem
from ..domains.writing import Rubric, Writing
from ..domains.writing.judging import text_of
from ..graph.measure.preferences import FILE, Place, Preferred, Side, Tally, keep, read, tally
from ..reports.run_story import all_runs
from ..store.events import AttemptJudged, GateDecided, RunStarted, SplitFrozen
from ..store.log import EventLog
from .errors import Refused
from .output import Json, clean, examples, print_json
from .workspace import here

app = typer.Typer()

_KEYS: dict[str, Place] = {"1": "first", "2": "second", "s": "same"}
TRIED = 24
"""Planted pairs on which a model is tried before it may judge."""


@dataclass(frozen=True)
class Duel:
    """The replies of both versions to one problem."""

    problem: Problem
    gate: GateDecided
    candidate: AttemptJudged
    incumbent: AttemptJudged
    texts: tuple[str, str]
    """The candidate's and the incumbent's, without what stands before them."""

    def record(self, first: Side, preferred: Place, by: str, *, model: bool) -> Preferred:
        return Preferred(
            run=self.gate.stream,
            gate=self.gate.slot,
            problem=self.problem.id,
            candidate=self.gate.candidate,
            incumbent=self.gate.incumbent,
            candidate_reply=self.candidate.reply_text,
            incumbent_reply=self.incumbent.reply_text,
            first=first,
            preferred=preferred,
            by=by,
            judge="model" if model else "person",
        )

    def first_for(self, by: str) -> Side:
        """Who stands first: by a hash, so that nobody chooses and a second try shows the same."""
        drawn = hashlib.sha256(f"{by}/{self.gate.slot}/{self.problem.id}".encode()).digest()
        return "candidate" if drawn[0] % 2 else "incumbent"


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        ("tutelage judge essays", "read pairs and say which text is better"),
        ("tutelage judge essays -n 20 --both-orders", "measures your position bias too"),
        ("tutelage judge essays --model anthropic:claude-sonnet-5-5", "have a model do it"),
        ("tutelage judge essays --show", "what was preferred so far"),
    ),
)
def judge(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run whose gates have replies.")],
    n: Annotated[int, typer.Option("-n", "--n", min=1, help="Pairs, at most.")] = 20,
    by: Annotated[str | None, typer.Option(help="Your name; else the one you log in with.")] = None,
    both: Annotated[
        bool, typer.Option("--both-orders", help="Show every pair again, the other way round.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(metavar="SPEC", help="Have a model judge, in both orders.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only print what was preferred.")] = False,
    as_json: Json = False,
) -> None:
    """Compare what two versions wrote at the newest gate, blind, pair by pair.

    Which version wrote which text is not told before the end. Each answer is kept at once, in the
    run's folder, so Ctrl-C or `q` loses nothing, and the next time goes on with the pairs that you
    have not seen. It decides nothing: gates do. A model judges texts of the domain `writing`, and
    only after it has ordered planted pairs right whichever stood first.
    """
    place = here(ctx)
    path = place.runs / run / FILE
    with place.store() as log:
        started = _started(log, run)
        if not show and model is not None:
            _writing_only(started)
            _by_model(_duels(log, run), path, model, n)
        elif not show:
            if as_json:
                raise Refused("--json goes with --show or --model: people read pairs.", code=2)
            if not _by_person(_duels(log, run), path, by or getpass.getuser(), n, both):
                # Who has not seen all of it yet is not told which side is ahead.
                return
    _told(read(path), as_json)


def _started(log: EventLog, run: str) -> RunStarted:
    started = log.find(run, "start")
    if not isinstance(started, RunStarted):
        known = ", ".join(it.stream for it in all_runs(log)) or "none yet"
        raise LookupError(f"No run {run!r}. Known runs: {known}.")
    return started


def _duels(log: EventLog, run: str) -> list[Duel]:
    """Pairs of the newest gate whose versions wrote different texts. Raises Refused without."""
    frozen = log.find(run, "split/val")
    if isinstance(frozen, SplitFrozen):
        known = {it["id"]: Problem(**it) for it in json.loads(log.text(frozen.problems_text))}
        for gate in reversed([it.event for it in log.entries(stream=run, kinds=[GateDecided])]):
            assert isinstance(gate, GateDecided)
            names = gate.block if gate.candidate_attempts else ()
            if found := [duel for name in names if (duel := _duel(log, gate, known[name]))]:
                return found
    raise Refused(
        f"No gate of {run} has two different texts for a problem yet: there is nothing to compare."
    )


def _duel(log: EventLog, gate: GateDecided, problem: Problem) -> Duel | None:
    new, old = (
        log.find(gate.stream, f"{prefix}/{problem.id}/0")
        for prefix in (gate.candidate_attempts, gate.incumbent_attempts)
    )
    if not (isinstance(new, AttemptJudged) and isinstance(old, AttemptJudged)):
        return None
    # Notes before a text would tell which version wrote it.
    texts = (text_of(log.text(new.reply_text)), text_of(log.text(old.reply_text)))
    lost = "error" in (new.outcome, old.outcome)
    return None if lost or texts[0] == texts[1] else Duel(problem, gate, new, old, texts)


def _by_person(duels: Sequence[Duel], path: Path, by: str, n: int, both: bool) -> bool:
    """Show up to `n` pairs that `by` has not seen; False where the person left before the end."""
    seen = {(it.gate, it.problem, it.first) for it in read(path) if it.by == by}
    asked = _unseen(duels, by, seen, n, both)
    if not asked:
        typer.echo(f"{by} has judged every pair of the newest gate already.")
    for number, (duel, first) in enumerate(asked, 1):
        texts = duel.texts if first == "candidate" else duel.texts[::-1]
        typer.echo(f"\n[{number} of {len(asked)}] {clean(duel.problem.text)}")
        for place, text in enumerate(texts, 1):
            typer.echo(f"\n--- text {place} ---\n{clean(text)}")
        said = _choice()
        if said is None:
            typer.echo(f"\n{number - 1} of {len(asked)} answers were recorded; the rest waits.")
            return False
        keep(path, [duel.record(first, said, by, model=False)])
    typer.echo()
    return True


def _unseen(
    duels: Sequence[Duel], by: str, seen: Collection[tuple[str, str, str]], n: int, both: bool
) -> list[tuple[Duel, Side]]:
    """Looks at up to `n` pairs; with `both`, each pair again at the end, the other way round."""
    sides: list[list[tuple[Duel, Side]]] = [[], []]
    chosen = 0
    for duel in duels:
        first = duel.first_for(by)
        looks: list[Side] = [first]
        if both:
            looks.append("incumbent" if first == "candidate" else "candidate")
        fresh = [it for it in looks if (duel.gate.slot, duel.problem.id, it) not in seen]
        if fresh and chosen < n:
            chosen += 1
            for side in fresh:
                sides[side != first].append((duel, side))
    return sides[0] + sides[1]


def _choice() -> Place | None:
    """None where the person leaves."""
    try:
        while True:
            said = str(typer.prompt("Better: [1], [2], [s]ame, [q]uit")).strip().lower()[:1]
            if said == "q":
                return None
            if said in _KEYS:
                return _KEYS[said]
            typer.echo("Please answer with 1, 2, s or q.")
    except (typer.Abort, KeyboardInterrupt):
        return None


def _writing_only(started: RunStarted) -> None:
    if started.domain != Writing.name:
        raise Refused(
            f"A model judges texts of {Writing.name}, and {started.stream} learns "
            f"{started.domain}: there are no planted pairs to try it on. Judge it yourself."
        )


def _by_model(duels: Sequence[Duel], path: Path, spec: str, n: int) -> None:
    """Both orders of every pair, once the model has stood its trial. Raises Refused."""
    # It brings graph/, which takes a second to load.
    from ..graph.calls.judge_model import Judge
    from ..models import registry as models

    opened = models.open_model(spec)
    rubric = Rubric(Judge(opened))
    trust = rubric.trust(Writing().planted(TRIED, 0))
    typer.echo(trust.as_text(), err=True)
    if not trust.usable:
        raise Refused(f"{spec} may not judge, and nothing was recorded.")
    seen = {(it.gate, it.problem) for it in read(path) if it.by == opened.name}
    for duel in [it for it in duels if (it.gate.slot, it.problem.id) not in seen][:n]:
        found = rubric.prefer(duel.problem, *duel.texts)
        if found.forward is not None and found.backward is not None:
            looks: list[tuple[Side, Place]] = [
                ("candidate", found.forward),
                ("incumbent", found.backward),
            ]
            keep(path, [duel.record(*look, opened.name, model=True) for look in looks])


def _told(some: Sequence[Preferred], as_json: bool) -> None:
    found = tally(some)
    if as_json:
        print_json([_facts(it) for it in found])
        return
    for it in found:
        typer.echo(clean(_line(it)))
    if not found:
        typer.echo("Nobody has judged a pair of this run yet.")


def _facts(it: Tally) -> dict[str, Any]:
    return {**asdict(it), "same": it.same, "p": it.p}


def _line(it: Tally) -> str:
    flips = f"; {it.flips} of {it.twice} verdicts flip with the order" if it.twice else ""
    return (
        f"{it.by} ({it.judge}, {it.gate}): the candidate's text is better {it.candidate} times, "
        f"the incumbent's {it.incumbent}, neither {it.same} (p = {it.p:.3f}, two-sided); "
        f"the text that stood first {it.first} times, the second {it.second}{flips}"
    )
