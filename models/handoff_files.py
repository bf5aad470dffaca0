"""Text files that people and programs share with a run: written whole, and read with care."""

import hashlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 4
"""Bytes of a character, at most."""


class UnusableFile(ValueError):
    """The file holds no text that could be an answer; the message says why."""


class FoundAnswer(NamedTuple):
    """Text of an answer, and what tells this file from a changed one."""

    text: str
    sha256: str


def write_whole(path: Path, text: str) -> None:
    """Write a text beside `path`, then give it that name: no half of it is seen. Raises OSError."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_answer(path: Path, longest: int, *, in_json: bool) -> FoundAnswer | None:
    """Return the answer in a file; None where there is no file, or nothing in it yet.

    Line ends become `\\n`, a mark of the byte order goes, and where JSON is wanted so does the one
    fence around all of it, which people put there. Raises UnusableFile for what is no regular file,
    cannot be read, is no text, or has more than `longest` characters.
    """
    raw = _read_bytes(path, MOST_BYTES * longest)
    if raw is None:
        return None
    text = _decode(raw).replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if in_json:
        text = _without_fence(text)
    if not text:
        return None
    if len(text) > longest:
        raise UnusableFile(f"It has {len(text)} characters, and at most {longest} are wanted.")
    return FoundAnswer(text, hashlib.sha256(raw).hexdigest())


def _read_bytes(path: Path, most: int) -> bytes | None:
    # Neither a link out of the folder is followed, nor a pipe waited for.
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise UnusableFile("It is a link; put the text itself there.")
    try:
        handle = os.open(path, os.O_RDONLY | careful)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableFile(f"It cannot be read: {error.strerror}.") from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise UnusableFile("It is no regular file; put a text there.")
        if state.st_size > most:
            raise UnusableFile(f"It has {state.st_size} bytes, and at most {most} are read.")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    except OSError as error:
        raise UnusableFile(f"It cannot be read: {error.strerror}.") from None
    finally:
        os.close(handle)


def _decode(raw: bytes) -> str:
    is_wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableFile(f"It is no text in UTF-8 ({error.reason}); save it as UTF-8.") from None
    if "\0" in text:
        raise UnusableFile("It holds NUL characters; save it as text in UTF-8.")
    return text


def _without_fence(text: str) -> str:
    """Return what stands in a fence that begins in the first line and ends with the last."""
    first, _, rest = text.strip().partition("\n")
    if first.startswith("```") and "`" not in first[3:] and rest.endswith("\n```"):
        return rest.removesuffix("```").strip("\n")
    return text
