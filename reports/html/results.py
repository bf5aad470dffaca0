"""Attribution table on the page: every arm, every gain, and where it lies."""

from collections.abc import Iterable, Sequence

from ...evidence.attribution.contrasts import Contrast, arm_name, footnotes
from ...evidence.attribution.table import Attribution, Row, Slice
from ..run_story import RunStory
from . import plots
from .markup import (
    Html,
    bullets,
    code,
    details,
    esc,
    figure,
    interval,
    join,
    legend,
    p_value,
    percent,
    percent_interval,
    points,
    section,
    table,
    tag,
    text,
)

MEANING = {
    "base": "the student as it came",
    "base+strategy": "the student with the strategy in its prompt",
    "tuned": "the student with the adapter, no strategy in its prompt",
    "tuned+strategy": "the student with the adapter and the strategy in its prompt",
    "labels_only": "control: trained alike, on bare answers without the strategy's steps",
    "placebo+strategy": "control: as many words in the prompt that say nothing of use",
    "teacher": "the teacher without the strategy",
    "teacher+strategy": "the teacher with the strategy in its prompt",
}
SHOWN_IN_PARTS = (("base", False), ("base", True), ("tuned", False), ("labels_only", False))


def attribution_section(story: RunStory) -> Html:
    """Return every arm, and what was gained over what."""
    found = story.attribution
    if found is None:
        return Html("")
    named = list(dict.fromkeys(arm_name(row.student, row.strategy) for row in found.rows))
    keys = bullets(join([code(name), esc(" " + MEANING.get(name, ""))]) for name in named)
    worked = (
        [text("p", "The teacher’s row is made of worked solutions: no model answered.", "note")]
        if story.by_rulebook
        else []
    )
    return section(
        "attribution",
        "Who earned the gain",
        figure(plots.arms(list(_panels(found))), "Accuracy of every arm with its 95 % interval; "
               "the dashed line is the floor, what needs no knowledge of the task."),
        _rows(found.rows),
        *_constant_arms(found.rows),
        *worked,
        details("What the arms are", keys),
        text("h3", "Gains, problem by problem"),
        text("p", "Coloured where the paired interval excludes zero and p ≤ 0.05.", "note"),
        _contrasts(found.contrasts),
        _internalisation(found),
    )  # fmt: skip


def _panels(found: Attribution) -> Iterable[plots.Panel]:
    for split in dict.fromkeys(row.split for row in found.rows):
        rows = [row for row in found.rows if row.split == split]
        bars = [
            plots.Bar(name, row.accuracy, row.low, row.high, name)
            for row in rows
            for name in [arm_name(row.student, row.strategy)]
        ]
        yield plots.Panel(f"{split}, {rows[0].n + rows[0].missing} problems", bars, rows[0].floor)


def _rows(rows: Sequence[Row]) -> Html:
    balanced = any(row.balanced_accuracy is not None for row in rows)
    missing = any(row.missing for row in rows)
    heads = ["split", "arm", "#right", "#accuracy", "#95 %", "#floor", "#unparsed"]
    heads += ["#lost to errors"] if missing else []
    heads += ["#balanced", "#MCC", "#answer shift"] if balanced else []

    def cells(row: Row) -> list[Html]:
        shown = [
            esc(row.split),
            code(arm_name(row.student, row.strategy)),
            esc(f"{row.right}/{row.n}"),
            text("strong", percent(row.accuracy)),
            esc(percent_interval(row.low, row.high)),
            esc(percent(row.floor)),
            esc(row.unparsed),
        ]
        shown += [esc(row.missing)] if missing else []
        mcc = "–" if row.mcc is None else f"{row.mcc:.2f}".replace("-", "−")
        more = [esc(percent(row.balanced_accuracy)), esc(mcc), esc(percent(row.shift))]
        return shown + (more if balanced else [])

    return table(heads, map(cells, rows))


def _constant_arms(rows: Sequence[Row]) -> Iterable[Html]:
    """Yield the arms that give the same answer to everything, and the note on answer shift."""
    said = [
        f"{arm_name(row.student, row.strategy)} on {row.split}: {row.constant}, "
        f"{percent(row.usual_share)} of its answers"
        for row in rows
        if row.constant is not None
    ]
    if said:
        habit = f"Says the same whatever is asked: {'; '.join(said)}."
        yield tag("p", text("strong", habit, "down"))
    if any(row.shift is not None for row in rows):
        yield text(
            "p",
            "Answer shift: how far the answers are from coming as often as they should; "
            "0 % is as often, 100 % never the right ones.",
            "note",
        )


def _contrasts(contrasts: Sequence[Contrast]) -> Html:
    def cells(c: Contrast) -> list[Html]:
        sure = ("up" if c.gain > 0 else "down") if c.is_beyond_chance else ""
        return [
            esc(c.split),
            esc(c.name.replace(" - ", " − ")),
            text("strong", points(c.gain), sure),
            esc(interval(c.low, c.high)),
            esc("~ " * bool(c.draws) + p_value(c.p) + " open" * c.disagrees),
            esc(c.n),
        ]

    heads = ["split", "gain of", "#points", "#95 %", "#p", "#pairs"]
    notes = (text("p", said, "note") for said in footnotes(contrasts))
    return join([table(heads, map(cells, contrasts)), *notes])


def _internalisation(found: Attribution) -> Html:
    """Return the share of the words' effect that the weights have now, where it is a number."""
    lines = []
    for row in found.rows:
        if row.student == "tuned" and not row.strategy:
            share = found.internalisation.get(row.split)
            known = (
                "undefined, as the words alone show no gain" if share is None else f"{share:.2f}"
            )
            lines.append(esc(f"Internalisation on {row.split}: {known}."))
    return tag("p", join(lines, " "), cls="note")


def parts_section(story: RunStory) -> Html:
    """Return the gain by difficulty and by topic."""
    found = story.attribution
    if found is None:
        return Html("")
    both = (("difficulty", found.per_difficulty), ("topic", found.per_topic))
    shown = [
        (name, [s for s in of if s.split == "test" and (s.student, s.strategy) in SHOWN_IN_PARTS])
        for name, of in both
    ]
    shown = [(name, of) for name, of in shown if len({one.of for one in of}) > 1]
    if not shown:
        return Html("")
    names = [arm_name(*arm) for arm in SHOWN_IN_PARTS]
    drawn = plots.slices([_slice_panel(f"test, by {name}", of) for name, of in shown])
    tables = [
        details(f"All splits by {name}", _slices(name, of))
        for name, of in both
        if name in dict(shown)
    ]
    return section(
        "parts",
        "Where the gain lies",
        legend((name, plots.STUDENTS[name][0]) for name in names),
        figure(drawn, "Accuracy by part of the test split with 95 % intervals. Parts are small."),
        *tables,
    )


def _slice_panel(title: str, of: Sequence[Slice]) -> tuple[str, list[str], list[plots.Bar]]:
    names = list(dict.fromkeys(one.of for one in of))
    bars = [plots.Bar(s.of, s.accuracy, s.low, s.high, arm_name(s.student, s.strategy)) for s in of]
    return title, names, bars


def _slices(name: str, of: Sequence[Slice]) -> Html:
    return table(
        ["split", name, "arm", "#right", "#accuracy", "#95 %"],
        (
            [
                esc(s.split),
                esc(s.of),
                code(arm_name(s.student, s.strategy)),
                esc(f"{s.right}/{s.n}"),
                esc(percent(s.accuracy)),
                esc(percent_interval(s.low, s.high)),
            ]
            for s in of
        ),
    )
