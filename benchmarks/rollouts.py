"""Measure tokens a second of the student: one at a time, in a batch, and with a shared prefix.

Every way answers the same problems under the same strategy of about 370 tokens, in turn. The ratios
are of processor time, so that they stay when others use the machine as well.

With `--engines` it sets models beside each other instead, prompt and reply tokens apart: each reads
prompts that share nothing, once for a reply of one token and once for a reply of some length. The
clock's figures need a quiet machine.
"""

import argparse
import random
import statistics
import sys
import time
from typing import NamedTuple

from _figures import Columns, Figure, finish, make_parser, print_table

from tutelage.models import Model, Request, open_model

PROBLEMS, ALONE, ROUNDS, NEW = 32, 2, 2, 32
SLOTS = (1, 4)
"""Replies that llama.cpp writes at once."""
RULES = "\n".join(
    f"- When meetings {n} and {n + 1} overlap, name the meetings still running and write the "
    "comparison out."
    for n in range(13)
)


def problems() -> list[Request]:
    """Draw the same meetings every time."""
    draw = random.Random(7)
    asked = []
    for _ in range(PROBLEMS):
        starts = sorted(draw.sample(range(1, 9), draw.randint(2, 4)))
        meetings = ", ".join(f"{start}-{start + draw.randint(1, 4)}" for start in starts)
        prompt = f"Meetings {meetings}. Rooms {draw.randint(1, 2)}."
        asked.append(Request(prompt, "Can every meeting have a room?", RULES, max_tokens=NEW))
    return asked


class Speed(NamedTuple):
    """Tokens a second, by the clock and by the processor."""

    clock: float
    processor: float


def speed(model: Model, requests: list[Request], at_once: int) -> Speed:
    """Let the model answer `at_once` requests at a time."""
    clock, processor, tokens = time.perf_counter(), time.process_time(), 0
    for first in range(0, len(requests), at_once):
        replies = model.reply(requests[first : first + at_once])
        tokens += sum(reply.usage.output for reply in replies)
    return Speed(tokens / (time.perf_counter() - clock), tokens / (time.process_time() - processor))


def middle(speeds: list[Speed]) -> Speed:
    return Speed(*(statistics.median(column) for column in zip(*speeds, strict=True)))


def measure() -> list[Figure]:
    """Time each way, `ROUNDS` times, in turn."""
    asked = problems()
    whole = open_model("smollm2-135m", share_prefix=False)
    shared = open_model("smollm2-135m")
    ways: list[list[Speed]] = [[], [], []]
    for model in (whole, shared):
        model.reply(asked[:1])
    for _ in range(ROUNDS):
        ways[0].append(speed(whole, asked[:ALONE], 1))
        ways[1].append(speed(whole, asked, PROBLEMS))
        ways[2].append(speed(shared, asked, PROBLEMS))
    alone, batch, together = map(middle, ways)
    return [
        Figure("one at a time", alone.clock, "tokens/s"),
        Figure(f"batch of {PROBLEMS}", batch.clock, "tokens/s"),
        Figure(f"batch of {PROBLEMS}, shared prefix", together.clock, "tokens/s"),
        Figure("one at a time", alone.processor, "tokens/processor s"),
        Figure(f"batch of {PROBLEMS}", batch.processor, "tokens/processor s"),
        Figure(f"batch of {PROBLEMS}, shared prefix", together.processor, "tokens/processor s"),
        Figure("batch / one at a time", batch.processor / alone.processor, "x", least=2.0),
        Figure("shared prefix / batch", together.processor / batch.processor, "x", least=3.0),
        Figure("shared / one at a time", together.processor / alone.processor, "x", least=8.0),
    ]


def long_problems(seed: int, new: int) -> list[Request]:
    """Draw prompts of about 150 tokens that differ from their first word on."""
    draw = random.Random(seed)
    asked = []
    for _ in range(PROBLEMS):
        hours = [draw.sample(range(100, 1000), 2) for _ in range(16)]
        meetings = ", ".join(f"{first}-{second}" for first, second in hours)
        asked.append(Request(f"{meetings}: list all of them by length.", max_tokens=new))
    return asked


def read_and_write(model: Model) -> tuple[Speed, Speed]:
    """Return the speeds at which the model reads prompts and at which it writes replies."""
    model.reply([Request("Warm up.", max_tokens=2)])
    short, long = (_spend(model, long_problems(seed, new)) for seed, new in ((1, 1), (2, NEW)))
    # Both read as much: what the long one takes more is its writing.
    written = long.written - short.written
    return (
        Speed(short.read / short.clock, short.read / short.processor),
        Speed(written / (long.clock - short.clock), written / (long.processor - short.processor)),
    )


class Spent(NamedTuple):
    """Tokens and seconds of some replies."""

    read: int
    written: int
    clock: float
    processor: float


def _spend(model: Model, requests: list[Request]) -> Spent:
    clock, processor = time.perf_counter(), time.process_time()
    used = [reply.usage for reply in model.reply(requests)]
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return Spent(sum(it.input for it in used), sum(it.output for it in used), clock, processor)


def compare_engines(specs: list[str]) -> list[Figure]:
    """Measure each model, one of llama.cpp with each number of slots."""
    figures = []
    for spec in specs:
        ways = SLOTS if spec.startswith("llama:") else (0,)
        for slots in ways:
            options = {"slots": slots} if slots else {}
            model = open_model(spec, role="student", **options)
            name = f"{spec}, {slots} at once" if slots else f"{spec}, {model.batch_size} at once"
            for kind, found in zip(("prompt", "reply"), read_and_write(model), strict=True):
                figures += [
                    Figure(f"{name}: {kind}", found.clock, "tokens/s"),
                    Figure(f"{name}: {kind}", found.processor, "tokens/processor s"),
                ]
    return figures


def parse_options() -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument("--engines", nargs="+", metavar="SPEC", help="models to set side by side")
    return parser.parse_args()


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    options = parse_options()
    figures = compare_engines(options.engines) if options.engines else measure()
    width = max(36, *(len(it.name) for it in figures))
    print_table(figures, Columns(width, 10, 20, 8, decimals=1), "rollouts")
    return finish(figures, options)


if __name__ == "__main__":
    sys.exit(main())
