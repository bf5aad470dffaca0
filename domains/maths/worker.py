"""Worker script: compares two LaTeX expressions, a question a line of standard input.

One JSON list [gold, given, seconds] a line; one JSON list back, of two answers that are true, false
or null: whether math-verify finds them the same, and whether their values are. A question that
takes more seconds of this process's own time ends the process: load of the machine changes no
answer. It imports nothing of ours: `python -I worker.py` starts it in any environment.
"""

import contextlib
import functools
import json
import logging
import signal
import sys
from typing import Any

MEMORY = 2 * 1024**3
"""Bytes of address space; sympy and its grammar take a fifth of it."""
ORPHANED = 120
"""Seconds by the clock for one question, should the parent be gone or the process be stuck."""
POINTS = (0.37, 1.83, -2.59, 4.41)
"""Values for the letters."""
NEAR = 1e-12
NOISE = 1e-80


def main() -> None:
    """Answer until the input ends."""
    # Not on Windows, whose parent never starts this; its own import must not fail there.
    import resource

    signal.alarm(ORPHANED)
    logging.disable(logging.CRITICAL)
    answers = sys.stdout
    # Whatever a library prints must not be read as an answer.
    sys.stdout = sys.stderr
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from math_verify import verify

    def compare(gold: str, given: str) -> tuple[bool | None, bool | None]:
        try:
            one, other = read_latex(gold), read_latex(given)
        except Exception:  # A hundred ways to fail at free text; each is "could not be read".
            return None, None
        said = verify([one], [other], timeout_seconds=None, allow_set_relation_comp=True)
        with contextlib.suppress(Exception):
            return bool(said), _values_agree(one, other)
        return bool(said), None

    # The grammar is built at the first question: not at the cost of whoever asks it.
    compare("x^{2}", r"x \cdot x")
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        gold, given, seconds = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.alarm(ORPHANED)
        said = compare(gold, given)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        print(json.dumps(said), file=answers, flush=True)


@functools.lru_cache(maxsize=1_000)
def read_latex(text: str) -> Any:
    """Return the tree of the whole text; a unit, a capital or a second formula is not dropped."""
    from latex2sympy2_extended import NormalizationConfig, latex2sympy, normalize_latex
    from latex2sympy2_extended.latex2sympy2 import ConversionConfig
    from math_verify.grader import should_treat_as_complex
    from sympy import Basic, I

    text = normalize_latex(
        text, NormalizationConfig(units=False, malformed_operators=True, nits=False, boxed="none")
    )
    has_i = should_treat_as_complex(text)
    tree = latex2sympy(
        text,
        is_real=not has_i,
        normalization_config=None,
        conversion_config=ConversionConfig(lowercase_symbols=False),
    )
    if has_i and isinstance(tree, Basic):
        tree = tree.subs({letter: I for letter in tree.free_symbols if str(letter) == "i"})
    return tree


def _values_agree(one: Any, other: Any) -> bool | None:
    """Compare values at POINTS; None where there are none, as for a set."""
    from sympy import Eq, Expr, MatrixBase, Ne
    from sympy.core.relational import Relational

    if isinstance(one, MatrixBase) and isinstance(other, MatrixBase):
        return one.shape == other.shape and all(map(_values_agree, one, other))
    related = isinstance(one, Relational) and isinstance(other, Relational)
    if related:
        if {one.func, one.reversed.func} != {other.func, other.reversed.func}:
            return False
        # An equation times a number is the same equation, an inequality times a positive one.
        scaled = (lambda x: x) if isinstance(one, (Eq, Ne)) else abs
        one, other = (x.lhs - x.rhs if scaled is not abs else x.gts - x.lts for x in (one, other))
    if not (isinstance(one, Expr) and isinstance(other, Expr)):
        return None
    letters, pairs = sorted(one.free_symbols | other.free_symbols, key=str), []
    for turn in range(len(POINTS) if letters else 1):
        at = {letter: POINTS[(turn + i) % len(POINTS)] + i for i, letter in enumerate(letters)}
        pairs.append((one.evalf(20, subs=at), other.evalf(20, subs=at)))
    if not all(value.is_number and value.is_finite for pair in pairs for value in pair):
        return None
    if related:
        size, by = map(scaled, pairs[0])
        pairs = [(a * by, b * size) for a, b in pairs]
    return all(map(_near, *zip(*pairs, strict=True)))


def _near(one: Any, other: Any) -> bool:
    # One digit of precision is what is left of terms that cancel each other out.
    lost = any(getattr(value, "_prec", 53) == 1 for value in (one, other))
    return bool(abs(one - other) <= (NOISE if lost else NEAR * max(abs(one), abs(other))))


if __name__ == "__main__":
    main()
