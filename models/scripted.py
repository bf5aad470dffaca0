"""Scripted model: answers by rule, for tests, rehearsals and examples without a key."""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from .contract import Model, ModelError, Reply, ReplyOutcome, Request, Usage
from .facts import ModelFacts
from .schema import enforce_schema

Answer = Callable[[Request], str | Reply]
LISTED = 10
"""Entries that an error names; a script may have thousands."""


class ScriptedModel:
    """Answers with what `answer` returns, and remembers what it was asked.

    With `tuned` it is a student as well: `tuned(adapter)` gives the answer under that adapter.
    """

    batch_size = 1

    def __init__(
        self,
        answer: Answer,
        name: str = "scripted",
        tuned: Callable[[Path], Answer] | None = None,
    ) -> None:
        self.name = name
        self.asked: list[Request] = []
        self._answer = answer
        self._tuned = tuned

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order."""
        return [self._reply(request) for request in requests]

    def with_adapter(self, adapter: Path | None) -> Model:
        """Return the answers under `adapter`; both write into the same `asked`."""
        if adapter is None:
            return self
        if self._tuned is None:
            raise ModelError(f"{self.name} has no answers under an adapter: give it `tuned`.")
        adapted = ScriptedModel(self._tuned(adapter), f"{self.name}+{adapter}")
        adapted.asked = self.asked
        return adapted

    def _reply(self, request: Request) -> Reply:
        self.asked.append(request)
        answer = self._answer(request)
        if isinstance(answer, str):
            # Words stand in for tokens, so that budgets have something to count.
            read = len(request.instructions().split()) + len(request.prompt.split())
            answer = Reply(answer, usage=Usage(input=read, output=len(answer.split())))
        return enforce_schema(request.answer_schema, answer)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str
    """A regular expression, searched for in the context and the prompt."""
    reply: str = ""
    outcome: ReplyOutcome = "ok"
    times: int | None = Field(default=None, ge=1)
    """Times that the line may be used; None is without end."""

    @field_validator("match")
    @classmethod
    def _check_regex(cls, match: str) -> str:
        try:
            re.compile(match)
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f"{match!r} is no regular expression: {error}") from error
        return match


class _Script(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    replies: list[_Line] = Field(min_length=1)


class FileScript(ScriptedModel):
    """Script that stands in a file; its engine tells which bytes, as another may lie there."""

    repeatable = True

    def __init__(self, answer: Answer, name: str, content: bytes) -> None:
        super().__init__(answer, name)
        self.engine = f"script, file {hashlib.sha256(content).hexdigest()[:12]}"


def open_script(facts: ModelFacts) -> ScriptedModel:
    """Open `scripted:<file.json>`: the first line that matches, and is not used up, answers."""
    path = Path(facts.base)
    try:
        content = path.read_bytes()
        script = _Script.model_validate_json(content)
    except OSError as error:
        raise ModelError(
            f"No script can be read at {path.absolute()}: {error.strerror}."
        ) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ModelError(
            f'{path} is no script: {faults}. Wanted: {{"replies": [{{"match": "regex", '
            '"reply": "text"}]}, with "outcome" and "times" if you like.'
        ) from error
    return FileScript(_follow(script, path), facts.spec, content)


def _follow(script: _Script, path: Path) -> Answer:
    used = [0] * len(script.replies)

    def answer(request: Request) -> str | Reply:
        text = f"{request.context}\n{request.prompt}"
        for number, line in enumerate(script.replies):
            if line.times is not None and used[number] >= line.times:
                continue
            if re.search(line.match, text):
                used[number] += 1
                if line.outcome == "ok":
                    return line.reply
                return Reply(line.reply, line.outcome, detail=f"The script says {line.outcome}.")
        raise ModelError(_describe_miss(script, path, used, request))

    return answer


def _describe_miss(script: _Script, path: Path, used: Sequence[int], request: Request) -> str:
    entries = [
        f"{line.match!r:.80}"
        + (f" (used up: {line.times} of {line.times})" if count == line.times else "")
        for line, count in zip(script.replies[:LISTED], used, strict=False)
    ]
    more = len(script.replies) - len(entries)
    named = ", ".join(entries) + (f", and {more} more" if more else "")
    under = f", under the context {request.context[:200]!r}" if request.context else ""
    return (
        f"{path} has no reply for this prompt: {request.prompt[:500]!r}{under}. Its entries match "
        f'{named}. Add {{"match": "regex", "reply": "text"}} for it, or as the last entry '
        '{"match": "", "reply": "text"}, which matches everything.'
    )
