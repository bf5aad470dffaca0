"""Turn a request into a student's tokens, the same way in training and in answering."""

from typing import Any, NamedTuple

from jinja2 import TemplateError

from ..contract import ModelError, Request


class Encoded(NamedTuple):
    """A request in token ids, split where requests of the same instructions begin to differ."""

    prefix: list[int]
    """Shared by requests with the same instructions; empty when it cannot be split off exactly."""
    rest: list[int]


class ChatTemplate:
    """The chat template of a tokenizer.

    The system turn is always ours, even when it is empty: many templates put a system message of
    their own where none is given, and then a strategy would replace it, not join it. A template
    that takes no system turn gets the instructions at the head of the user's turn.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not tokenizer.chat_template:
            raise ModelError(
                f"{tokenizer.name_or_path} has no chat template, so nobody can say how to ask it. "
                "Use its instruct version."
            )
        self._tokenizer = tokenizer
        self._heads: dict[str, str] = {}
        self._system_turn = True
        self._system_turn = self._takes_system_turn()

    def text(self, request: Request) -> str:
        """Return the whole prompt, up to where the reply begins."""
        return self._render(request.instructions(), request.prompt)

    def encode(self, request: Request) -> Encoded:
        """Return the ids of `text(request)`; `prefix + rest` are the ids of the text as a whole."""
        text, head = self.text(request), self._head(request.instructions())
        whole, prefix = self._ids(text), self._ids(head)
        # Two pieces need not have the tokens of the whole: a token may reach across the cut.
        if not text.startswith(head) or whole[: len(prefix)] != prefix:
            return Encoded([], whole)
        return Encoded(prefix, whole[len(prefix) :])

    def _takes_system_turn(self) -> bool:
        try:
            return "7 rules" in self._render("7 rules", "A")
        except TemplateError:
            return False

    def _head(self, instructions: str) -> str:
        """Return the template's text before the prompt, up to where two prompts begin to differ."""
        if instructions not in self._heads:
            one, other = self._render(instructions, "A"), self._render(instructions, "B")
            length = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
            self._heads[instructions] = one[:length]
        return self._heads[instructions]

    def _render(self, instructions: str, prompt: str) -> str:
        if self._system_turn:
            turns = [("system", instructions), ("user", prompt)]
        else:
            turns = [("user", "\n\n".join(part for part in (instructions, prompt) if part))]
        rendered: str = self._tokenizer.apply_chat_template(
            [{"role": role, "content": content} for role, content in turns],
            tokenize=False,
            add_generation_prompt=True,
        )
        return rendered

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids
