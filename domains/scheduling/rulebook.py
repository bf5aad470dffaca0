"""The guide of meeting rooms: kinds of steps, failure modes, and an expert's rules.

The rules stand in no order of merit, and nothing says which of them help: gates find out.
"""

from ..contract import ExpertRule, Guide

STEP_KINDS = {
    "tally": "Counts the meetings and the rooms.",
    "hours": "Sets the booked hours against the hours that the rooms offer.",
    "ended": "At each start, names the meetings that are over by then.",
    "running": "At each start, lists the ends of the meetings still running, and counts them.",
    "comparison": "Compares the largest count with the number of rooms, sign written out.",
}

FAILURE_MODES = {
    "no_answer": "The reply holds no YES or NO that could be read as its answer.",
    "no_running_list": "Not right, and nowhere does it say which meetings run at the same time.",
    "missed_meeting": "A list of running meetings lacks one, or a start has no list.",
    "ended_meeting": "A list of running meetings holds one that does not run then.",
    "miscount": "A count differs from the length of the list before it.",
    "no_comparison": "Not right, and the peak is nowhere compared with the rooms.",
    "wrong_peak": "The number compared with the rooms is not the largest count.",
    "false_comparison": "The written comparison is false, or not with the number of rooms.",
    "contradicts_working": "The answer is not the one that the written comparison gives.",
    "false_yes": "YES, although at some time more meetings run than there are rooms.",
    "false_no": "NO, although there is always a room.",
}

RULES = (
    ExpertRule(
        name="hours",
        section="Before you decide",
        text="Add up the booked hours and compare them with the hours that all rooms offer. Write "
        "both numbers; meetings that fill a large part of the day rarely fit.",
        steps=frozenset({"hours"}),
        addresses=frozenset({"false_yes", "false_no"}),
    ),
    ExpertRule(
        name="care",
        section="Habits",
        text="Read every start and end carefully, work slowly, and check your work once more "
        "before you answer.",
        addresses=frozenset({"missed_meeting", "ended_meeting", "miscount"}),
    ),
    ExpertRule(
        name="running",
        section="Working",
        text="Take the meetings in the order of their starts. At each start write the ends of the "
        "meetings that are running then, the one that starts included, and how many they are.",
        steps=frozenset({"running"}),
        addresses=frozenset({"no_running_list", "missed_meeting", "ended_meeting", "miscount"}),
    ),
    ExpertRule(
        name="tally",
        section="Before you decide",
        text="Write how many meetings and how many rooms there are. If there are more meetings "
        "than rooms, they cannot all be held: answer NO.",
        steps=frozenset({"tally"}),
        addresses=frozenset({"false_yes"}),
    ),
    ExpertRule(
        name="touching",
        section="Working",
        text="A meeting that ends when another starts has already left its room: do not count it.",
        addresses=frozenset({"ended_meeting", "false_no"}),
        when="the end of one meeting is the start of another",
    ),
    ExpertRule(
        name="ended",
        section="Working",
        text="Before you list who is running at a start, name the ends that have come by then: "
        "those meetings have left their rooms, and all others that have begun are still there.",
        steps=frozenset({"ended"}),
        addresses=frozenset({"ended_meeting", "missed_meeting", "wrong_peak"}),
    ),
    ExpertRule(
        name="comparison",
        section="Before you decide",
        text="Write the largest number of meetings that run at once beside the number of rooms, "
        "with the sign that holds between them, and let this comparison alone decide the answer.",
        steps=frozenset({"comparison"}),
        addresses=frozenset(
            {"no_comparison", "wrong_peak", "false_comparison", "contradicts_working"}
        ),
    ),
    ExpertRule(
        name="format",
        section="Habits",
        text="Close with the answer in the form that was asked for, and write nothing after it.",
        addresses=frozenset({"no_answer"}),
    ),
    ExpertRule(
        name="sweep",
        section="Working",
        text="Go through the day start by start, listing and counting the meetings that run, then "
        "compare the largest count with the rooms: only a count above the rooms means NO.",
        steps=frozenset({"running", "comparison"}),
        addresses=frozenset({"no_running_list", "no_comparison", "false_yes", "false_no"}),
    ),
)

GUIDE = Guide(
    description="Assign meetings (start-end, end not included) to rooms without clashes: can all "
    "be held, YES or NO?",
    reply_format="Can every meeting have a room? End with `Answer: YES` or `Answer: NO`.",
    step_kinds=STEP_KINDS,
    failure_modes=FAILURE_MODES,
    classes=("YES", "NO"),
    rules=RULES,
    max_tokens=120,
)
