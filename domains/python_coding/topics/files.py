"""File I/O: lines, numbers, columns, settings, and files written from files."""

from ..harness import WRITES_FILE
from ..inputs import (
    Drawer,
    choice,
    concatenated,
    either,
    file,
    fixed_list,
    integer,
    joined_text,
    mapped_value,
    new_file,
    text,
)
from ..templates import OVER, Template, filling

LINE = either(text("ab #", 5), text("ab #", 5), choice("", " ", "  "))


def _lines(of: Drawer) -> Drawer:
    """The text of a file whose last line ends too."""
    return mapped_value(joined_text(of, "\n", 6), lambda found: f"{found}\n" if found else found)


LINES = _lines(LINE)
NUMBERS = _lines(either(mapped_value(integer(-9, 20), str), choice("x", "", "3.5", " 4 ")))
PAIRS = joined_text(
    either(
        choice("# a=1", "; b:2", "#c:d", ";c=e", "", "a"),
        choice("  b = 2 ", "a=", "b:", "=1", "c : x:y", "c=x=y"),
        concatenated(choice("a", "b", "c"), choice("=", ":"), integer(0, 9)),
    ),
    "\n",
    6,
)
MISSING = 0.1

TEMPLATES = (
    Template(
        name="count_lines",
        difficulty=1,
        choices={
            "which": (
                filling("are not empty", "line"),
                filling("hold something other than spaces", "line.strip()"),
                filling("start with `#`", 'line.startswith("#")'),
                filling("do not start with `#`", 'not line.startswith("#")'),
                filling("hold an `a`", '"a" in line'),
                filling(
                    "are longer than 3 characters (the line break not counted)", "len(line) > 3"
                ),
            ),
            "missing": (filling("-1", "-1"), filling("0", "0")),
        },
        text="""
Write `count_lines(path)`: how many lines of that text file $which_say. If there is no such file,
return $missing_say.
""",
        plan="Open the file inside a try block, take the line break off each line, and count.",
        code="""
def count_lines(path):
    try:
        with open(path) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return $missing_code
    count = 0
    for line in lines:
        if $which_code:
            count += 1
    return count
""",
        inputs=fixed_list(file(LINES, MISSING)),
    ),
    Template(
        name="sum_file",
        difficulty=2,
        choices={
            "which": OVER,
            "limit": (3, 7),
            "bad": (
                filling("count nothing", ""),
                filling("count 1 each, whatever the limit", "total += 1\n                "),
            ),
        },
        text="""
Write `sum_file(path)`: the sum of those numbers of the file that are $which_say $limit. Each line
holds one whole number, perhaps with spaces around it; lines that hold anything else, or nothing,
$bad_say.
""",
        plan="Convert line by line, catching ValueError around the conversion alone.",
        code="""
def sum_file(path):
    total = 0
    with open(path) as file:
        for line in file:
            try:
                number = int(line)
            except ValueError:
                ${bad_code}continue
            if number $which_op $limit:
                total += number
    return total
""",
        inputs=fixed_list(file(NUMBERS)),
    ),
    Template(
        name="some_lines",
        difficulty=1,
        choices={
            "n": (1, 2, 3),
            "side": (
                filling("first", "lines[:$n]"),
                filling("last", "lines[-$n:]"),
            ),
            "blank": (
                filling("Lines with nothing but spaces count too", "True"),
                filling("Lines with nothing but spaces are left out before", "line.strip()"),
            ),
        },
        text="""
Write `some_lines(path)`: the $side_say $n lines of the file as a list of strings without their line
breaks, all if there are fewer. $blank_say.
""",
        plan="Read the lines without their breaks, filter, then slice.",
        code="""
def some_lines(path):
    with open(path) as file:
        lines = [line.rstrip("\\n") for line in file]
    lines = [line for line in lines if $blank_code]
    return $side_code
""",
        inputs=fixed_list(file(LINES)),
    ),
    Template(
        name="sum_column",
        difficulty=2,
        choices={
            "by": (",", ";", "|"),
            "column": (0, 1, 2),
            "head": (
                filling("The first line is a heading and does not count", "[1:]"),
                filling("There is no heading", ""),
            ),
        },
        text="""
Write `sum_column(path)`: each line of the file holds whole numbers with `$by` between them. Return
the sum of column $column (the first is column 0); lines that are too short for it do not count.
$head_say.
""",
        plan="Split each line at the separator, check that the column is there, convert and add.",
        code="""
def sum_column(path):
    total = 0
    with open(path) as file:
        lines = file.read().splitlines()
    for line in lines$head_code:
        cells = line.split("$by")
        if len(cells) > $column:
            total += int(cells[$column])
    return total
""",
        inputs=lambda rnd, shape: [
            {
                "file": joined_text(
                    joined_text(mapped_value(integer(-5, 9), str), str(rnd.params["by"]), 3),
                    "\n",
                    4,
                )(rnd, "ordinary" if shape == "empty" else shape)
            }
        ],
    ),
    Template(
        name="number_lines",
        difficulty=2,
        harness=WRITES_FILE,
        choices={
            "start": (0, 1, 10),
            "by": (": ", ". ", " "),
        },
        text="""
Write `number_lines(path, out)`: writes to the file `out` each line of the file `path` with its
number and `"$by"` before it, counted from $start; each line ends with a line break. It returns how
many lines were written.
""",
        plan="Open both files, number the lines while reading, write each with one line break.",
        code="""
def number_lines(path, out):
    count = 0
    with open(path) as source, open(out, "w") as target:
        for line in source:
            text = line.rstrip("\\n")
            target.write(f"{count + $start}$by{text}\\n")
            count += 1
    return count
""",
        inputs=fixed_list(file(LINES), new_file),
    ),
    Template(
        name="sift",
        difficulty=2,
        harness=WRITES_FILE,
        choices={
            "word": ("a", "b", "#", " "),
            "which": (filling("hold", "in"), filling("do not hold", "not in")),
            "what": (
                filling("kept", "len(kept)"),
                filling("left out", "len(lines) - len(kept)"),
            ),
        },
        text="""
Write `sift(path, out)`: writes to the file `out`, in their order, the lines of the file `path` that
$which_say `"$word"`, each with a line break at its end. It returns how many lines were $what_say.
""",
        plan="Read all lines, keep the wanted ones, write them with their line breaks.",
        code="""
def sift(path, out):
    with open(path) as source:
        lines = source.read().splitlines()
    kept = [line for line in lines if "$word" $which_code line]
    with open(out, "w") as target:
        for line in kept:
            target.write(line + "\\n")
    return $what_code
""",
        inputs=fixed_list(file(LINES), new_file),
    ),
    Template(
        name="word_table",
        difficulty=2,
        choices={
            "least": (1, 2, 3),
            "case": (
                filling("Upper and lower case differ", ""),
                filling("Words are counted in lower case", ".lower()"),
            ),
            "longer": (1, 2),
        },
        text="""
Write `word_table(path)`: a dict from each word of the file to how often it comes, for the words of
at least $longer letters that come at least $least times. Words stand between white space.
$case_say.
""",
        plan="Count in a dict first and filter afterwards.",
        code="""
def word_table(path):
    counts = {}
    with open(path) as file:
        for word in file.read()$case_code.split():
            if len(word) >= $longer:
                counts[word] = counts.get(word, 0) + 1
    return {word: count for word, count in counts.items() if count >= $least}
""",
        inputs=fixed_list(file(joined_text(text("abAB", 2), " ", 7))),
    ),
    Template(
        name="read_settings",
        difficulty=3,
        ood=True,
        choices={
            "sign": ("=", ":"),
            "comment": ("#", ";"),
            "wins": (
                filling("last", "True"),
                filling("first", "key not in settings"),
            ),
            "missing": (
                filling("an empty dict", "return {}"),
                filling("`None`", "return None"),
            ),
        },
        text="""
Write `read_settings(path)`: a dict of the lines `key$sign value` of the file, both without spaces
around them. A value may hold `$sign` itself. Lines that start with `$comment` (perhaps after
spaces), that hold no `$sign` or whose key is empty are ignored; of equal keys the $wins_say one
counts. If there is no such file, return $missing_say.
""",
        plan="Strip each line, skip what is no setting, split at the first sign only.",
        code="""
def read_settings(path):
    settings = {}
    try:
        with open(path) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        $missing_code
    for line in lines:
        line = line.strip()
        if line.startswith("$comment"):
            continue
        key, found, value = line.partition("$sign")
        key = key.strip()
        if found and key and $wins_code:
            settings[key] = value.strip()
    return settings
""",
        inputs=fixed_list(file(PAIRS, MISSING)),
    ),
)
