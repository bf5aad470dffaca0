"""The house keeps its plan: arrows point down, names and captions are plain, the wheel is whole."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tutelage.domains.contract import RULE_LIMITS
from tutelage.models.registry import spec_forms
from tutelage.store.edits.contract import Body
from tutelage.store.events.upcasts import KINDS

from . import lints

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

GROUND = frozenset({"store", "domains", "models", "evidence"})
BELOW = frozenset({"bounded_json", "paths", "spelling", "terminal", "weights"})
"""What every folder may import."""
MAY_IMPORT = {
    "bounded_json": frozenset[str](),
    "paths": frozenset[str](),
    "spelling": frozenset[str](),
    "terminal": frozenset[str](),
    "weights": frozenset({"bounded_json", "paths", "spelling"}),
    **dict.fromkeys(GROUND, BELOW),
    "trainer": BELOW | GROUND,
    "graph": BELOW | GROUND | {"trainer"},
    "reports": BELOW | GROUND | {"trainer", "graph"},
    "commands": BELOW | GROUND | {"trainer", "graph", "reports"},
    "__main__": BELOW | GROUND | {"trainer", "graph", "reports", "commands"},
    "__init__": frozenset[str](),
}
INSIDE_GRAPH = (
    {"state", "config"},
    {"calls", "teacher"},
    {"context"},
    {"measure"},
    {"screening"},
    {"planning"},
    {"nodes"},
    {"build"},
    {"run"},
    {"__init__"},
)
"""The floors of `graph/`, from the ground up; an arrow leads to a lower one."""

ASKING = frozenset(
    (
        "what",
        "how",
        "who",
        "where",
        "why",
        "whether",
        "when",
        "which",
        "whoever",
        "whatever",
        "whose",
    )
)
PARTICIPLES = frozenset((ROOT / "tests" / "participles.txt").read_text().split())
CONTENT = ("domains/python_coding/topics/",)
"""Folders of problem templates: their functions are content, which students read."""


def sources() -> Iterator[Path]:
    for name in SHIPPED:
        place = ROOT / name
        files = sorted(it for it in place.rglob("*") if it.is_file() and it.suffix != ".pyc")
        yield from files if place.is_dir() else [place]


def modules() -> list[Path]:
    return [file for file in sources() if file.suffix == ".py"]


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def room(file: Path) -> str:
    """The folder or root file that a source belongs to."""
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and dotted parts of each import of another part of the package, lazy ones too."""
    here = file.relative_to(ROOT).parts[:-1]
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - (node.level - 1)]
            base += tuple(node.module.split(".")) if node.module else ()
            yield from ((node.lineno, (*base, alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.module.startswith("tutelage"), f"{file}:{node.lineno}"
        elif isinstance(node, ast.Import):
            assert not any(a.name.startswith("tutelage") for a in node.names), f"{file}"


def module_of(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Path parts of the file that an import reaches; None for the root's own names."""
    while parts:
        if (ROOT.joinpath(*parts) / "__init__.py").is_file():
            return (*parts, "__init__")
        if ROOT.joinpath(*parts).with_suffix(".py").is_file():
            return parts
        parts = parts[:-1]
    return None


@cache
def arrows() -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every import as a pair of files, by their path parts."""
    found = set()
    for file in modules():
        here = file.relative_to(ROOT).with_suffix("").parts
        for _, parts in imported(file):
            there = module_of(parts)
            if there is not None and there != here:
                found.add((here, there))
    return frozenset(found)


def floor_plan(folder: tuple[str, ...]) -> Mapping[str, set[str]]:
    """Entry of a folder -> the entries of the same folder that something in it imports."""
    depth = len(folder)
    plan: dict[str, set[str]] = defaultdict(set)
    for here, there in arrows():
        if here[:depth] == there[:depth] == folder and here[depth] != there[depth]:
            plan[here[depth]].add(there[depth])
    return plan


def levels(plan: Mapping[str, set[str]]) -> dict[str, int]:
    """Entry -> its level, 1 for one that imports none. Raises ValueError that draws a circle."""
    known: dict[str, int] = {}

    def climb(entry: str, path: tuple[str, ...]) -> int:
        if entry in path:
            raise ValueError(" -> ".join([*path[path.index(entry) :], entry]))
        if entry not in known:
            below = (climb(it, (*path, entry)) for it in plan.get(entry, ()))
            known[entry] = 1 + max(below, default=0)
        return known[entry]

    for entry in list(plan):
        climb(entry, ())
    return known


def test_arrows_only_point_down() -> None:
    seen = 0
    for file in modules():
        for line, (target, *_) in imported(file):
            if target in ("__version__", room(file)):
                continue
            seen += 1
            assert target in MAY_IMPORT[room(file)], (
                f"{file.relative_to(ROOT)}:{line}: {room(file)} may not import {target}"
            )
    assert seen > 50, "the test must see the imports that it judges"


def test_no_folder_has_a_circle_among_its_entries() -> None:
    folders = sorted({file.parent.relative_to(ROOT).parts for file in modules()})
    assert len(folders) > 20
    for folder in folders:
        try:
            levels(floor_plan(folder))
        except ValueError as circle:
            pytest.fail(f"{'/'.join(folder) or 'the root'}: {circle}")


def test_a_circle_is_drawn() -> None:
    with pytest.raises(ValueError, match="a -> b -> c -> a"):
        levels({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}})
    assert levels({"a": {"b", "c"}, "b": {"c"}}) == {"a": 3, "b": 2, "c": 1}


def test_the_loops_folder_is_small_and_flat() -> None:
    entries = {path.stem for path in (ROOT / "graph").iterdir() if path.name != "__pycache__"}
    assert len(entries) <= 12
    assert set().union(*INSIDE_GRAPH) == entries
    assert max(levels(floor_plan(("graph",))).values()) <= 10


def test_arrows_inside_the_loops_folder_point_down() -> None:
    floor = {name: number for number, names in enumerate(INSIDE_GRAPH) for name in names}
    for entry, targets in floor_plan(("graph",)).items():
        up = {target for target in targets if floor[target] >= floor[entry]}
        assert not up, f"graph/{entry} may not import {up}"


def test_no_node_imports_a_node() -> None:
    nodes = ("graph", "nodes")
    assert floor_plan(nodes) == {}
    assert {here[2] for here, _ in arrows() if here[:2] == nodes} > {"solve", "validate"}


def docstrings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Name and docstring of the file itself and of all its classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", "the file"), text


def functions(file: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef))


def named_by_a_library(file: Path) -> set[ast.AST]:
    """Methods that keep a library's contract (`class X(library.Y)`), which gives their names."""
    classes = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.ClassDef)]
    foreign = [it for it in classes if any(isinstance(base, ast.Attribute) for base in it.bases)]
    return {method for each in foreign for method in each.body}


def python_files() -> list[Path]:
    """Every Python file of the repository, tests and benchmarks too."""
    return [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]


def test_a_caption_begins_with_a_verb_or_a_noun() -> None:
    for file in python_files():
        shipped = file.is_relative_to(ROOT / "tests") is False
        for name, text in docstrings(parsed(file)):
            if shipped or name == "the file":
                first = re.split(r"\W", text.lstrip("`"))[0].lower()
                assert first not in ASKING, f"{file.relative_to(ROOT)}: {name}: {text[:60]!r}"


def test_no_functions_name_is_a_bare_participle_or_ends_in_one() -> None:
    for file in modules():
        if file.relative_to(ROOT).as_posix().startswith(CONTENT):
            continue
        for function in set(functions(file)) - named_by_a_library(file):
            last = function.name.strip("_").rpartition("_")[2]
            assert last not in PARTICIPLES, (
                f"{file.relative_to(ROOT)}:{function.lineno} {function.name}"
            )


def test_files_of_logic_and_functions_stay_short() -> None:
    long = {
        f"{file.relative_to(ROOT)}:{function.name}"
        for file in modules()
        for function in functions(file)
        if (function.end_lineno or 0) - function.lineno + 1 > 45
    }
    assert long == set()
    for file in modules():
        place = file.relative_to(ROOT).as_posix()
        if not place.startswith(CONTENT):
            assert len(file.read_text().splitlines()) <= 300, place


def test_domains_and_the_store_hold_rules_to_the_same_limits() -> None:
    schema = Body.model_json_schema()["properties"]
    limits = {name: field["maxLength"] for name, field in schema.items() if "maxLength" in field}
    assert limits == RULE_LIMITS


def test_no_two_files_have_a_class_of_one_name() -> None:
    homes: dict[str, list[Path]] = defaultdict(list)
    for file in modules():
        for node in parsed(file).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(file.relative_to(ROOT))
    assert len(homes) > 200
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_importing_a_ground_floor_loads_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "peft", "chromadb", "anthropic", "langgraph"]
    code = (
        "import sys, tutelage, tutelage.store, tutelage.domains, tutelage.models, "
        "tutelage.evidence, tutelage.trainer\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in a freshly built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1"},
        capture_output=True,
        check=True,
    )
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_nothing_but_the_package(wheel: list[str]) -> None:
    strangers = [n for n in wheel if not re.match(r"tutelage(-[^/]+\.dist-info)?/", n)]
    assert strangers == []
    assert not any("test" in name for name in wheel)


