"""Each parser of foreign text has a bound, an except for what it raises, or a reason why not."""

import ast
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tutelage.bounded_json import DEEPEST, LONGEST, UnreadableJson, read_json
from tutelage.domains import get
from tutelage.graph.config.config import ConfigError, load_config
from tutelage.models.contract import ModelError
from tutelage.models.facts import folder_size
from tutelage.models.registry import open_model
from tutelage.store.errors import StoreCorrupt
from tutelage.store.events.upcasts import revive

from .test_house import ROOT, modules, parsed

PARSERS = {
    "json": {"loads", "load", "JSONDecoder"},
    "tomllib": {"loads", "load"},
    "ast": {"parse", "literal_eval"},
    "builtins": {"compile", "eval"},
    "pickle": {"loads", "load", "Unpickler"},
    "yaml": {"load", "safe_load", "load_all", "safe_load_all"},
    "csv": {"reader", "DictReader"},
}
"""Module -> its parsers, which may raise RecursionError on a deep text."""
OF_PYDANTIC = {"model_validate_json", "validate_json", "parse_raw"}
"""These have bounds of their own, and tell what they refuse by ValidationError."""
OWN = "a text of our own, which the log names by its hash"
WORKER = "our own process, before or behind any program"
ALLOWED: Mapping[str, tuple[int, str]] = {
    "commands/example.py": (1, "examples that ship with us"),
    "domains/debugging/mutants.py": (1, "solutions that ship with us"),
    "domains/humaneval.py": (1, "the rows of a wheel"),
    "domains/maths/symbolic.py": (1, WORKER),
    "domains/maths/worker.py": (1, WORKER),
    "domains/python_coding/benchmark_judging.py": (1, "signatures of a wheel's problems"),
    "domains/python_coding/reference_runner.py": (1, "solutions that ship with us"),
    "domains/python_coding/templates.py": (1, "what was written in the same line"),
    "domains/requirements.py": (1, "what was written in the same line"),
    "domains/sandbox/guest/app.py": (1, "inside the sandbox, which may break"),
    "domains/sandbox/inside/zygote.py": (3, WORKER),
    "domains/sandbox/zygote.py": (1, WORKER),
    "domains/writing/reference_text.py": (1, "data of a problem of ours"),
    "evidence/audit/results_file.py": (1, "CSV has no depth, and csv.Error is caught"),
    "graph/calls/batch_records.py": (2, OWN),
    "graph/context.py": (1, OWN),
    "graph/measure/blind_pairs.py": (1, OWN),
    "graph/measure/rejudge.py": (1, OWN),
    "graph/run.py": (1, OWN),
    "models/remote/message_batches.py": (3, "caught by `_step`, which is a context manager"),
    "models/schema.py": (1, "the schema of a request, which no model writes"),
    "reports/html/samples.py": (1, OWN),
    "reports/run_story.py": (1, OWN),
    "reports/strategy_story.py": (1, OWN),
    "trainer/examples.py": (1, OWN),
    "trainer/manifest.py": (1, "whoever reads a manifest asks `is_whole` first"),
    "weights/catalogue.py": (1, "a catalogue that ships with us"),
}
"""Shipped file -> how many parsers stand there without an except, and why they may."""


