"""The guide of writing: kinds of steps, failure modes, and an editor's rules, right or wrong.

The rules stand in no order of merit, and nothing says which of them help: gates find out.
"""

from ..contract import ExpertRule, Guide

STEP_KINDS = {
    "asked": "Lists what is asked for before anything is written.",
    "outline": "Names what the text will speak of, in its order.",
    "budget": "Counts before handing in: how many sentences of how many words make the length.",
}

CHECKED = {
    "no_text": "The reply holds no text.",
    "off_topic": "Too few of the words that belong to the topic are named.",
    "not_prose": "It is not made of English sentences.",
    "echoes_task": "It says the task back.",
    "repeats_itself": "A sentence or many runs of words come twice.",
    "cut_off": "The last sentence does not come to an end.",
    "too_short": "Fewer words than asked for.",
    "too_long": "More words than asked for.",
    "hard_to_read": "The reading ease lies below what the audience needs.",
    "wrong_paragraphs": "Another number of paragraphs than asked for.",
    "wrong_sentences": "More or fewer sentences than asked for.",
    "missing_element": "It does not mention what it has to mention.",
    "forbidden_word": "It uses a word that it may not use.",
    "out_of_order": "The sentences with the given openings are not there, or not in their order.",
    "wrong_form": "Title, question, quotation, list, letter or first word are not as asked.",
}
JUDGED = {
    "weak_purpose": "A judge finds that it does not do what it was to do.",
    "weak_audience": "A judge finds that it does not suit its readers.",
    "weak_coherence": "A judge finds that its sentences do not follow from one another.",
    "weak_language": "A judge finds its language poor.",
    "loses_pairwise": "In both orders a judge prefers our plain specimen.",
}

RULES = (
    ExpertRule(
        name="ornate",
        section="Style",
        text="Prefer long and learned words in long sentences: they show that the writer masters "
        "the subject.",
        addresses=frozenset({"off_topic", "hard_to_read"}),
    ),
    ExpertRule(
        name="asked",
        section="Before you write",
        text="List everything that the task asks for in a line `Asked:`: the length, the words to "
        "name, and each demand on the form.",
        steps=frozenset({"asked"}),
        addresses=frozenset(
            {"missing_element", "forbidden_word", "wrong_form", "out_of_order", "off_topic"}
        ),
    ),
    ExpertRule(
        name="passion",
        section="Style",
        text="Write with care and passion, and do your best.",
        addresses=frozenset({"not_prose", "repeats_itself"}),
    ),
    ExpertRule(
        name="budget",
        section="Before you write",
        text="Count before you hand in: in a line `Budget:` say how many sentences of about how "
        "many words give the length that is asked for, and keep to it.",
        steps=frozenset({"budget"}),
        addresses=frozenset({"too_short", "too_long", "wrong_sentences"}),
    ),
    ExpertRule(
        name="generous",
        section="Length",
        text="Write about twice as much as the task asks for: a generous text leaves nothing open.",
        addresses=frozenset({"too_short", "missing_element"}),
    ),
    ExpertRule(
        name="outline",
        section="Before you write",
        text="In a line `Outline:` name what the text will speak of, in the order in which it "
        "comes, and give each a sentence of its own.",
        steps=frozenset({"outline"}),
        addresses=frozenset({"off_topic", "repeats_itself", "out_of_order", "wrong_paragraphs"}),
    ),
    ExpertRule(
        name="plain",
        section="Style",
        text="Use short, common words and sentences of about ten words.",
        addresses=frozenset({"hard_to_read", "not_prose"}),
        when="the task names a reading ease",
    ),
    ExpertRule(
        name="repeat",
        section="Style",
        text="Say the most important sentence again at the end, word for word, so that it stays.",
        addresses=frozenset({"cut_off", "too_short"}),
    ),
    ExpertRule(
        name="whole",
        section="Length",
        text="Stop early rather than late: the last sentence has to come to its full stop.",
        addresses=frozenset({"cut_off", "too_long"}),
    ),
)

ALONE = "only what can be checked is scored, no judge reads for quality"
BESIDE = "checks are scored, and a model judges quality"


def guide(*, judged: bool) -> Guide:
    """Return the guide, which says whether a model judges besides the checks."""
    return Guide(
        description="Write a short narrative, descriptive, persuasive or technical text to order "
        f"({BESIDE if judged else ALONE}).",
        reply_format="Write the text after a line `TEXT:`, and nothing after the text.",
        step_kinds=STEP_KINDS,
        failure_modes={**CHECKED, **JUDGED} if judged else CHECKED,
        rules=RULES,
        max_tokens=400,
    )
