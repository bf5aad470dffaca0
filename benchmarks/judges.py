"""Measure judges: the hidden tests of python_coding, or with `answers` all that read an answer.

`answers` prints, by domain and class, how many of the generated replies of `tests/judging` are
misjudged; `--list` shows each of them, `--time` what a reply costs.

Without it the hidden tests are measured: mutants they let pass, rewrites they refuse. A mutant is
a reference solution that was changed in one place. It counts where it differs from the reference
on any of 2,000 further inputs, drawn as the hidden tests are and apart from them. A rewrite does
the same as the reference in other words; it goes through the sandbox like a reply.
"""

import argparse
import ast
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import ClassVar

from tutelage.domains.debugging.mutants import mutants
from tutelage.domains.python_coding.cases import Case, draw, files_of, hidden_of
from tutelage.domains.python_coding.judging import judge
from tutelage.domains.python_coding.reference_runner import LINES, Endless, Program, compile_program
from tutelage.domains.python_coding.selection import tasks_by_id
from tutelage.domains.python_coding.templates import Task

LEAST_REJECTED = 0.98


def sample(per_template: int, templates: int, seed: int) -> list[Task]:
    """Choose some tasks of some templates, of any split."""
    rnd = random.Random(seed)
    by_name: dict[str, list[Task]] = {}
    for task in tasks_by_id().values():
        by_name.setdefault(task.name, []).append(task)
    names = rnd.sample(sorted(by_name), min(templates, len(by_name)))
    return [
        task
        for name in names
        for task in rnd.sample(by_name[name], min(per_template, len(by_name[name])))
    ]


def differs(task: Task, code: str, cases: list[Case]) -> bool:
    """Tell whether a program gives another result on any of `cases`, or does not end."""
    try:
        program = Program(compile_program(f"{code}\n\n{task.harness}"), files_of(cases))
        return any(not case.passes(program(task.calls, case.args, LINES)) for case in cases)
    except Endless:
        return True


class RenameVariables(ast.NodeTransformer):
    """Gives arguments and variables other names."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"{node.id}_x", node.ctx) if node.id in self.names else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(f"{node.arg}_x") if node.arg in self.names else node


def rename(tree: ast.Module) -> ast.AST:
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return RenameVariables(stored | given - {"self"}).visit(tree)


class TurnComparisons(ast.NodeTransformer):
    """Writes `a < b` as `b > a`."""

    SIGNS: ClassVar[dict[type[ast.cmpop], type[ast.cmpop]]] = {
        ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq,
        ast.NotEq: ast.NotEq,
    }  # fmt: skip

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        sign = self.SIGNS.get(type(node.ops[0]))
        if len(node.ops) != 1 or sign is None:
            return node
        return ast.Compare(node.comparators[0], [sign()], [node.left])


class PadBodies(ast.NodeTransformer):
    """Begins each body with `pass`."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Pass())
        return node


class SwapBranches(ast.NodeTransformer):
    """Writes `if a: x else: y` as `if not a: y else: x`, with `pass` for an `else` that lacks."""

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse or [ast.Pass()], node.body)


class LoopForever(ast.NodeTransformer):
    """Writes `while a: x` as `while True: if not a: break; x`."""

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        leave = ast.If(ast.UnaryOp(ast.Not(), node.test), [ast.Break()], [])
        return ast.While(ast.Constant(True), [leave, *node.body], [])


class NameAnswer(ast.NodeTransformer):
    """Writes `return a` as `answer = a; return answer`."""

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        if node.value is None:
            return node
        keep = ast.Assign([ast.Name("the_answer", ast.Store())], node.value)
        return [keep, ast.Return(ast.Name("the_answer", ast.Load()))]


class LoopOverIterator(ast.NodeTransformer):
    """Writes `for a in b: x` as a `while` over an iterator."""

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        name = f"over_{node.lineno}_{node.col_offset}"
        begin = ast.parse(f"{name} = iter([])").body[0]
        assert isinstance(begin, ast.Assign) and isinstance(begin.value, ast.Call)
        begin.value.args = [node.iter]
        loop = ast.parse(
            "while True:\n    try:\n"
            f"        x = next({name})\n    except StopIteration:\n        break"
        ).body[0]
        assert isinstance(loop, ast.While) and isinstance(loop.body[0], ast.Try)
        step = loop.body[0].body[0]
        assert isinstance(step, ast.Assign)
        step.targets = [node.target]
        return [begin, ast.While(loop.test, [*loop.body, *node.body], [])]