def parser_calls(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Line, name and whether an except catches what it raises, of each call of a parser."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in PARSERS:
            names |= {it.asname or it.name: f"{node.module}.{it.name}" for it in node.names}
        elif isinstance(node, ast.Import):
            names |= {it.asname or it.name: it.name for it in node.names}

    def walk(node: ast.AST, caught: frozenset[str]) -> Iterator[tuple[int, str, bool]]:
        if isinstance(node, ast.Try):
            inner = caught | {name for it in node.handlers for name in types_in(it.type)}
            for part in node.body:
                yield from walk(part, inner)
            for part in [*node.handlers, *node.orelse, *node.finalbody]:
                yield from walk(part, caught)
            return
        if isinstance(node, ast.With):
            for it in node.items:
                call = it.context_expr
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("suppress"):
                    caught |= {name for arg in call.args for name in types_in(arg)}
        elif isinstance(node, ast.FunctionDef | ast.Lambda):
            caught = frozenset()  # It runs later, outside of the try.
        # A parser that is handed on, as in map(json.loads, lines), counts as well.
        if isinstance(node, ast.Attribute | ast.Name) and (said := parser_of(node, names)):
            wanted = (
                {"ValidationError", "ValueError"} if said in OF_PYDANTIC else {"RecursionError"}
            )
            yield node.lineno, said, bool(caught & {*wanted, "Exception", "BaseException"})
        for child in ast.iter_child_nodes(node):
            yield from walk(child, caught)

    yield from walk(tree, frozenset())


def types_in(node: ast.expr | None) -> Iterator[str]:
    if node is None:
        yield "BaseException"
    elif isinstance(node, ast.Tuple):
        yield from (name for each in node.elts for name in types_in(each))
    else:
        yield ast.unparse(node).rpartition(".")[2]


def parser_of(node: ast.Attribute | ast.Name, names: Mapping[str, str]) -> str:
    """Dotted name of the parser that an expression is; empty for any other."""
    if isinstance(node, ast.Attribute):
        if node.attr in OF_PYDANTIC:
            return node.attr
        module = names.get(ast.unparse(node.value), "")
        return f"{module}.{node.attr}" if node.attr in PARSERS.get(module, ()) else ""
    if node.id in PARSERS["builtins"]:
        return node.id
    module, _, name = names.get(node.id, "").rpartition(".")
    return names[node.id] if name in PARSERS.get(module, ()) else ""


def test_every_parser_is_bounded_or_caught_or_says_why_not() -> None:
    bare: Counter[str] = Counter()
    lines, seen = [], 0
    for file in modules():
        place = file.relative_to(ROOT).as_posix()
        for line, name, caught in parser_calls(parsed(file)):
            seen += 1
            if not caught:
                bare[place] += 1
                lines.append(f"{place}:{line}: {name}")
    assert seen > 40, "the test must see the parsers that it judges"
    assert dict(bare) == {place: count for place, (count, _) in ALLOWED.items()}, lines


@pytest.mark.parametrize(
    "code",
    [
        "import json\njson.loads(text)",
        "from json import loads as read\nread(text)",
        "import json\nrows = map(json.loads, lines)",
        "import json\ntry:\n    json.loads(text)\nexcept ValueError:\n    pass",
        "import json\ntry:\n    pass\nexcept RecursionError:\n    json.loads(text)",
        "import ast\ntry:\n    f = lambda: ast.parse(text)\nexcept RecursionError:\n    pass",
        "import tomllib\ntomllib.loads(text)",
        "compile(source, name, 'exec')",
        "Form.model_validate_json(text)",
    ],
)
def test_a_parser_that_may_raise_is_found(code: str) -> None:
    assert [caught for _, _, caught in parser_calls(ast.parse(code))] == [False]


@pytest.mark.parametrize(
    "code",
    [
        "import json\ntry:\n    json.loads(text)\nexcept (ValueError, RecursionError):\n    pass",
        "import ast\nwith contextlib.suppress(RecursionError):\n    ast.literal_eval(text)",
        "try:\n    Form.model_validate_json(text)\nexcept ValidationError:\n    pass",
    ],
)
def test_a_parser_whose_exceptions_are_caught_is_left_alone(code: str) -> None:
    assert [caught for _, _, caught in parser_calls(ast.parse(code))] == [True]


HOSTILE = [
    "", " ", "nonsense", "{", "[1,]", "[" * 5_000, '{"a":' * 5_000, "[" * 300_000,
    "[" * 5_000 + "]" * 5_000, "9" * 5_000, "-" + "9" * 100_000,
    '"\\ud800"', '{"\\udc00": 1}', '"\ud800"', '["a', '"\\', "\0", "\ufeff{}",
]  # fmt: skip
"""Texts that are no JSON, or none that can be kept; as data, so that pytest need not print them."""


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_foreign_json_is_refused_with_one_kind_of_error(place: int) -> None:
    with pytest.raises(UnreadableJson) as told:
        read_json(HOSTILE[place])
    assert 0 < len(str(told.value)) < 200


def test_json_in_bounds_is_read_as_json_reads_it() -> None:
    for text in (
        '{"a": [1, 2.5, "\\ud83d\\ude00", "[[[[", null, true]}',
        json.dumps("[" * 100_000),
        json.dumps('"[' * 1_000 + "\\"),
        "[" * DEEPEST + "]" * DEEPEST,
        "[" + ",".join(["[]"] * 1_000) + "]",
    ):
        assert read_json(text) == json.loads(text)
    with pytest.raises(UnreadableJson, match="101 deep, and 100"):
        read_json("[" * 101 + "]" * 101)
    with pytest.raises(UnreadableJson, match="characters"):
        read_json(" " * 20, longest=10)
    assert LONGEST > 10**7


def test_no_text_at_all_makes_it_raise_anything_else() -> None:
    rnd = random.Random(11)
    pieces = [*'[]{},:"\\', "null", "1e", "9" * 4_400, "\\ud800", "\ud800", '"a":', " ", "-", "\n"]
    for _ in range(1_000):
        text = "".join(rnd.choices(pieces, k=rnd.randint(1, 30))) * rnd.choice([1, 1, 1, 20])
        try:
            found = read_json(text)
        except UnreadableJson:
            continue
        json.dumps(found, ensure_ascii=False).encode()


def test_pydantics_own_parser_is_bounded() -> None:
    class Form(BaseModel):
        a: Any

    for text in HOSTILE:
        with pytest.raises(ValidationError):
            Form.model_validate_json(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ValidationError, match="recursion limit"):
        Form.model_validate_json('{"a":' + "[" * 250 + "]" * 250 + "}")


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, '"\\ud800"'])
def test_files_of_others_are_refused_in_words(tmp_path: Path, text: str) -> None:
    problems = tmp_path / "problems.jsonl"
    problems.write_text(text)
    for name, option in (
        (str(problems), {}),
        (f"mbpp:{problems}", {}),
        ("maths", {"file": str(problems)}),
    ):
        with pytest.raises(ValueError, match="line 1"):
            get(name, option).problems("test", 1, 0)
    (tmp_path / "config.json").write_text(text)
    assert folder_size(str(tmp_path)).context is None
    with pytest.raises(StoreCorrupt):
        revive("run", "start", "RunStarted", 1, text)


def test_a_config_and_a_script_that_are_too_deep_are_refused_in_words(tmp_path: Path) -> None:
    config, script = tmp_path / "run.toml", tmp_path / "script.json"
    for text in ("a = " + "[" * 50_000, "a = " + "9" * 5_000):
        config.write_text(text)
        with pytest.raises(ConfigError, match="not readable TOML"):
            load_config(config)
    for pattern in ("(" * 5_000, "a{99999999999999999999}"):
        script.write_text(json.dumps({"replies": [{"match": pattern}]}))
        with pytest.raises(ModelError, match="is no script"):
            open_model(f"scripted:{script}")