def test_the_wheel_holds_every_source(wheel: list[str]) -> None:
    for file in sources():
        assert f"tutelage/{file.relative_to(ROOT).as_posix()}" in wheel


def test_the_editable_links_name_what_is_shipped() -> None:
    # Python may keep what it compiled beside the links.
    links = [it for it in (ROOT / ".dev" / "tutelage").iterdir() if it.name != "__pycache__"]
    assert {link.name for link in links} == set(SHIPPED)
    for link in links:
        assert link.is_symlink() and link.resolve() == ROOT / link.name


MOST_READINGS = 40
"""Tests of an event's class, asserts of any, and folds over several kinds, wherever shipped."""
EVENT_KINDS = {*KINDS, "Event", "AnyEvent"}
SEES_LOG = ("store", "trainer", "graph", "reports", "commands")
NO_SLOT = {
    "store/slots.py": (13, "it is the module of slots"),
    "store/contract.py": (1, "the keepers hash a slot"),
    "store/memory.py": (1, "a keeper finds what begins with a text"),
    "store/sqlite/log.py": (1, "a keeper finds what begins with a text"),
    "graph/measure/blind_pairs.py": (1, "the side on which a reply is shown is drawn from a slot"),
    "graph/state.py": (1, "a seed is drawn from a slot"),
    "graph/teacher/model.py": (1, "a shuffle is drawn from slots"),
    "reports/html/markup.py": (1, "an anchor is made of any text"),
    "commands/resume.py": (2, "the beginning of a setting's name"),
}
"""Shipped file -> how often, and why, it handles slots, or what is called like one, as text."""


