"""Parts of tasks: topics, audiences, lengths, words to use or avoid, forms."""

from typing import NamedTuple

MODES = {
    "narrative": "Tell a short story that happens at {topic}",
    "descriptive": "Describe {topic}, so that a reader sees it",
    "persuasive": "Persuade the reader that {topic} is worth keeping",
    "technical": "Explain how to make {topic} ready for the day",
}
"""Mode -> how its task begins."""

TOPICS = {
    "a village market": ("stall", "basket", "coin", "apron", "barrel", "loaf"),
    "a school garden": ("spade", "hose", "seed", "fence", "bean", "shed"),
    "a small harbour": ("boat", "rope", "crane", "gull", "anchor", "pier"),
    "a bicycle workshop": ("wheel", "chain", "pump", "saddle", "wrench", "brake"),
    "a town library": ("shelf", "desk", "lamp", "card", "chair", "globe"),
    "an old bakery": ("oven", "flour", "tray", "dough", "scale", "shovel"),
    "a train station": ("clock", "ticket", "track", "whistle", "suitcase", "timetable"),
    "a mountain hut": ("stove", "blanket", "boot", "axe", "window", "stool"),
}
"""Topic -> what belongs to it."""
OOD_TOPICS = {
    "a lighthouse": ("lens", "stair", "tower", "beam", "wick", "rail"),
    "a weather station": ("gauge", "vane", "mast", "cable", "sensor", "chart"),
    "a travelling theatre": ("curtain", "stage", "mask", "wagon", "drum", "costume"),
}
"""Topics that training never sees."""

NAMED = 3
"""So many words of the topic a text has to name."""


class Audience(NamedTuple):
    """The readers of the text."""

    said: str
    ease: int | None
    """Flesch reading ease from which the text suits them; None is free."""


AUDIENCES = {
    "children": Audience("children of eight", 75),
    "newcomers": Audience("people who are new in town", 60),
    "experts": Audience("people who know it well", None),
}


class Band(NamedTuple):
    """A length, and what fits into it."""

    words: tuple[int, int]
    sentences: tuple[int, int]
    paragraphs: int


BANDS = (Band((40, 65), (4, 6), 1), Band((65, 95), (6, 9), 2), Band((95, 130), (8, 12), 3))

ELEMENTS = ("lantern", "candle", "ladder", "bell", "mirror", "kettle", "feather", "ribbon")
"""What a text can be asked to hold besides; none belongs to a topic."""
FORBIDDEN = (
    ("very", "really"),
    ("good", "nice"),
    ("always", "never"),
    ("thing", "stuff"),
    ("just", "quite"),
    ("beautiful", "wonderful"),
)
COURSE = {
    "narrative": ("At first", "Later", "In the end"),
    "descriptive": ("Close by", "Farther off", "Above it all"),
    "persuasive": ("To begin with", "Moreover", "Therefore"),
    "technical": ("First", "Next", "Finally"),
}
"""Mode -> how three of its sentences open, in this order."""
FORMS = {
    "title": "Give it a title of at most eight words on a line of its own, without a full stop.",
    "question": "End with a question.",
    "quote": 'Quote somebody once, in "double quotation marks", with at least three words.',
    "list": "Put exactly three sentences on lines of their own that begin with `- `.",
}
OOD_FORMS = {
    "letter": "Make it a letter: a first line `Dear ...,` and a last line `Yours, ...`.",
    "opening": "Let the word `Imagine` be the first one.",
}
"""Forms that training never sees."""
TITLE = 8
BULLETS = 3
