"""Progress, in a terminal and in a file."""

import io

from rich.console import Console

from tutelage.terminal import LiveProgress, Pace, PlainProgress, _progress, progress_on


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_file_gets_dated_lines_at_a_sensible_rate_and_every_fact() -> None:
    out, clock = io.StringIO(), Clock()
    watch = PlainProgress(out, every=10, clock=clock)
    watch.stage("solve", "the student answers 240 problems")
    for done in range(1, 241):
        clock.now += 0.25
        watch.advance("solving", done, 240)
    watch.say("Promoted parity@2\nby a gate")
    lines = out.getvalue().splitlines()
    assert len(lines) == 1 + 6 + 1, "one line in ten seconds"
    assert lines[1].endswith("[10 s]   solving: 40/240, about 50 s left")
    assert lines[-1].endswith("* Promoted parity@2 by a gate"), "a fact is one line"


def test_what_a_model_wrote_cannot_drive_the_terminal() -> None:
    out = io.StringIO()
    PlainProgress(out).say("red \x1b[31malert\x07")
    assert "\x1b" not in out.getvalue() and "\x07" not in out.getvalue()


def test_what_was_recorded_before_a_resume_does_not_flatter_the_pace() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.remaining("training", 900, 1000) is None
    clock.now = 10
    assert pace.remaining("training", 910, 1000) == 90


def test_a_new_count_starts_a_new_pace() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.remaining("a", 1, 10)
    clock.now = 1
    assert pace.remaining("a", 2, 10) == 8
    assert pace.remaining("b", 1, 10) is None
    assert pace.remaining("b", 1, 10) is None


def test_a_terminal_keeps_stages_and_facts_and_shows_a_bar() -> None:
    out = io.StringIO()
    drawn = Console(file=out, force_terminal=True, width=100, color_system=None)
    with _progress(drawn) as progress:
        watch = LiveProgress(progress)
        watch.stage("validate", "parity@2 against parity@1 [words]")
        watch.advance("gate, parity@2", 3, 40)
        watch.advance("gate, parity@2", 20, 40)
        watch.say("Gate parity@2: accept [20 wins]")
        progress.refresh()
    text = out.getvalue()
    assert "parity@2 against parity@1 [words]" in text
    assert "Gate parity@2: accept [20 wins]" in text
    assert "20/40" in text and "left" in text


def test_without_a_terminal_there_are_lines_where_some_are_wanted() -> None:
    drawn, out = Console(file=io.StringIO()), io.StringIO()
    with progress_on(drawn, out, str.upper) as progress:
        assert progress is not None
        progress.say("Promoted.")
    assert out.getvalue().endswith("* PROMOTED.\n")
    with progress_on(drawn, None) as progress:
        assert progress is None
