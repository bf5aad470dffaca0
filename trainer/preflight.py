"""Preflight: find the faults of a dataset that would silently ruin an adapter.

truncated    the answer, or the end of it, would be cut off in training or in serving
stop         the stop token is not learned, or is not where the template ends a reply
mask         loss falls on the prompt, or not on all of the completion
template     training's prompt is not, token for token, what the student answers from
overlap      a problem of a held-out split is among the examples
balance      one class is so frequent that saying it always would pay
examples     there are none, or a completion is empty
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .contract import Trainable
from .examples import Dataset, Example
from .recipe import Recipe
from .tokens import Tokenise, Tokens, closing_ids, completion_ids, prompt_ids, stop_id, tokenise

Check = Literal["truncated", "stop", "mask", "template", "overlap", "balance", "examples"]

MOST = 0.6
"""The largest share of the examples that one class may have."""


@dataclass(frozen=True)
class PreflightFault:
    """One fault, and the examples that have it."""

    check: Check
    said: str
    """The demand, the fault, and the remedy."""
    problems: tuple[str, ...] = ()
    """Ids of the problems whose examples have the fault; empty when it is the dataset's own."""


class PreflightFailed(ValueError):
    """A dataset may not be trained as it is. Every fault is in the message and in `findings`."""

    def __init__(self, findings: Sequence[PreflightFault]) -> None:
        self.findings = tuple(findings)
        lines = [f"- {finding.check}: {finding.said}" for finding in findings]
        super().__init__("Nothing was trained: the examples have faults.\n" + "\n".join(lines))


def check_dataset(
    dataset: Dataset,
    student: Trainable,
    recipe: Recipe,
    held_out: Mapping[str, Collection[str]],
    classes: Sequence[str],
    *,
    tokenised: Tokenise = tokenise,
) -> tuple[PreflightFault, ...]:
    """Look for every fault. `tokenised` gives the tokens that training will read.

    `held_out` is split -> problem ids; `classes` are the domain's answers where answers are
    classes, else empty.
    """
    return (
        *_check_examples(dataset),
        *_check_tokens(dataset, student, recipe, tokenised),
        *_check_overlap(dataset, held_out),
        *_check_balance(dataset, classes),
    )


def _check_examples(dataset: Dataset) -> list[PreflightFault]:
    if not dataset.examples:
        said = f"No examples ({dataset.dropped} were dropped as not right): nothing to learn from."
        return [PreflightFault("examples", said)]
    empty = tuple(e.problem for e in dataset.examples if not e.completion.strip())
    if not empty:
        return []
    said = f"{len(empty)} completions are empty: the student would learn to say nothing."
    return [PreflightFault("examples", said, empty)]


def _check_tokens(
    dataset: Dataset, student: Trainable, recipe: Recipe, tokenised: Tokenise
) -> list[PreflightFault]:
    """Collect the faults of single examples, each kind once with all its examples."""
    found: dict[tuple[Check, str], list[str]] = {}
    for example in dataset.examples:
        for fault in _faults(example, tokenised(example, student), student, recipe):
            found.setdefault(fault, []).append(example.problem)
    return [
        PreflightFault(
            check, f"{said} ({len(ids)} of {len(dataset.examples)} examples)", tuple(ids)
        )
        for (check, said), ids in found.items()
    ]


def _faults(
    example: Example, tokens: Tokens, student: Trainable, recipe: Recipe
) -> list[tuple[Check, str]]:
    prompt, reply = prompt_ids(example, student), completion_ids(example, student)
    read, learned = tokens.ids[: len(prompt)], tokens.ids[len(prompt) :]
    faults: list[tuple[Check, str]] = []
    if len(tokens.ids) > recipe.max_tokens:
        limit = recipe.max_tokens
        faults.append(("truncated", f"Longer than `max_tokens` = {limit}: raise it."))
    if len(reply) + 1 > example.request.max_tokens:
        limit = example.request.max_tokens
        said = f"The completion does not fit into the {limit} tokens a reply may have."
        faults.append(("truncated", said))
    if read != prompt or not _renders_one_way(example, student):
        said = "The prompt that is trained on is not the one the student answers from."
        faults.append(("template", said))
    elif learned[: len(reply)] != reply:
        faults.append(("truncated", "The completion is cut, or is not what follows the prompt."))
    elif not _ends_reply(learned[len(reply) :], student):
        said = "No stop token after the completion, or not the one that ends a reply."
        faults.append(("stop", said))
    if tokens.start < len(prompt):
        faults.append(("mask", "Loss falls on the prompt: the student would learn to ask."))
    if tokens.start > len(prompt):
        faults.append(("mask", "Loss does not fall on the whole completion."))
    return faults


def _renders_one_way(example: Example, student: Trainable) -> bool:
    """Tell whether the template's text and the tokens that are answered from say the same."""
    _, tokenizer = student.bare()
    text = tokenizer(student.chat(example.request), add_special_tokens=False)["input_ids"]
    return tuple(text) == prompt_ids(example, student)


def _ends_reply(rest: Sequence[int], student: Trainable) -> bool:
    """Tell whether the rest is the token that closes a turn and at which the student stops."""
    stop, closing = stop_id(student), closing_ids(student)
    return tuple(rest) == (stop,) and (not closing or stop in closing)


def _check_overlap(
    dataset: Dataset, held_out: Mapping[str, Collection[str]]
) -> list[PreflightFault]:
    findings = []
    for split, ids in held_out.items():
        sealed = frozenset(ids)
        shared = tuple(e.problem for e in dataset.examples if e.problem in sealed)
        if shared:
            said = f"{len(shared)} examples are problems of `{split}`: take them out."
            findings.append(PreflightFault("overlap", said, shared))
    return findings


def _check_balance(dataset: Dataset, classes: Sequence[str]) -> list[PreflightFault]:
    if not classes or not dataset.examples:
        return []
    counts = Counter(example.answer for example in dataset.examples)
    findings = []
    (largest, n), total = counts.most_common(1)[0], len(dataset.examples)
    if n > MOST * total:
        said = f"{n} of {total} answers are {largest!r}, more than {MOST:.0%}: balance the classes."
        findings.append(PreflightFault("balance", said))
    strange = sorted(set(counts) - set(classes))
    if strange:
        said = f"Answers outside the classes {', '.join(classes)}: {', '.join(strange)}."
        findings.append(PreflightFault("balance", said))
    return findings