def add_helper(tree: ast.Module) -> ast.AST:
    """Add a helper that nobody needs before the code, and a constant behind it."""
    extra = ast.parse("def not_needed(value):\n    return value\n\n\nLIMIT_OF_NOTHING = 3\n").body
    tree.body = [extra[0], *tree.body, extra[1]]
    return tree


REWRITES: dict[str, Callable[[ast.Module], ast.AST]] = {
    "renamed": rename,
    "comparisons turned": lambda tree: TurnComparisons().visit(tree),
    "padded": lambda tree: PadBodies().visit(tree),
    "if turned": lambda tree: SwapBranches().visit(tree),
    "while True": lambda tree: LoopForever().visit(tree),
    "answer named": lambda tree: NameAnswer().visit(tree),
    "for as while": lambda tree: LoopOverIterator().visit(tree),
    "helper added": add_helper,
}


def rewrites(code: str) -> Iterator[tuple[str, str]]:
    """Yield each rewrite that changes anything, and all of them at once."""
    plain = ast.unparse(ast.parse(code))
    everywhere = ast.parse(code)
    for name, rewrite in REWRITES.items():
        changed = ast.unparse(ast.fix_missing_locations(rewrite(ast.parse(code))))
        everywhere = ast.parse(ast.unparse(ast.fix_missing_locations(rewrite(everywhere))))
        if changed != plain:
            yield name, changed
    yield "all at once", ast.unparse(everywhere)


def measure(tasks: list[Task], inputs: int, verbose: bool) -> bool:
    """Print the figures; return True if both goals are met."""
    counted, passed, made, refused = 0, 0, 0, 0
    let_pass: Counter[str] = Counter()
    for task in tasks:
        further = draw(task, "further", inputs)
        for mutant in mutants(task.code):
            rejected = differs(task, mutant.code, list(hidden_of(task)))
            if differs(task, mutant.code, further):
                counted += 1
                if not rejected:
                    passed += 1
                    let_pass[task.name] += 1
                    if verbose:
                        print(f"  let pass {task.name}: {mutant.before!r} -> {mutant.after!r}")
        for name, code in rewrites(task.code):
            made += 1
            verdict = judge(task, f"```python\n{code}\n```")
            if verdict.outcome != "right":
                refused += 1
                print(f"  refused {task.name}, {name}: {verdict.feedback}\n{code}")
    share = 1 - passed / max(1, counted)
    print(f"tasks            {len(tasks)} of {len({task.name for task in tasks})} templates")
    print(f"mutants          {counted} differ on {inputs} further inputs, {passed} pass")
    print(f"rejected         {share:.2%}  goal >= {LEAST_REJECTED:.0%}")
    if let_pass:
        print(f"most let pass    {let_pass.most_common(5)}")
    print(f"rewrites         {made}, {refused} refused  goal 0")
    return share >= LEAST_REJECTED and refused == 0 and counted > 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--templates", type=int, default=1000, help="how many, by chance")
    options.add_argument("--per-template", type=int, default=1, help="tasks of each")
    options.add_argument("--inputs", type=int, default=2000, help="further inputs of each task")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--verbose", action="store_true", help="print each mutant that passes")
    answers = options.add_subparsers(dest="judges").add_parser(
        "answers", help="the judges that read an answer, on generated replies"
    )
    answers.add_argument("--list", action="store_true", help="print each misjudged reply")
    answers.add_argument("--draw", default="", metavar="SEED", help="other replies than the fixed")
    answers.add_argument("--time", action="store_true", help="print the time of a reply instead")
    answers.add_argument("--json", default="", metavar="FILE", help="write the counts there")
    given = options.parse_args()
    if given.judges == "answers":
        import _bed

        if given.time:
            _bed.measure_times()
            return 0
        return 0 if _bed.measure(seed=given.draw, every=given.list, file=given.json) else 1
    begun = time.perf_counter()
    tasks = sample(given.per_template, given.templates, given.seed)
    met = measure(tasks, given.inputs, given.verbose)
    print(f"took             {time.perf_counter() - begun:.0f} s")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
