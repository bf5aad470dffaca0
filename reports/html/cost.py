"""Spending, limits and integrity: the last sections of the page."""

from collections.abc import Iterator

from ...store.events import AdapterTrained, GateDecided
from ..run_story import RunStory
from ..usage import total_usage
from .markup import Html, bullets, code, count, esc, join, section, table, tag, text


def usage_section(story: RunStory) -> Html:
    """Return calls and tokens by model, and what was trained."""
    heads = ["model", "#calls", "#answered", "#failed", "#in doubt", "#tokens in", "#tokens out"]
    usage = [(name, story.usage[name]) for name in sorted(story.usage)]
    if len(usage) > 1:
        usage.append(("all", total_usage(it for _, it in usage)))
    rows = [
        [code(name), *(esc(f"{n:,}") for n in (it.calls, it.answered, it.failed, it.in_doubt,
                                               it.input_tokens, it.output_tokens))]
        for name, it in usage
    ]  # fmt: skip
    trained = story.all(AdapterTrained)
    tokens = sum(event.tokens for event in trained)
    outcomes = ", ".join(f"{n:,} {name}" for name, n in sorted(story.outcomes.items()))
    return section(
        "spent",
        "What was spent",
        table(heads, rows) if rows else text("p", "No call was made yet.", "note"),
        text(
            "p",
            f"{count(len(trained), 'adapter')} trained, {count(tokens, 'token')} read in "
            f"training. Judged replies: {outcomes or 'none yet'}. A call in doubt may have "
            "been paid unseen: the process died, or the line broke, before its reply was noted.",
            "note",
        ),
    )  # fmt: skip


def limits_section(story: RunStory) -> Html:
    """Return what a careful reader should not conclude."""
    return section("limits", "What this does not show", bullets(esc(it) for it in _limits(story)))


def _limits(story: RunStory) -> Iterator[str]:
    config = story.config
    gates = story.all(GateDecided)
    yield (
        f"One run with one seed ({config['seed']}). Intervals cover the choice of problems, "
        "not what another seed, another training or another base model would give."
    )
    if any(gate.channel == "weights" for gate in gates):
        yield (
            "A gate through weights compares two adapters trained alike with one seed each: an "
            "accept holds for that pair of adapters, and other seeds may differ."
        )
    tried = [gate for gate in gates if gate.pairs and gate.claim == "better"]
    if tried:
        finest = min(gate.detectable for gate in tried)
        fewest = min(gate.planned or gate.pairs for gate in tried)
        yield (
            f"The gates share an alpha of {config['gate']['alpha']:g} over all their decisions. On "
            f"blocks of {fewest} and more pairs they find gains from {100 * finest:.0f} points on "
            f"with power {config['gate']['power']:g}: a smaller gain is easily "
            "missed, so that not promoted does not mean useless."
        )
    splits = config["splits"]
    yield (
        f"Sizes: {splits['test']} test and {splits['ood']} out-of-distribution problems, all "
        "made by one generator. Several gains are compared here, and no p in the table is "
        "corrected for their number."
    )
    yield (
        "A floor is the best of the shallow predictors that were tried on the features that the "
        "domain names; there may be a better one."
    )
    if story.by_rulebook:
        yield (
            "The teacher is the domain’s rulebook. That the loop finds which of its rules "
            "help says nothing yet about rules that a language model would write."
        )
    if story.probe:
        yield f"The probe met {story.probe.n} problems: it names a channel, it measures no effect."


def integrity_section(story: RunStory) -> Html:
    """Return what the log can prove of itself."""
    where = ", ".join(story.seal_slots("test"))
    return section(
        "integrity",
        "How to check it",
        bullets(
            [
                join([esc(f"{count(story.event_count, 'event')}; the newest has the hash "),
                      code(story.head), esc(", which seals all before it. ")]),
                join([_seal(story, "test"), esc(f" (at {where})" if where else ""), esc("; "),
                      _seal(story, "ood"), esc(".")]),
                join([code("tutelage log verify"), esc(" checks every event against the chain; "),
                      code(f"tutelage report {story.run} --html"),
                      esc(" makes this page again from the log alone.")]),
            ]
        ),
    )  # fmt: skip


def _seal(story: RunStory, split: str) -> Html:
    times = len(story.seal_slots(split))
    if times > 1:
        return text("strong", f"{split} was opened {times} times", "down")
    return esc(f"{split} was {'opened once' if times else 'not opened'}")


def page_footer(story: RunStory) -> Html:
    return tag("footer", esc(f"Made by tutelage from the log of run {story.run}."))