def shipped_trees() -> Iterator[tuple[str, ast.Module]]:
    yield from ((file.relative_to(ROOT).as_posix(), parsed(file)) for file in modules())


def test_events_are_read_by_their_kind_and_not_tested_for_it() -> None:
    kinds = set(EVENT_KINDS)
    for _, tree in shipped_trees():
        kinds |= lints.unions_of(tree, kinds)
    readings, folds = (
        [
            f"{place}:{line}: {code}"
            for place, tree in shipped_trees()
            for line, code in of(tree, kinds)
        ]
        for of in (lints.untyped_readings, lints.folds)
    )
    print(f"{len(readings)} tests of a class, {len(folds)} folds", *readings, *folds, sep="\n")
    assert len(readings) + len(folds) <= MOST_READINGS


def test_a_slot_is_built_and_read_by_its_module_alone() -> None:
    makers = lints.makers_of(parsed(ROOT / "store" / "slots.py"))
    found = [
        f"{place}:{line}: {code}"
        for place, tree in shipped_trees()
        if place not in NO_SLOT and place.split("/")[0] in SEES_LOG
        for line, code in lints.slots_as_text(tree, makers)
    ]
    assert found == []
    for place, (leave, _) in NO_SLOT.items():
        assert len(list(lints.slots_as_text(parsed(ROOT / place), makers))) == leave, place


def test_a_models_spec_is_compared_in_the_registry_alone() -> None:
    starts = [re.split(r"[\[<+]", form)[0] for form, _ in spec_forms()]
    assert {"anthropic:", "hf:", "smollm2-135m"} <= set(starts)
    found = [
        f"{place}:{line}: {code}"
        for place, tree in shipped_trees()
        if place != "models/registry.py"
        for line, code in lints.model_prefixes(tree, starts)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(event, str)",
        "isinstance(x, GateDecided)",
        "isinstance(entry.event, events.GateDecided | events.Solved)",
        "issubclass(kind, (Solved, Reflected))",
        "PAIR = Solved | Reflected\nisinstance(it, PAIR)",
        "assert isinstance(x, dict) and isinstance(y, dict)",
        "type(x) is GateDecided",
        "x.kind == 'GateDecided'",
        "x.kind in ('GateDecided', 'Solved')",
        "type(event).__name__ == 'Solved'",
        "event.__class__ is Solved",
    ],
)
def test_a_test_of_an_events_class_is_counted(code: str) -> None:
    tree = ast.parse(code)
    kinds = EVENT_KINDS | lints.unions_of(tree, EVENT_KINDS)
    assert len(list(lints.untyped_readings(tree, kinds))) == 1
    assert not list(lints.untyped_readings(ast.parse("isinstance(x, dict)"), kinds))


