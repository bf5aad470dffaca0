"""Every reader of foreign text takes time in proportion to it, whatever the text is."""

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from typing import Any

import pytest

from tutelage.domains import NeedsOptions, get, names
from tutelage.domains.python_coding.json_codec import MOST_KEYS, CodecError, decode, encode
from tutelage.domains.reading.answer_reader import AnswerReader
from tutelage.domains.reading.rules import JUDGES, Terms, read_by
from tutelage.domains.sandbox import Json
from tutelage.evidence.audit.replies import conclusion
from tutelage.evidence.leaks import leaks
from tutelage.graph.calls.secrets import REMOVED, redact
from tutelage.graph.screening.injection import orders_of
from tutelage.graph.screening.leaks import ForeignText, check_text
from tutelage.graph.teacher.contract import Unusable
from tutelage.graph.teacher.quoting import UntrustedBlocks
from tutelage.reports.html.markup import esc
from tutelage.store.errors import StoreError
from tutelage.store.rules import Rule, Strategy
from tutelage.store.strategies.word_diff import word_diff

from .found import FOLDERS, ROOT
from .measure import SIZES, Work, slow_text
from .strings import general

FOREIGN = {
    *("text", "reply", "plain", "said", "answer", "question", "prompt", "given", "code"),
    *("source", "tail", "digits", "words", "raw", "line", "latex", "gold", "bare", "solution"),
}
"""Names of parameters that take a text from outside."""
FILLED: dict[str, Any] = {
    "words": False,
    "classes": ("YES", "NO"),
    "secrets": ("correct-horse-battery",),
    "models": (),
    "terms": Terms(("YES", "NO")),
    "name": "f",
    "money": False,
    "concluded": False,
    "answer": "17",
    "old": "a b",
}
"""Values of their other parameters."""
SKIPPED = {
    "commands/errors.py complain": "prints our own words",
    "commands/output.py print_document": "prints",
    "domains/debugging/mutants.py mutants": "changes programs that we wrote",
    "domains/maths/expressions.py parse_plain": "gets no more than WIDEST characters",
    "domains/maths/notation.py tidy": "gets no more than LONGEST characters",
    "domains/maths/worker.py read_latex": "runs in a worker that is ended in time",
    "domains/maths/units.py unit_in": "gets no more than LONGEST characters",
    "domains/python_coding/benchmark_judging.py signature": "reads a benchmark's own program",
    "domains/python_coding/reference_runner.py compile_program": "compiles our own programs",
    "models/registry.py": "reads the name of a model",
}
"""Readers that no foreign text meets, or only a short one."""
LEADS = ("", "Answer: ", "Answer: 17 ", "Answer: 17\n", "\\boxed{", "<think>", "```python\n")
MARKS = ("Answer: 1\n", "answer is YES, ", "\\boxed{1} ", "x = 1\n", "YES ", "wait, ", "hm: 1 = ")
SLOW = frozenset({"humaneval", "mbpp", "python_coding", "debugging"})
"""Domains whose judge runs a program for each reply: only their readers are timed."""


