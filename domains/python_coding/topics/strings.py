"""Strings: runs, shifts, words, masks, palindromes."""

from ..inputs import choice, fixed_list, integer, joined_text, mapped_value, text
from ..templates import FIRST_LAST, Template, filling

RUNS = joined_text(
    mapped_value(
        fixed_list(choice("a", "b", "c", " "), integer(1, 5)),
        lambda run: str(run[0]) * int(str(run[1])) if isinstance(run, list) else "",
    ),
    "",
    5,
)
WORDS = joined_text(text("abcdeXY", 5))

TEMPLATES = (
    Template(
        name="count_runs",
        difficulty=2,
        choices={"letter": ("a", "b", "c"), "least": (1, 2, 3, 4)},
        text="""
Write `count_runs(text)`: how many runs of the letter `$letter` in a row are at least $least long.
A run is as long as it can be: it counts once, however long it is.
""",
        plan="Count the current run, and look at its length whenever it ends, at the end too.",
        code="""
def count_runs(text):
    runs = 0
    length = 0
    for letter in text + "|":
        if letter == "$letter":
            length += 1
        else:
            if length >= $least:
                runs += 1
            length = 0
    return runs
""",
        inputs=fixed_list(RUNS),
    ),
    Template(
        name="squeeze",
        difficulty=2,
        choices={
            "most": (1, 2, 3),
            "which": (
                {"say": "of any character", "test": "True"},
                {"say": "of spaces", "test": 'letter == " "'},
                {"say": "of `a` or of `b`", "test": 'letter in "ab"'},
                {"say": "of anything but `a`", "test": 'letter != "a"'},
            ),
        },
        text="""
Write `squeeze(text)`: the text with every run $which_say that is longer than $most cut to $most.
""",
        plan="Keep a character unless enough of its run has been kept already.",
        code="""
def squeeze(text):
    kept = ""
    length = 0
    previous = None
    for letter in text:
        length = length + 1 if letter == previous else 1
        previous = letter
        if not ($which_test) or length <= $most:
            kept += letter
    return kept
""",
        inputs=fixed_list(RUNS),
    ),
    Template(
        name="shift_letters",
        difficulty=1,
        choices={
            "by": (1, 3, 7, 13, 20, -2),
            "case": (
                {"say": "lower-case letter (`a` to `z`)", "first": "a", "last": "z"},
                {"say": "upper-case letter (`A` to `Z`)", "first": "A", "last": "Z"},
            ),
        },
        text="""
Write `shift_letters(text)`: every $case_say is replaced by the one that stands $by places further
in the alphabet, going round at its ends; all other characters stay.
""",
        plan="Work with the letter's place in the alphabet, modulo 26, and leave the rest alone.",
        code="""
def shift_letters(text):
    shifted = ""
    for letter in text:
        if "$case_first" <= letter <= "$case_last":
            place = (ord(letter) - ord("$case_first") + $by) % 26
            letter = chr(ord("$case_first") + place)
        shifted += letter
    return shifted
""",
        inputs=fixed_list(text("abmyzABMYZ .@[`{", 10)),
    ),
    Template(
        name="pick_word",
        difficulty=2,
        choices={
            "best": ({"say": "longest", "op": ">"}, {"say": "shortest", "op": "<"}),
            "tie": ({"say": "first", "op": ""}, {"say": "last", "op": "="}),
            "least": (1, 2, 3),
        },
        text="""
Write `pick_word(text)`: the $best_say of the words of the text that have at least $least letters,
the $tie_say one where several are equally long, and `""` where there is none. Words stand between
spaces.
""",
        plan="Walk through the words and replace the best one so far when the next one beats it.",
        code="""
def pick_word(text):
    best = None
    for word in text.split():
        if len(word) < $least:
            continue
        if best is None or len(word) $best_op$tie_op len(best):
            best = word
    return best or ""
""",
        inputs=fixed_list(WORDS),
    ),
    Template(
        name="mask",
        difficulty=1,
        choices={
            "keep": (1, 2, 3, 4),
            "sign": ("*", "#"),
            "side": (
                filling("first", "text[:$keep] + hidden"),
                filling("last", "hidden + text[len(text) - kept :]"),
            ),
        },
        text="""
Write `mask(text)`: the $side_say $keep characters stay and each other one becomes `$sign`. A text
of $keep characters or fewer stays as it is.
""",
        plan="Find out how many characters are hidden, never fewer than none; join both parts.",
        code="""
def mask(text):
    kept = min($keep, len(text))
    hidden = "$sign" * (len(text) - kept)
    return $side_code
""",
        inputs=fixed_list(text("abc 19", 7)),
    ),
    Template(
        name="initials",
        difficulty=1,
        choices={
            "least": (1, 2, 3),
            "by": ("", ".", "-"),
            "place": FIRST_LAST,
        },
        text="""
Write `initials(text)`: the $place_say letters of the words that have at least $least letters, in
upper case, with `"$by"` between them. Words stand between spaces.
""",
        plan="Split at white space, drop the short words, take one letter of each, join.",
        code="""
def initials(text):
    words = [word for word in text.split() if len(word) >= $least]
    return "$by".join(word[$place_at].upper() for word in words)
""",
        inputs=fixed_list(WORDS),
    ),
    Template(
        name="is_mirror",
        difficulty=2,
        choices={
            "allowed": (0, 1, 2),
            "spaces": (
                filling("Spaces count like letters", "text"),
                filling("Spaces are ignored", 'text.replace(" ", "")'),
            ),
            "case": (
                filling("upper and lower case differ", ""),
                filling("upper and lower case are the same", ".lower()"),
            ),
        },
        text="""
Write `is_mirror(text)`: `True` if the text reads the same from both ends but for at most $allowed
pairs of places that differ, else `False`. $spaces_say, $case_say.
""",
        plan="Clean the text, then compare each place of the first half with its mirror image.",
        code="""
def is_mirror(text):
    clean = $spaces_code$case_code
    wrong = 0
    for place in range(len(clean) // 2):
        if clean[place] != clean[len(clean) - 1 - place]:
            wrong += 1
    return wrong <= $allowed
""",
        inputs=fixed_list(text("aaAb ", 7)),
    ),
    Template(
        name="turn",
        difficulty=1,
        choices={
            "by": (1, 2, 3, 4, 5, 7),
            "way": ({"say": "left", "sign": ""}, {"say": "right", "sign": "-"}),
        },
        text="""
Write `turn(text)`: the text turned $by places to the $way_say, what falls off one end coming in at
the other. A text may be shorter than $by.
""",
        plan="Take the number of places modulo the length, and mind the empty text.",
        code="""
def turn(text):
    if not text:
        return ""
    by = $way_sign$by % len(text)
    return text[by:] + text[:by]
""",
        inputs=fixed_list(text("abcdefgh", 9)),
    ),
    Template(
        name="weave_case",
        difficulty=2,
        ood=True,
        choices={
            "every": (2, 3, 4),
            "start": (0, 1),
            "what": (
                filling("letters", "letter.isalpha()"),
                filling("characters other than spaces", 'letter != " "'),
            ),
        },
        text="""
Write `weave_case(text)`: count the $what_say from 0; those whose number leaves $start when divided
by $every become upper case, all other characters lower case.
""",
        plan="Count only what is to be counted, and decide the case by the count.",
        code="""
def weave_case(text):
    woven = ""
    count = 0
    for letter in text:
        counted = $what_code
        if counted and count % $every == $start:
            woven += letter.upper()
        else:
            woven += letter.lower()
        if counted:
            count += 1
    return woven
""",
        inputs=fixed_list(text("abCD 1", 10)),
    ),
)
