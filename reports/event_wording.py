"""Wording of each event in plain sentences, for readers who meet it for the first time."""

from collections import Counter
from collections.abc import Sequence

from ..graph.measure.channel_rule import words_harm, words_help
from ..graph.teacher.rulebook import RulebookTeacher
from ..store import events
from ..store.slots import PROBE
from .edit_wording import Names, describe_edit, quote_rule, rule_with_text
from .wording import GAPS, OTHER_GAP, count, interval, list_words, points

Lines = Sequence[str]
"""Sentences; one that begins with two spaces belongs to the one above it."""
VERBS = {"approve": "approved", "edit": "edited", "reject": "rejected"}
"""Decision of a reviewer -> its past tense."""
_OTHERS = {
    "BatchIntended": "Calls of {model} go out as one batch: {calls}.",
    "BatchSubmitted": "The service took the batch as {batch}.",
    "BatchCollected": "The batch is over. Calls without an answer in it: {unanswered}. {reason}",
}
"""Kinds that no story has a place for -> the sentence, with the event's fields."""
MOST_LESSONS = 12
"""Most lessons that are listed; of more, the first."""


def describe_start(event: events.RunStarted, when: str) -> Lines:
    """Return who teaches whom, and what is asked of a version."""
    teacher = str(event.config["teacher"])
    who = "the domain's own rulebook (expert rules, no language model)"
    lines = [
        f"Begun {when} UTC: {who if teacher == RulebookTeacher.name else teacher} teaches "
        f"{event.config['student']}."
    ]
    if tried := event.config.get("validators"):
        lines.append(f"What passes the gate is tried on {list_words(tried)} too.")
    if event.config["loop"].get("review", "never") != "never":
        lines.append(f"{event.config['reviewer']} reviews what would be promoted.")
    return lines


def describe_probe(event: events.ProbeDecided) -> Lines:
    """Return what words in the prompt do for a model, and the channel that follows from it."""
    changed = (
        f"rules in its prompt change its score by {points(event.gain)} points "
        f"({interval(event.low, event.high)})"
    )
    lines = [_response_to_words(event, changed)]
    if event.slot != PROBE:
        return lines
    if event.forced:
        lines = [
            f"The config names the channel `{event.channel}`; measured on {event.n} problems, "
            f"{changed}."
        ]
    if event.channel == "weights":
        return [
            *lines,
            "So each gate works through weights: two adapters are trained alike, one on examples "
            "that follow the candidate, one on examples that follow the version it must beat.",
        ]
    why = "So" if words_help(event) or event.forced else "It has no other channel, so"
    return [*lines, f"{why} each gate puts a version into its prompt (channel `words`)."]


def _response_to_words(event: events.ProbeDecided, changed: str) -> str:
    """Return what the probe showed; the channel alone does not tell: it may be the only one."""
    if words_help(event):
        return f"{event.model} can use words: {changed} on {event.n} problems."
    if words_harm(event):
        return f"{event.model} is harmed by words: {changed} on {event.n} problems."
    told = f"{changed}, no gain beyond chance."
    if event.low > 0:
        return f"Whether {event.model} can use words, {event.n} problems leave unclear: {told}"
    return f"As far as {event.n} problems tell, {event.model} is deaf to words: {told}"


def describe_opening(event: events.RoundOpened, names: Names) -> Lines:
    """Return the version that a round starts from, and the one that it must beat."""
    parent, incumbent = names.version(event.strategy), names.version(event.incumbent)
    rules = len(names.rules(event.strategy))
    holds = "no rules yet" if not rules else count(rules, "rule")
    lines = [f"It starts from {parent} ({holds})."]
    if len(event.fronts) == 1:
        lines = [f"On no problem of the frontier is {parent} ({holds}) beaten: it starts there."]
    elif event.fronts:
        best = [f"{names.version(it)} on {n}" for it, n in event.fronts.items()]
        lines = [
            f"Among the best on the frontier's problems: {', '.join(best)}. It starts from "
            f"{parent} ({holds}), drawn by these counts."
        ]
    if event.incumbent not in ("", event.strategy):
        lines.append(f"What comes of it must beat {incumbent}, which is current.")
    return lines


