"""Worker script: compares two LaTeX expressions, a question a line of standard input.

One JSON list [gold, given] a line, one JSON value back: true, false, or null where one of the two
could not be read. It is killed by its parent when it takes too long, and holds nothing that a
killing could harm. It imports nothing of ours: `python -I worker.py` starts it in any environment.
"""

import contextlib
import json
import logging
import signal
import sys

MEMORY = 2 * 1024**3
"""Bytes of address space; sympy and its grammar take a fifth of it."""

ORPHANED = 60
"""Seconds for one question; the parent is far less patient."""


def main() -> None:
    """Answer until the input ends."""
    # Not on Windows, whose parent never starts this; its own import must not fail there.
    import resource

    logging.disable(logging.CRITICAL)
    answers = sys.stdout
    # Whatever a library prints must not be read as an answer.
    sys.stdout = sys.stderr
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from math_verify import LatexExtractionConfig, parse, verify

    def read_latex(text: str) -> list[object]:
        # Its own time limit works by signals and swallows what happens: the parent's is a kill.
        found: list[object] = parse(
            f"${text}$",
            extraction_config=[LatexExtractionConfig()],
            fallback_mode="no_fallback",
            parsing_timeout=None,
        )
        return found

    def same(gold: str, given: str) -> bool | None:
        one, other = read_latex(gold), read_latex(given)
        if not one or not other:
            return None
        return bool(verify(one, other, timeout_seconds=None))

    # The grammar is built at the first question: not at the cost of whoever asks it.
    same("x^{2}", r"x \cdot x")
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        # Should the parent be gone, nobody else would end a question that never ends.
        signal.alarm(ORPHANED)
        try:
            said = same(*json.loads(line))
        except Exception:  # A hundred ways to fail at free text; each is "could not be read".
            said = None
        signal.alarm(0)
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
