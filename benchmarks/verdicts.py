"""Measure whether two engines give one student the same verdicts, and which is faster.

Both answer the same problems, greedy and without a strategy. `--adapter` is a PEFT folder of a
Qwen2 student: torch wears it as it is, llama.cpp as a GGUF file that is written for it.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gguf
from _figures import Columns, Figure, finish, make_parser, print_table
from safetensors.numpy import load_file

from tutelage.domains import get
from tutelage.models import Model, Request, open_model
from tutelage.trainer.student_prompt import build_request

LAYERS = 200
"""More than any Qwen2 has: the names of their tensors are looked up."""


class Answers(NamedTuple):
    """Outcomes, texts and spending of one engine."""

    outcomes: list[str]
    texts: list[str]
    written: int
    clock: float
    processor: float


def answer(model: Model, domain: Any, problems: Sequence[Any]) -> Answers:
    """Let the model answer all problems, in batches of the size it likes."""
    requests: list[Request] = [build_request(domain.guide, problem) for problem in problems]
    model.reply(requests[:1])
    clock, processor = time.perf_counter(), time.process_time()
    replies = [
        reply
        for first in range(0, len(requests), model.batch_size)
        for reply in model.reply(requests[first : first + model.batch_size])
    ]
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    verdicts = [
        domain.judge(*pair) for pair in zip(problems, (r.text for r in replies), strict=True)
    ]
    return Answers(
        [verdict.outcome for verdict in verdicts],
        [reply.text.strip() for reply in replies],
        sum(reply.usage.output for reply in replies),
        clock,
        processor,
    )


def write_gguf_adapter(adapter: Path, file: Path) -> None:
    """Write a PEFT LoRA of a Qwen2 model as llama.cpp reads it.

    Its query and key rows keep their order; those of a Llama would have to be permuted.
    """
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, LAYERS)
    writer = gguf.GGUFWriter(file, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
    for name, weights in load_file(adapter / "adapter_model.safetensors").items():
        found = re.fullmatch(r"base_model\.model\.(.+)\.lora_([AB])\.weight", name)
        layer = names.get_name(found[1]) if found else None
        if found is None or layer is None:
            raise ValueError(f"{name} of {adapter} is no LoRA weight of a Qwen2 model.")
        writer.add_tensor(f"{layer}.weight.lora_{found[2].lower()}", weights.astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def open_with(spec: str, adapter: Path | None, folder: Path, slots: int) -> Model:
    """Open a model, with the adapter in the form that its engine reads."""
    if not spec.startswith("llama:"):
        return open_model(f"{spec}+{adapter}" if adapter else spec, role="student")
    if adapter:
        write_gguf_adapter(adapter, folder / "adapter.gguf")
        spec = f"{spec}+{folder / 'adapter.gguf'}"
    return open_model(spec, slots=slots)


def compare(ours: Answers, theirs: Answers) -> list[Figure]:
    """List how far two engines agree, and what each took."""
    n = len(ours.outcomes)
    changed = sum(a != b for a, b in zip(ours.outcomes, theirs.outcomes, strict=True))
    rewritten = sum(a != b for a, b in zip(ours.texts, theirs.texts, strict=True))
    return [
        Figure("problems", n, ""),
        Figure("verdicts that differ", 100 * changed / n, "%"),
        Figure("replies that differ", 100 * rewritten / n, "%"),
        *(Figure(f"{name}: right", it.outcomes.count("right"), "") for name, it in
          (("first", ours), ("second", theirs))),
        *(Figure(f"{name}: replies", it.written / it.clock, "tokens/s") for name, it in
          (("first", ours), ("second", theirs))),
        *(Figure(f"{name}: replies", it.written / it.processor, "tokens/processor s")
          for name, it in (("first", ours), ("second", theirs))),
    ]  # fmt: skip


def main() -> int:
    """Print how far the two engines agree."""
    parser = make_parser(__doc__)
    parser.add_argument("--first", default="smollm2-135m", metavar="SPEC")
    parser.add_argument("--second", default="llama:smollm2-135m", metavar="SPEC")
    parser.add_argument("--adapter", type=Path, metavar="FOLDER", help="that both wear")
    parser.add_argument("--domain", default="scheduling")
    parser.add_argument("--n", type=int, default=24, help="problems")
    parser.add_argument("--slots", type=int, default=1, help="replies of llama.cpp at once")
    options = parser.parse_args()
    domain = get(options.domain)
    problems = domain.problems("val", options.n, 0)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for spec in (options.first, options.second):
            model = open_with(spec, options.adapter, Path(folder), options.slots)
            found.append(answer(model, domain, problems))
    figures = compare(*found)
    print_table(figures, Columns(36, 10, 20, 8, decimals=1), "verdicts")
    return finish(figures, options)


if __name__ == "__main__":
    sys.exit(main())