def describe_solving(event: events.Solved, names: Names) -> Lines:
    """Return how the policy of a round did on training problems."""
    how = "" if not names.rules(event.strategy) else f" at {names.version(event.strategy)}"
    return [
        f"The {event.policy}{how} answered {count(len(event.attempts), 'time')} on training "
        f"problems: {event.right} right."
    ]


def describe_credit(event: events.CreditMeasured, names: Names) -> Lines:
    """Return the worth of one rule, from leaving it out."""
    return [
        f"Rule {rule_with_text(names, event.rule)} is worth {points(event.gain)} points "
        f"({interval(event.low, event.high)}) to {names.version(event.strategy)}: it was left out "
        f"on {count(event.n, 'problem')} that call for it."
    ]


def describe_reflection(event: events.Reflected) -> Lines:
    """Return what the teacher read, what went wrong there, and its lessons."""
    often = sorted(event.failure_modes.items(), key=lambda it: (-it[1], it[0]))
    modes = ", ".join(f"{mode} {n}" for mode, n in often)
    groups = f" in {event.groups} shuffled groups" if event.groups > 1 else ""
    lessons = count(len(event.lessons), "lesson")
    lines = [
        f"The teacher read {count(len(event.attempts), 'attempt')}{groups}. What went wrong: "
        f"{modes or 'nothing that has a name'}."
    ]
    if event.contrasts:
        lines.append(
            f"{count(len(event.contrasts), 'problem')} stood there with success beside failure."
        )
    if event.knowledge_gaps:
        lines.append(
            f"{count(len(event.knowledge_gaps), 'problem')} that nobody solved joined the queue "
            "of knowledge gaps."
        )
    if event.gaps_closed:
        solved_now = count(len(event.gaps_closed), "problem")
        lines.append(f"The teacher solved {solved_now} of that queue.")
    lines.append(f"It drew {lessons}{':' if event.lessons else '.'}")
    lines += [f"  - {lesson}" for lesson in event.lessons[:MOST_LESSONS]]
    left = len(event.lessons) - MOST_LESSONS
    return [*lines, f"  and {left} more"] if left > 0 else lines


def describe_proposal(event: events.StrategyProposed, names: Names) -> Lines:
    """Return a new version, edit by edit."""
    version = names.version(event.strategy)
    parents = [names.version(it) for it in event.parents]
    who = {
        "teacher": f"The teacher proposed {version}",
        "merge": f"{list_words(parents)} were merged rule by rule into {version}",
        "ledger": f"The ledger of what rules are worth proposed {version}",
        "review": f"The reviewer's edits made {version}",
        "import": f"{version} was imported from another store",
    }[event.origin]
    made = [f"  {line}" for edit in event.edits for line in describe_edit(edit, event.rules, names)]
    if event.origin == "merge":
        known = names.rules(event.parents[0])
        made += [f"  take over {quote_rule(it)}" for it in event.rules if it.id not in known]
    if event.rationale and event.rationale not in {edit.rationale for edit in event.edits}:
        made.append(f"  because: {event.rationale}")
    return [f"{who}{':' if made else '.'}", *made]


def describe_refusal(event: events.ProposalRefused, names: Names) -> Lines:
    """Return the reason for which a proposal made no version, and its edits."""
    wanted = [f"  {line}" for edit in event.edits for line in describe_edit(edit, (), names)]
    return [f"A proposal came to nothing: {event.reason}", *wanted]


def describe_gate(event: events.GateDecided, names: Names) -> Lines:
    """Return the decision of a gate, and what it rests on."""
    new, old = names.version(event.candidate), names.version(event.incumbent)
    by_hand = f"A person had it gated by hand. {event.price} " if event.price else ""
    if not event.pairs:
        verb = "accepted" if event.decision == "accept" else "refused"
        return [f"{by_hand}The gate {verb} {new} without a reply: {event.reason}"]
    verb = {
        "accept": f"accepted {new}",
        "reject": f"rejected {new}",
        "indecisive": f"could not decide about {new}",
    }[event.decision]
    lines = [
        f"{by_hand}The gate {verb} against {old}, through {event.channel}: "
        f"{points(event.gain)} points ({interval(event.low, event.high)}) on {event.pairs} "
        "held-out problems."
    ]
    return [*lines, *(f"  {line}" for line in _about_gate(event))]


