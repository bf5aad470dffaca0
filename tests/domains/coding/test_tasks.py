"""Tasks of python_coding: distinct, apart, told by examples, and judged by tests that bite."""

import ast
import builtins
import itertools
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tutelage.domains import SPLITS, NotEnoughProblems, Split, get
from tutelage.domains.python_coding.cases import examples_of, files_of, hidden_of
from tutelage.domains.python_coding.reference_runner import Program, compile_program
from tutelage.domains.python_coding.selection import draw, home_of, tasks_by_id
from tutelage.domains.python_coding.templates import Task
from tutelage.domains.python_coding.topics import TEMPLATES
from tutelage.domains.sandbox import Raised

CODING = get("python_coding")
TASKS = list(tasks_by_id().values())
ROOT = Path(__file__).parents[3]


def one_of_each_template() -> list[Task]:
    return list({task.name: task for task in TASKS}.values())


class Plain(ast.NodeTransformer):
    """Our own names by the order in which they come, so that only what is done is left."""

    def __init__(self) -> None:
        self.names = {name: name for name in dir(builtins)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.setdefault(node.id, f"n{len(self.names)}"), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names.setdefault(node.arg, f"n{len(self.names)}"))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.setdefault(node.name, f"n{len(self.names)}")
        return self.generic_visit(node)


def test_there_are_more_than_six_hundred_distinct_tasks_over_eleven_topics() -> None:
    forms = {ast.dump(Plain().visit(ast.parse(task.code))) for task in TASKS}
    assert len({task.id for task in TASKS}) == len(TASKS) >= 600
    assert len(forms) == len(TASKS), "no two references are one program under other names"
    assert len({template.topic for template in TEMPLATES}) == 11
    assert len({template.name for template in TEMPLATES}) == len(TEMPLATES)


def test_no_task_is_solved_by_the_reference_of_its_template_with_other_parameters() -> None:
    by_name: dict[str, list[Task]] = defaultdict(list)
    for task in TASKS:
        by_name[task.name].append(task)
    tried = 0
    for name in sorted(by_name)[::6]:
        for one, other in itertools.permutations(by_name[name][:6], 2):
            cases = hidden_of(other)
            program = Program(compile_program(f"{one.code}\n\n{one.harness}"), files_of(cases))
            tried += 1
            assert any(not case.passes(program(other.calls, case.args)) for case in cases), (
                f"{name}: {one.params} solves {other.params}"
            )
    assert tried > 200


def test_each_parameterisation_is_in_one_split_and_ood_holds_whole_templates_and_a_topic() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for task in TASKS:
        homes[task.name].add(home_of(task))
    for found in homes.values():
        assert found == {"ood"} or "ood" not in found
    topics = {
        split: {task.template.topic for task in TASKS if home_of(task) == split} for split in SPLITS
    }
    assert topics["ood"] - topics["train"] == {"dates"}
    assert min(Counter(map(home_of, TASKS)).values()) >= 150


def test_whole_splits_have_nothing_in_common_under_any_seed() -> None:
    counts = Counter(map(home_of, TASKS))
    held: dict[Split, set[str]] = {split: set() for split in SPLITS}
    for seed, split in itertools.product((0, 5), SPLITS):
        drawn = draw(TASKS, split, counts[split], seed, "python_coding")
        held[split] |= {task.id for task in drawn} | {task.text for task in drawn}
        assert len(held[split]) == 2 * counts[split], "ids and texts, the same under every seed"
    for one, other in itertools.combinations(SPLITS, 2):
        assert not held[one] & held[other]
    with pytest.raises(NotEnoughProblems, match=f"val, there are {counts['val']}"):
        CODING.problems("val", counts["val"] + 1, 0)


def test_forced_shapes_are_among_the_hidden_tests_and_what_raises_is_told() -> None:
    for task in one_of_each_template():
        shapes = Counter(case.shape for case in hidden_of(task))
        assert min(shapes[shape] for shape in ("empty", "single", "duplicates", "large")) >= 2
        for case in hidden_of(task):
            if isinstance(case.expected, Raised):
                assert case.expected.kind in task.text, task.name


def test_examples_are_short_and_differ_and_none_of_the_text_is_left_unfilled() -> None:
    for task in one_of_each_template():
        assert 1 <= len(examples_of(task)) <= 3
        results = [repr(case.expected) for case in examples_of(task)]
        assert len(set(results)) == len(results), task.name
        for written in (task.text, task.code, task.plan, task.harness):
            assert "$" not in written, task.name
        assert f"`{task.name}(" in task.text, "the text says how it is called"


def test_hidden_tests_are_the_same_in_every_process() -> None:
    program = (
        "from tutelage.domains.python_coding.selection import tasks; "
        "from tutelage.domains.python_coding.cases import hidden_of; "
        "print([hidden_of(t)[17].args for t in tasks()[::150]])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / ".dev")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] == f"{[hidden_of(task)[17].args for task in TASKS[::150]]}\n"


def test_topics_narrow_the_problems_and_a_wrong_one_names_the_right_ones() -> None:
    narrow = get("python_coding", {"topics": ["graphs", "classes"]})
    assert {p.topic for p in narrow.problems("train", 20, 0)} == {"graphs", "classes"}
    with pytest.raises(ValueError, match="Known: classes; dates"):
        get("python_coding", {"topics": ["poetry"]})


def test_a_round_of_problems_takes_every_template_before_one_comes_twice() -> None:
    drawn = [tasks_by_id()[p.data["task"]].name for p in CODING.problems("train", 30, 3)]
    assert len(set(drawn)) == 30


def run_benchmark(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "judges.py"), *options],
        env={"PYTHONPATH": str(ROOT / ".dev")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_of_some_templates_mutants_are_rejected_and_rewrites_are_not() -> None:
    done = run_benchmark("--templates", "4", "--inputs", "300")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 refused" in done.stdout


@pytest.mark.slow
def test_98_percent_of_the_mutants_of_most_templates_are_rejected_and_no_rewrite_is() -> None:
    done = run_benchmark("--templates", "60", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_problems_read_the_same_in_every_process() -> None:
    code = (
        "import tutelage.domains as d; print([p.text for name in ('python_coding', 'debugging') "
        "for split in d.SPLITS for p in d.get(name).problems(split, 60, 3)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(ROOT / ".dev"), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
