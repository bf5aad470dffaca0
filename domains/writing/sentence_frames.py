"""Sentences with a gap for a noun of the topic, by mode."""

NARRATIVE = (
    "Mara came in from the rain and saw the {0} on the floor.",
    "She picked up the {0} and held it close to her coat.",
    "A boy asked her who had left the {0} behind.",
    "Nobody knew, so they carried the {0} from door to door.",
    "An old man laughed when he saw the {0} in her hands.",
    "He told them that the {0} had once been his own.",
    "Mara gave him the {0} and he sat down to rest.",
    "The boy ran back to find a place for the {0}.",
    "By noon the {0} stood where it had stood for years.",
    "The three of them looked at the {0} and shared some bread.",
    "When the wind rose they tied the {0} down with string.",
    "Mara went home and dreamed of the {0} all night.",
)
DESCRIPTIVE = (
    "The morning light falls on the {0} and turns it gold.",
    "Dust lies on the {0} like a thin coat of snow.",
    "You can hear the {0} creak when someone walks by.",
    "A smell of oil and salt hangs around the {0}.",
    "Next to the wall the {0} waits in a pool of shade.",
    "Small hands have worn the {0} smooth over the years.",
    "Rain has drawn dark lines along the side of the {0}.",
    "Behind the {0} a cat sleeps with its tail in the sun.",
    "Red paint still clings to one edge of the {0}.",
    "People pass the {0} and slow their steps without a word.",
    "Towards evening the {0} throws a long shadow on the ground.",
    "Even in the dark the {0} keeps some warmth of the day.",
)
PERSUASIVE = (
    "We all gain when the {0} is in use each day.",
    "Without the {0} our children would have less to learn from.",
    "It costs far more to buy a new {0} than to mend this one.",
    "Ask your neighbour how often the {0} has helped her.",
    "Those who want to close the place have not once seen the {0} at work.",
    "A town that looks after its {0} looks after its people too.",
    "The money we spend on the {0} comes back to us in time.",
    "Some say the {0} is old, yet old tools last longest.",
    "Give one hour a month and the {0} will serve us for years.",
    "Visitors come here for the {0} and then stay to eat.",
    "If we lose the {0} now we will not get it back.",
    "Come on Sunday, see the {0}, and make up your own mind.",
)
TECHNICAL = (
    "Set the {0} down where you can reach it with one hand.",
    "Wipe the {0} with a dry cloth until no dust is left.",
    "Check the {0} for cracks and mark each one with chalk.",
    "Move the {0} a step away from the wall.",
    "Test the {0} twice before the first guest comes in.",
    "If the {0} feels loose, turn the screw to the right.",
    "Write down the state of the {0} in the day book.",
    "Keep water and heat well away from the {0}.",
    "Two people should lift the {0}, one at each end.",
    "Put a label on the {0} so that others can find it.",
    "Replace the {0} when it shows more than three marks.",
    "Leave the {0} as you would like to find it.",
)
FRAMES = {
    "narrative": NARRATIVE,
    "descriptive": DESCRIPTIVE,
    "persuasive": PERSUASIVE,
    "technical": TECHNICAL,
}
QUESTIONS = {
    "narrative": "Who would come for the {0} in the morning?",
    "descriptive": "Who could walk past the {0} and not look back?",
    "persuasive": "Why should we give up the {0} without a fight?",
    "technical": "Is the {0} in its place and safe to use?",
}
QUOTES = {
    "narrative": '"Take care of the {0} for me," said a woman at the gate.',
    "descriptive": '"I painted the {0} myself," says a man in a blue hat.',
    "persuasive": '"I grew up beside the {0}," a driver told us last week.',
    "technical": 'Say "the {0} is clear" out loud so that all can hear you.',
}
OPENINGS = {
    "narrative": "Imagine the {0} as Mara saw it on that wet day.",
    "descriptive": "Imagine the {0} as it stands here at dawn.",
    "persuasive": "Imagine our street without the {0} for one whole year.",
    "technical": "Imagine the {0} in use before you touch it.",
}
"""The first sentence where it has to begin with `Imagine`."""