def _about_gate(event: events.GateDecided) -> Lines:
    lines = [event.reason]
    if event.claim == "no worse":
        lines.append("It only takes away, so it had to be no worse, not better.")
    if event.saved:
        lines.append(f"It was stopped early as all but lost: {event.saved} replies were saved.")
    if event.replicates > 1:
        lines.append(
            f"Each arm answered {event.replicates} times; between replicates of the same version "
            f"luck alone made {100 * abs(event.replicate_gain):.1f} points."
        )
    if event.missing:
        lines.append(f"{count(event.missing, 'pair')} fell out by errors of the machinery.")
    return lines


def describe_portability(event: events.PortabilityMeasured, names: Names) -> Lines:
    """Return the effect of a version on a further model."""
    measured = (
        f"{points(event.gain)} points ({interval(event.low, event.high)}) on {event.pairs} of the "
        "same problems"
    )
    new = names.version(event.candidate)
    words = {
        "helps": f"{new} helps {event.model} too: {measured}.",
        "harms": f"{new} harms {event.model}: {measured}.",
        "unclear": f"What {new} does for {event.model} is unclear: {measured}.",
        "deaf": f"{event.model} is deaf to it: {measured}.",
    }
    return [words[event.verdict]]


def describe_question(event: events.ReviewAsked, names: Names) -> Lines:
    """Return the version that a person was asked to review."""
    return [
        f"{names.version(event.candidate)} was laid before {event.reviewer or 'a person'}: "
        f"{count(len(event.rules), 'rule')} to decide on."
    ]


def describe_answer(event: events.ReviewAnswered, names: Names) -> Lines:
    """Return the reviewer's verdict, rule by rule."""
    about = f" {event.reason}" if event.reason else ""
    lines = [f"{event.reviewer} {VERBS[event.verdict]} {names.version(event.candidate)}.{about}"]
    for it in event.decisions:
        text = f' to "{it.text}"' if it.text else ""
        why = f", because {it.reason}" if it.reason else ""
        lines.append(f"  {VERBS[it.decision]} {rule_with_text(names, it.rule)}{text}{why}")
    return lines


def describe_promotion(event: events.StrategyPromoted, names: Names) -> Lines:
    """Return a promotion, and who made it where no gate did."""
    name = names.version(event.strategy)
    if event.gate:
        return [f"{name} was promoted: it is what the next round starts from."]
    return [f"{name} was promoted by {event.by}, without a gate: {event.reason}"]


def describe_rollback(event: events.StrategyRolledBack, names: Names) -> Lines:
    """Return a rollback, and the reason for it."""
    why = f": {event.reason}" if event.reason else "."
    return [f"{event.by} rolled {event.branch} back to {names.version(event.strategy)}{why}"]


def describe_transfer(event: events.Transferred, names: Names) -> Lines:
    """Return the adapter that a version was trained into, or why there is none."""
    name = names.version(event.strategy)
    if not event.adapter:
        return [f"{name} was not passed on: {event.reason}"]
    return [f"{name} was passed into the student's weights: adapter {event.adapter}."]


def describe_feedback(event: events.FailuresSorted) -> Lines:
    """Return how the student did on fresh problems, and the gaps that showed."""
    who = "tuned student" if event.adapter else "student"
    gaps = Counter(event.gaps.values())
    return [
        f"The {who} then met {count(len(event.attempts), 'fresh problem')}: {event.right} right.",
        *(f"  {n} {gap}: {GAPS.get(gap, OTHER_GAP).meaning}" for gap, n in gaps.items()),
    ]


def describe_evaluation(headline: str) -> Lines:
    """Return the headline of the evaluation."""
    return [f"The run was measured on sealed problems. {headline}"]


def describe_other(event: events.Event) -> str:
    """Return an event of a kind that no story has a place for: its name, place and fields."""
    fields = event.model_dump(mode="json", exclude={"stream", "slot", "kind"})
    if form := _OTHERS.get(type(event).__name__):
        return form.format(**fields).rstrip()
    said = ", ".join(f"{name} {value!r}" for name, value in fields.items())
    return f"{type(event).__name__} in {event.slot}: {said}."
