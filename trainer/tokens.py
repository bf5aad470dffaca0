"""Tokens of an example as the student reads it: prompt, completion and stop token.

The prompt's tokens come from the student itself, the same ones that it answers from, so that
training and serving cannot drift apart. Loss falls on the tokens after it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .contract import Trainable
from .examples import Example


@dataclass(frozen=True)
class Tokens:
    """One example, ready to be learned."""

    ids: tuple[int, ...]
    start: int
    """Loss falls on `ids[start:]` and on nothing before it."""


Tokenise = Callable[[Example, Trainable], Tokens]


def tokenise(example: Example, student: Trainable) -> Tokens:
    """Return the example's tokens, whole: nothing is ever cut here."""
    prompt = prompt_ids(example, student)
    return Tokens((*prompt, *completion_ids(example, student), stop_id(student)), len(prompt))


def prompt_ids(example: Example, student: Trainable) -> tuple[int, ...]:
    """Return the prompt's ids, which the student answers from."""
    prefix, rest = student.encode(example.request)
    return (*prefix, *rest)


def completion_ids(example: Example, student: Trainable) -> tuple[int, ...]:
    """Return the ids of the completion by itself, which the student will write after the prompt."""
    _, tokenizer = student.bare()
    return tuple(tokenizer(example.completion, add_special_tokens=False)["input_ids"])


def stop_id(student: Trainable) -> int:
    """Return the token that ends a reply: the template closes a turn with it, the student stops."""
    _, tokenizer = student.bare()
    stops = _stops(student)
    return next((one for one in closing_ids(student) if one in stops), tokenizer.eos_token_id)


def closing_ids(student: Trainable) -> tuple[int, ...]:
    """Return the ids that the chat template writes after a reply; empty if it writes none."""
    _, tokenizer = student.bare()
    turns = [{"role": "user", "content": "Ask."}, {"role": "assistant", "content": "Reply."}]
    text = tokenizer.apply_chat_template(turns, tokenize=False).rpartition("Reply.")[2]
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def _stops(student: Trainable) -> set[int]:
    module, tokenizer = student.bare()
    stops = {tokenizer.eos_token_id}
    named = module.generation_config.eos_token_id
    stops.update(named if isinstance(named, list) else [] if named is None else [named])
    return stops