def bank(size: int) -> Iterator[str]:
    """Yield hostile texts, plain and behind what leads to an answer."""
    yield from general(size)
    for lead in LEADS[1:]:
        for unit in (" ", "a", "1", "a ", "(", "\n", ", ", "!", *MARKS):
            yield lead + (unit * (size // len(unit) + 1))[: size - len(lead)]
    for unit in MARKS:
        yield (unit * (size // len(unit) + 1))[:size]


def _readers() -> Iterator[tuple[str, Work]]:
    """Yield each public function of the package that reads one foreign text."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                    if any(f"{path} {node.name}".startswith(it) for it in SKIPPED):
                        continue
                    if (places := _places(node)) is not None:
                        yield f"{path} {node.name}", partial(_call, path, node.name, places)


def _places(node: ast.FunctionDef) -> dict[str, Any] | None:
    """Return the values of all parameters but the text, which is None; None for no reader."""
    args = node.args
    needed = args.args[: len(args.args) - len(args.defaults)]
    needed += [it for it, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if not value]
    texts = [it for it in needed if it.arg in FOREIGN and _kind(it) == "str"]
    rest = [it for it in needed if it is not (texts[0] if texts else None)]
    if not texts or any(it.arg not in FILLED for it in rest):
        return None
    return {texts[0].arg: None, **{it.arg: FILLED[it.arg] for it in rest}}


def _kind(arg: ast.arg) -> str:
    return ast.unparse(arg.annotation) if arg.annotation else ""


def _call(path: str, name: str, places: dict[str, Any], text: str) -> None:
    function = inspect.unwrap(getattr(_module(path), name))
    with suppress(ValueError, LookupError, StoreError):
        made = function(**{key: text if it is None else it for key, it in places.items()})
        for _ in made if inspect.isgenerator(made) else ():
            pass


@cache
def _module(path: str) -> Any:
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return importlib.import_module(f"tutelage.{name}")


READERS = dict(_readers())


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_time_in_proportion_to_a_hostile_text(name: str) -> None:
    assert not (said := slow_text(READERS[name], bank)), said


def _judges() -> Iterator[tuple[str, Work]]:
    """Yield the judge of each domain that needs no options, on one of its problems."""
    for name in names():
        if name not in SLOW:
            with suppress(NeedsOptions):
                domain = get(name)
                (problem,) = domain.problems("train", 1, 0)
                yield f"the judge of {name}", partial(domain.judge, problem)


def _screen(text: str) -> None:
    orders_of.cache_clear()
    rule = Rule(id="r1", section="Method", text=text)
    foreign = [ForeignText("problem", text), ForeignText("reply", text)]
    with suppress(Unusable):
        check_text(Strategy(rules=(rule,)), problems={}, foreign=foreign)


def _find_leaks(text: str) -> None:
    # A rule has its own limit; how long a problem may be is its author's choice.
    leaks({"r1": text[:100]}, [("p1", text, "17"), ("p2", "What is 8 times 2, and then?", "16")])


OTHERS: dict[str, Work] = {
    **{f"the rule {rule}": partial(read_by, rule, terms=FILLED["terms"]) for rule in JUDGES},
    "the audit of classes": lambda text: conclusion(text, AnswerReader(), ("YES", "NO")),
    "the audit of numbers": lambda text: conclusion(text, AnswerReader(), numeric=True),
    "the screening of a rule": _screen,
    "the search for leaks": _find_leaks,
    "the quoting of a text": lambda text: UntrustedBlocks([text]).of("reply", text),
    "the escaping of a text": esc,
    "the diff of two texts": lambda text: word_diff(text, text[: len(text) // 2] + " b"),
}
WHOLE = {**dict(_judges()), **OTHERS}


SHORT = 500, 5_000
"""Within what a judge looks at."""


@pytest.mark.parametrize("sizes", [SHORT, pytest.param(SIZES, marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize("name", WHOLE)
def test_a_judge_and_a_screen_take_time_in_proportion_to_a_hostile_text(
    name: str, sizes: tuple[int, int]
) -> None:
    assert not (said := slow_text(WHOLE[name], bank, sizes)), said


PRIME = 2**61 - 1
"""Whole numbers that differ by it have one hash."""


@pytest.mark.parametrize(
    "chosen",
    [
        lambda n: {"set": [at * PRIME for at in range(n)]},
        lambda n: {"dict": [[at * PRIME, 1] for at in range(n)]},
        lambda n: {"set": [{"tuple": [at * PRIME, 1]} for at in range(n)]},
        lambda n: [at * PRIME for at in range(n)],
        lambda n: {"tuple": [[0], *(at * PRIME for at in range(n))]},
    ],
    ids=["set", "dict", "tuples", "list", "tuple"],
)
def test_values_whose_hashes_a_program_chose_are_refused(chosen: Callable[[int], Json]) -> None:
    """A list may be made a set by the test that gets it."""
    with pytest.raises(CodecError, match="share one hash"):
        decode(chosen(1000))

    def work(text: str) -> None:
        with suppress(CodecError):
            set(map(repr, decode(json.loads(text))))

    sizes = (300, 3000)
    assert not (said := slow_text(work, lambda n: [json.dumps(chosen(n))], sizes)), said


@pytest.mark.parametrize(
    "key",
    [lambda at: at, lambda at: at / 7, lambda at: (at,), lambda at: at or "a text"],
    ids=["int", "float", "tuple", "mixed"],
)
def test_a_dict_or_set_of_too_many_keys_whose_places_a_program_chose_is_refused(
    key: Callable[[int], object],
) -> None:
    """Python draws the places of texts by chance; numbers of different hashes may share theirs."""
    kept = [key(at) for at in range(MOST_KEYS)]
    texts = [f"text {at}" for at in range(5 * MOST_KEYS)]
    both = dict.fromkeys([*kept, *texts], 1)
    assert decode(encode(both)) == both and decode(encode(set(both))) == set(both)
    more = dict.fromkeys([*both, -1, -2], 1)
    for large in (more, set(more), [{"a": more}]):
        with pytest.raises(CodecError, match="more than 1000 keys"):
            decode(encode(large))
    assert decode(encode(list(more))) == list(more), "a list makes no table"


def test_values_that_are_alike_by_chance_are_kept() -> None:
    plain = [*range(-5000, 5000), *(at / 7 for at in range(5000)), *[0] * 5000, 2**70, 2**61 - 1]
    assert decode(encode(plain)) == plain
    few = set(plain[4700:5300] + plain[10_000:10_300] + plain[-2:])
    assert decode(encode(few)) == few
    assert decode(encode({(a, b): a for a in range(30) for b in range(30)}))[(3, 4)] == 3


def test_a_long_text_is_diffed_whole_and_a_short_one_by_its_words() -> None:
    assert [it.mark for it in word_diff("a b", "a c")] == ["same", "removed", "added"]
    long = word_diff("a " * 3000, "a " * 3001)
    assert [it.mark for it in long] == ["removed", "added"]
    assert long[0].text == "a " * 3000


def test_secrets_are_removed_wherever_they_stand() -> None:
    secret = "correct-horse-battery"
    assert redact(f"a {secret} b {secret}", [secret]) == f"a {REMOVED} b {REMOVED}"
