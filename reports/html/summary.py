"""What may be claimed, and who did what: the first screen of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from ...domains.contract import SPLITS
from ...evidence.attribution.contrasts import arm_name
from ...evidence.attribution.table import Attribution, Row
from ...store.events import ProbeDecided
from ...store.judged_by import warning
from .facts import Facts
from .markup import (
    Html,
    between,
    bullets,
    code,
    esc,
    facts,
    folded,
    join,
    points,
    section,
    tag,
    text,
)

QUOTE = 400
"""Characters of one leak that the page shows."""


def leaked(told: Facts) -> Html:
    """Rules that carry what only the sealed problems could have told."""
    found: Sequence[Mapping[str, Any]] = (told.record or {}).get("leaks") or ()
    if not found:
        return Html("")
    lines = (
        join(
            [
                code(leak["rule"]),
                esc(f" and problem {leak['problem']} ({leak['kind']}): "),
                text("q", leak["quote"], longest=QUOTE),
            ]
        )
        for leak in found
    )
    title = "Rules of this strategy carry content of sealed problems:"
    return tag("div", text("strong", title), bullets(lines), cls="claim bad")


def unsafe(told: Facts) -> Html:
    """A warning where programs were judged without protections."""
    said = warning(told.judges)
    return tag("div", text("strong", said), cls="claim bad") if said else Html("")


def claim(told: Facts) -> Html:
    """The headline; what does not beat its floor says so first."""
    if told.table is None or told.record is None:
        opened = "test has been opened" if told.opened("test") else "test is still sealed"
        return tag(
            "div",
            text("strong", "This run is not finished."),
            tag(
                "p",
                esc(
                    f"Nothing is claimed yet: its last event is of {told.last:%Y-%m-%d %H:%M} "
                    f"UTC, and {opened}. What there is so far stands below. "
                ),
                code(f"tutelage resume {told.run}"),
                esc(" goes on with it."),
            ),
            cls="claim open",
        )
    headline = str(told.record["headline"])
    row = _headlined(told.table)
    if row is None or row.n == 0:
        return _no_claim("Nothing can be claimed.", headline)
    if not _beats(told.table, row):
        return _no_claim("The result does not beat its floor.", headline)
    first, _, rest = headline.partition(". ")
    told_more = bullets(esc(f"{each.rstrip('.')}.") for each in rest.split(". ") if each)
    return tag("div", text("strong", f"{first.rstrip('.')}."), told_more, cls="claim good")


def _no_claim(title: str, words: str) -> Html:
    return tag("div", text("strong", title), text("p", words), cls="claim bad")


def _headlined(found: Attribution) -> Row | None:
    return found.row("test", "tuned") or found.row("test", "base", True)


def _beats(found: Attribution, row: Row) -> bool:
    over = found.contrast("test", f"{arm_name(row.student, row.strategy)} - floor")
    return row.accuracy > row.floor and over is not None and over.gain > 0 and over.shown


def what_was_run(told: Facts) -> Html:
    """The parts that were played, and by whom."""
    config = told.config
    teacher = (
        Html("the domain’s rulebook: its expert rules, <strong>no language model</strong>")
        if told.rulebook
        else code(config["teacher"])
    )
    splits = ", ".join(f"{name} {config['splits'][name]}" for name in SPLITS)
    pairs = [
        ("Domain", code(told.domain)),
        ("Teacher", teacher),
        ("Student", code(config["student"])),
        ("Channel", _channel(told.probes)),
        ("Problems", esc(splits)),
        ("Seed", esc(config["seed"])),
        ("Strategy", code(told.version().name)),
        ("Adapter", _adapter(told)),
        *([("Judged by", esc("; ".join(sorted(told.judges))))] if told.judges else []),
        ("Begun", esc(f"{told.began:%Y-%m-%d %H:%M} UTC")),
        ("Last event", esc(f"{told.last:%Y-%m-%d %H:%M} UTC")),
    ]
    settings = tomlkit.dumps(_without_none(config))
    return section(
        "run", "What was run", facts(pairs), folded("The whole config", text("pre", settings))
    )


def _channel(probes: Sequence[ProbeDecided]) -> Html:
    if not probes:
        return Html("not probed yet")
    probe = probes[-1]
    how = "named by the config; the probe measured" if probe.forced else "found by the probe:"
    if probe.channel == "words" and not (probe.forced or probe.helped):
        how = "the student has no other channel; the probe measured"
    return join(
        [
            text("strong", probe.channel),
            esc(
                f" – {how} {points(probe.gain)} points from words in the prompt "
                f"({between(points(probe.low), points(probe.high))}) on {probe.n} problems"
            ),
        ]
    )


def _adapter(told: Facts) -> Html:
    key = told.record["adapter"] if told.record else ""
    if key:
        return code(key)
    return Html("none: nothing was transferred" if told.record else "none yet")


def _without_none(value: Any) -> Any:
    """TOML knows no null: what was left open is left out."""
    if isinstance(value, Mapping):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    return value