@pytest.mark.parametrize(
    "code",
    [
        "f'{slot}/gate'",
        "f'{event.slot}#{n}'",
        "slot + '/gate'",
        "'%s/gate' % slot",
        "'{}/gate'.format(slot)",
        "'/'.join([slot, name])",
        "'/'.join(it.slot for it in events)",
        "event.slot.removesuffix('/gate')",
        "event.slot.split('/')",
        "event.slot.startswith('manual/')",
        "old_slot.rpartition('/')",
        "'/gate' in event.slot",
        "event.slot == 'baseline/probe'",
        "event.slot[3:]",
        "re.match('c([0-9]+)/', event.slot)",
        "_PLACE.fullmatch(slot)",
        "slot = f'c{cycle}/transfer'",
        "slot = 'a' if x else f'b/{n}'",
        "Solved(slot='/'.join(parts))",
        "log.find(Solved, run, f'c{cycle}/solve')",
        "log.find(Solved, run, 'start')",
        "log.entries(prefix=cycle + '/')",
        "here = slots.part(step, 'gate')\nf'{here}/1'",
        "here = run.slot('open')\nhere.split('/')",
        "def gate_slot(step: str) -> str:\n    return f'{step}/gate'",
        "match slot:\n    case 'start':\n        pass",
        "here = f'c{c}/r{r}/solve'\nlog.find(Solved, run, here)",
        "def gate_of(step):\n    return f'{step}/gate'\nSolved(slot=gate_of(step))",
        "from ..store.slots import part\nstep = part(s, 'gate')\nstep.split('/')",
        "slot += '/x'",
        "f'{gate.incumbent_attempts}/0'",
        "event.call.removesuffix('/reply')",
        "asked.gate.partition('#')",
        "for it in edit.because:\n    it.split('/')",
        "[it.split('/') for it in edit.because]",
        "f'{gate.stream}#{s}'",
        "event.slot in ('evaluate', 'finish')",
        "event.model_copy(update={'slot': 'a/b'})",
        "PurePath(slot)",
        "os.path.join(slot, name)",
        "slots.below('c1/r1', 'solve')",
        "slots.below(step, 'solve')",
        "slots.part(f'c{cycle}/solve', 'gate')",
    ],
)
def test_a_slot_that_is_built_or_read_as_text_is_found(code: str) -> None:
    assert list(lints.slots_as_text(ast.parse(code), {"part", "below"}))


def test_a_slot_that_is_only_handed_on_is_left_alone() -> None:
    code = """
slot = slots.part(step, "gate")
Solved(slot=slots.below(slot, 1))
raise ValueError(f"Slot {slot!r} is taken.")
known[event.slot] = slot in known or event.slot == slot
TemporaryDirectory(prefix="tutelage-")
event.call in known and event.gate == gate
Path(f"{folder}/page.html").write_text(f"a/{b}")
slots.run_step("floors", "val")
"""
    assert list(lints.slots_as_text(ast.parse(code), {"part", "below"})) == []


@pytest.mark.parametrize(
    "code",
    [
        "spec.startswith('hf:')",
        "spec.startswith(('anthropic:', 'messages:'))",
        "PAID = ('anthropic:', 'messages:')",
        "spec == 'smollm2-135m'",
        "spec in ('smollm2-135m', 'smollm2-135m+a')",
        "spec.removeprefix('scripted:')",
        "spec.partition(':')[0] == 'anthropic'",
        "spec.partition(':')[0] in {'hf'}",
        "{'smollm2-135m': 135}",
        "sizes.get('smollm2-135m')",
        "re.match('hf:.*', spec)",
        "match spec:\n    case 'smollm2-135m':\n        pass",
        "'smollm2' in spec",
        "spec.startswith('smollm2')",
        "'+' in spec",
        "spec.startswith(PREFIX + ':')",
        "{'hf': 1}[kind]",
    ],
)
def test_a_compared_beginning_of_a_spec_is_found(code: str) -> None:
    starts = ("anthropic:", "messages:", "hf:", "smollm2-135m", "scripted:")
    assert list(lints.model_prefixes(ast.parse(code), starts))
    harmless = ast.parse("examples('tutelage run --student hf:a', 'hf:folder')")
    assert list(lints.model_prefixes(harmless, starts)) == []
