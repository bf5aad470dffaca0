"""First screen of the page: warnings, the claim, and who did what."""

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from ...domains.contract import SPLITS
from ...evidence.attribution.contrasts import arm_name
from ...evidence.attribution.table import Attribution, Row
from ...graph.measure.channel_rule import words_help
from ...store.events import ProbeDecided
from ...store.judged_by import unsafe_warning
from ..run_story import RunStory
from .markup import (
    SHORT,
    Html,
    bullets,
    code,
    count,
    definitions,
    details,
    esc,
    interval,
    join,
    points,
    section,
    tag,
    text,
)


def leaks_warning(story: RunStory) -> Html:
    """Return the rules that carry what only the sealed problems could have told."""
    found: Sequence[Mapping[str, Any]] = (story.evaluation or {}).get("leaks") or ()
    if not found:
        return Html("")
    lines = (
        join(
            [
                code(leak["rule"]),
                esc(f" and problem {leak['problem']} ({leak['kind']}): "),
                text("q", leak["quote"], longest=SHORT),
            ]
        )
        for leak in found
    )
    title = "Rules of this strategy carry content of sealed problems:"
    return tag("div", text("strong", title), bullets(lines), cls="claim bad")


def judging_warning(story: RunStory) -> Html:
    """Return a warning where programs were judged without protections."""
    said = unsafe_warning(story.judged_by)
    return tag("div", text("strong", said), cls="claim bad") if said else Html("")


def unusable_warning(story: RunStory) -> Html:
    """Return the models none of whose replies could be used."""
    said = list(story.replies.warnings())
    return tag("div", bullets(map(esc, said)), cls="claim bad") if said else Html("")


def claim_box(story: RunStory) -> Html:
    """Return the headline; what does not beat its floor says so first."""
    if story.attribution is None or story.evaluation is None:
        opened = "test has been opened" if story.seal_slots("test") else "test is still sealed"
        return tag(
            "div",
            text("strong", "This run is not finished."),
            tag(
                "p",
                esc(
                    f"Nothing is claimed yet: its last event is of {story.last:%Y-%m-%d %H:%M} "
                    f"UTC, and {opened}. What there is so far stands below. "
                ),
                code(f"tutelage resume {story.run}"),
                esc(" goes on with it."),
            ),
            cls="claim open",
        )
    headline = str(story.evaluation["headline"])
    found = story.attribution
    row = found.row("test", "tuned") or found.row("test", "base", True)
    if row is None or row.n == 0:
        return _no_claim("Nothing can be claimed.", headline)
    if not _beats(found, row):
        return _no_claim("The result does not beat its floor.", headline)
    first, _, rest = headline.partition(". ")
    more = bullets(esc(f"{each.rstrip('.')}.") for each in rest.split(". ") if each)
    return tag("div", text("strong", f"{first.rstrip('.')}."), more, cls="claim good")


def _no_claim(title: str, words: str) -> Html:
    return tag("div", text("strong", title), text("p", words), cls="claim bad")


def _beats(found: Attribution, row: Row) -> bool:
    over = found.contrast("test", f"{arm_name(row.student, row.strategy)} - floor")
    return row.accuracy > row.floor and over is not None and over.gain > 0 and over.is_beyond_chance


def run_section(story: RunStory) -> Html:
    """Return the roles in the run, and who played them."""
    config = story.config
    teacher = (
        Html("the domain’s rulebook: its expert rules, <strong>no language model</strong>")
        if story.by_rulebook
        else code(config["teacher"])
    )
    splits = ", ".join(f"{name} {config['splits'][name]}" for name in SPLITS)
    pairs = [
        ("Domain", code(story.domain)),
        ("Teacher", teacher),
        ("Student", code(config["student"])),
        ("Channel", _channel(story.probe)),
        ("Problems", esc(splits)),
        ("Seed", esc(config["seed"])),
        ("Strategy", code(story.version.name)),
        ("Adapter", _adapter(story)),
        *([("Answered by", esc("; ".join(sorted(story.engines))))] if story.engines else []),
        *([("Judged by", esc("; ".join(sorted(story.judged_by))))] if story.judged_by else []),
        *([("Read again", esc(_read_again(story)))] if story.readings else []),
        *([("Doubts", esc(story.doubt_line))] if story.doubt_line else []),
        ("Begun", esc(f"{story.began:%Y-%m-%d %H:%M} UTC")),
        ("Last event", esc(f"{story.last:%Y-%m-%d %H:%M} UTC")),
    ]
    settings = tomlkit.dumps(_without_none(config))
    return section(
        "run",
        "What was run",
        definitions(pairs),
        details("The whole config", text("pre", settings)),
    )


def _read_again(story: RunStory) -> str:
    found = story.read_again.items()
    return "; ".join(f"{count(times, 'reply', 'replies')} by {by}" for by, times in found)


def _channel(probe: ProbeDecided | None) -> Html:
    if probe is None:
        return Html("not probed yet")
    how = "named by the config; the probe measured" if probe.forced else "found by the probe:"
    if probe.channel == "words" and not (probe.forced or words_help(probe)):
        how = "the student has no other channel; the probe measured"
    return join(
        [
            text("strong", probe.channel),
            esc(
                f" – {how} {points(probe.gain)} points from words in the prompt "
                f"({interval(probe.low, probe.high)}) on {probe.n} problems"
            ),
        ]
    )


def _adapter(story: RunStory) -> Html:
    key = story.evaluation["adapter"] if story.evaluation else ""
    if key:
        return code(key)
    return Html("none: nothing was transferred" if story.evaluation else "none yet")


def _without_none(value: Any) -> Any:
    """Leave out what was left open: TOML knows no null."""
    if isinstance(value, Mapping):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    return value
