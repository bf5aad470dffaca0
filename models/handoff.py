"""Model without a key: its requests are written as files, which people or a coding agent answer.

A request is named by its number, for people, and by the hash of what is asked, by which it is found
again: `0001-<hash>.request.md`. Its answer stands beside it as `0001-<hash>.answer.md`, and what is
wrong with that answer in `0001-<hash>.fault.md`.
"""

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

from .contract import AnswersAwaited, ModelError, Reply, Request
from .facts import ModelFacts
from .handoff_files import UnusableFile, read_answer, write_whole
from .schema import enforce_schema

AT_ONCE = 10_000
"""Requests that are written together; people see all that a step asks."""
TRIES = 3
"""Answers to one request that may break its form; the last of them counts as the reply."""
CHARACTERS_A_TOKEN = 8
"""High on purpose: an answer that is longer could not have been given within `max_tokens`."""

_FILE = re.compile(r"(\d{4,9}-([0-9a-f]{16}))\.(?:request|answer|fault)\.md")
_REFUSED = re.compile(r"^- refused: ([0-9a-f]{64})$", re.M)


def open_handoff(facts: ModelFacts) -> "HandoffModel":
    """Open `handoff:<folder>`; the folder is made when the first request is written."""
    folder = Path(facts.base)
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{facts.spec} needs a folder, and {folder} is none.")
    return HandoffModel(folder, facts.spec)


class HandoffModel:
    """Model whose replies are the files of a folder."""

    batch_size = AT_ONCE

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Return the answers, in order.

        Raises AnswersAwaited, once all requests are written, where some of them have none;
        ModelError where the folder cannot be used.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            found = self._find_replies(requests)
        except OSError as error:
            raise ModelError(
                f"The folder {self._folder} of {self.name} cannot be used ({error}). Make it "
                "readable and writable, or free some space, and go on."
            ) from error
        if waiting := {_key(it) for place, it in enumerate(requests) if place not in found}:
            raise AnswersAwaited(self._describe_wait(waiting), found)
        return [found[place] for place in range(len(requests))]

    def describe(self) -> str:
        """Say how many requests wait in the folder."""
        try:
            stems = self._read_names()
            waiting = [
                stem
                for each in stems.values()
                for stem in each
                if self._file(stem, "request").exists() and not self._file(stem, "answer").exists()
            ]
        except OSError as error:
            raise ModelError(f"{self._folder} cannot be read: {error.strerror}.") from error
        return f"requests are written into {self._folder}; {len(waiting)} wait there for answers"

    def _find_replies(self, requests: Sequence[Request]) -> dict[int, Reply]:
        """Return the replies that are there, by place; write the requests that are not."""
        stems = self._read_names()
        numbers = [int(stem.partition("-")[0]) for each in stems.values() for stem in each]
        following = count(1 + max(numbers, default=0))
        found: dict[int, Reply] = {}
        for place, request in enumerate(requests):
            named = stems[_key(request)]
            if not named:
                named.append(f"{next(following):04}-{_key(request)}")
            reply = next(filter(None, (self._take(stem, request) for stem in named)), None)
            if reply is not None:
                found[place] = reply
            elif not (file := self._file(named[0], "request")).exists():
                write_whole(file, request_text(request, self._file(named[0], "answer").name))
        return found

    def _read_names(self) -> Mapping[str, list[str]]:
        """Return the hash of each request -> the beginnings of its files' names, in order."""
        stems: dict[str, list[str]] = defaultdict(list)
        files = self._folder.iterdir() if self._folder.exists() else ()
        for name in sorted(file.name for file in files):
            if (match := _FILE.fullmatch(name)) and match[1] not in stems[match[2]]:
                stems[match[2]].append(match[1])
        return stems

    def _take(self, stem: str, request: Request) -> Reply | None:
        """Return the answer as a reply; None where there is none, or one that has to be mended."""
        answer, fault = self._file(stem, "answer"), self._file(stem, "fault")
        told = fault.read_text(encoding="utf-8", errors="replace") if fault.exists() else ""
        refused = _REFUSED.findall(told)
        try:
            found = read_answer(answer, _longest(request), in_json=bool(request.answer_schema))
        except UnusableFile as error:
            write_whole(fault, _fault_text(answer.name, str(error), refused))
            return None
        if found is None:
            return None
        reply = enforce_schema(request.answer_schema, Reply(found.text))
        if reply.outcome == "ok":
            fault.unlink(missing_ok=True)
            return reply
        if found.sha256 not in refused:
            refused.append(found.sha256)
            write_whole(fault, _fault_text(answer.name, reply.detail, refused))
        return reply if len(refused) >= TRIES else None

    def _file(self, stem: str, what: str) -> Path:
        return self._folder / f"{stem}.{what}.md"

    def _describe_wait(self, keys: set[str]) -> str:
        stems = self._read_names()
        waiting = sorted(stem for key in keys for stem in stems[key][:1])
        first = self._file(waiting[0], "request").name
        many = f"{len(waiting)} requests wait" if len(waiting) > 1 else "1 request waits"
        told = f"{many} for answers in {self._folder}; the first is {first}."
        faults = (stem for stem in waiting if self._file(stem, "fault").exists())
        if faulty := sum(os.path.lexists(self._file(stem, "answer")) for stem in faults):
            told += f" {faulty} of the answers there cannot be taken: the *.fault.md say why."
        return told


def request_text(request: Request, answer: str) -> str:
    """Return a request as people read it; `answer` is the name of the file that is wanted."""
    longest = _longest(request)
    parts = [
        f"# A request\n\nWrite the answer, and nothing else, into `{answer}` beside this file: "
        f"text in UTF-8, of at most about {request.max_tokens} tokens (never more than {longest} "
        "characters). A program writes it under another name and renames it, so that no half of it "
        "is read. All that follows is what is asked."
    ]
    if request.temperature:
        parts[0] += f" It is one of several samples (number {request.seed}): answer it afresh."
    schema = request.answer_schema and json.dumps(request.answer_schema, indent=2)
    told = {
        "Instructions": request.system,
        "Strategy": request.context,
        "The question": request.prompt,
        "Form of the answer": schema
        and f"JSON that keeps this JSON Schema:\n\n```json\n{schema}\n```",
    }
    parts += [f"## {title}\n\n{text}" for title, text in told.items() if text]
    return "\n\n".join(parts) + "\n"


def _fault_text(answer: str, fault: str, refused: Sequence[str]) -> str:
    """Return the text of a fault file; `refused` are the hashes of the refused answers."""
    if len(refused) >= TRIES:
        how = f"It was the {TRIES}rd answer that was refused, and counts as the reply: malformed."
    elif refused:
        how = f"Change it, and go on. Of {TRIES} answers that are refused the last one counts."
    else:
        how = "Change it, and go on."
    listed = "".join(f"\n- refused: {it}" for it in refused)
    return f"# `{answer}` cannot be taken\n\n{fault}\n\n{how}\n{listed}\n"


def _key(request: Request) -> str:
    """Return the hash of what is asked; without sampling, the seed changes nothing."""
    asked = asdict(request) | {"seed": request.seed if request.temperature else 0}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def _longest(request: Request) -> int:
    return CHARACTERS_A_TOKEN * request.max_tokens
