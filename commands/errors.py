"""Errors as one message that says what to do, and the exit code of each kind.

0    done
1    it could not be done
2    the command or the config is wrong
3    the budget is spent
4    a run waits for a person's review: no fault, but not the end either
5    requests that people answer (`handoff:<folder>`) wait for answers: likewise
130  stopped by Ctrl-C or SIGTERM; `tutelage resume` goes on
"""

import os
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

FAILED, WRONG, SPENT, WAITING, AWAITING, STOPPED = 1, 2, 3, 4, 5, 130


class Refused(Exception):
    """Refusal of a command: what was wanted, what was found, what to do."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


class Guarded(TyperGroup):
    """Root of all commands: no traceback reaches a person who did not ask for one."""

    def invoke(self, ctx: Any) -> Any:
        debug = bool(ctx.params.get("debug"))
        try:
            with sigterm_as_ctrl_c(), warnings.catch_warnings():
                # What libraries tell their callers is no message for the person at the terminal.
                if not debug and not sys.warnoptions:
                    warnings.simplefilter("ignore")
                return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("Stopped. Everything that was recorded stays recorded.")
            raise typer.Exit(STOPPED) from None
        except Exception as error:
            # typer's own errors know their code and how to show themselves.
            shown = hasattr(error, "exit_code") or isinstance(error, typer.Abort | BrokenPipeError)
            if shown or debug:
                raise
            raise typer.Exit(_report(error)) from None


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C; a run that works takes both over."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def complain(message: str) -> None:
    """Print one message on stderr."""
    typer.secho("tutelage: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(_without_secrets(message), err=True)


def _without_secrets(message: str) -> str:
    """Return what an error says without credentials: a library's may quote an address."""
    from ..models.credentials import without_keys
    from ..reports.credentials import without_credentials

    return without_keys(without_credentials(message))


def _report(error: Exception) -> int:
    """Print what happened and return the exit code."""
    code = error.code if isinstance(error, Refused) else _exit_code(error)
    if code is not None:
        complain(_sentence(error))
        return code
    what, details = f"{type(error).__name__}: {error}", _write_details(error)
    if domain := _raised_by_domain(error):
        complain(
            f"The domain {domain!r} failed: {what}\n"
            f"Look at its options first; the details, for whoever wrote it, are in {details}. "
            f"`tutelage domains check` puts a domain on trial. What was recorded stays recorded."
        )
        return FAILED
    complain(
        f"This should not have happened: {what}\n"
        f"The details are in {details}; please send them with a report. What was recorded "
        "before stays recorded."
    )
    return FAILED


def _raised_by_domain(error: Exception) -> str:
    """Name of the domain in whose code it was raised; empty for everybody else's."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        found, code = frame.f_locals, frame.f_code
        kind = type(found.get("self"))
        is_domain = hasattr(kind, "problems") and hasattr(kind, "judge")  # other things judge too
        if is_domain and code.co_name in ("problems", "judge", "solution"):
            return str(getattr(found["self"], "name", type(found["self"]).__name__))
        where = Path(code.co_filename).parts[-2:]
        if (*where, code.co_name) == ("domains", "registry.py", "get"):
            return str(found["name"])
        if (*where, code.co_name) == ("domains", "check.py", "check"):
            return str(found["domain"].name)
    return ""


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that a person can do something about, else None."""
    # Imported here because these bring pydantic and langgraph, and nothing went wrong so far.
    from ..domains import BrokenDomain
    from ..domains.contract import NotEnoughProblems
    from ..graph.calls.budget import BudgetSpent
    from ..graph.calls.journal import ModelDown
    from ..graph.config.config import ConfigError
    from ..models.contract import AnswersAwaited, ModelError
    from ..store.edits import EditError
    from ..store.errors import StoreError
    from ..trainer.preflight import PreflightFailed
    from ..weights.catalogue import WeightsError

    if isinstance(error, BudgetSpent):
        return SPENT
    if isinstance(error, AnswersAwaited):
        return AWAITING
    if isinstance(error, ConfigError | NotEnoughProblems):
        return WRONG
    done = (BrokenDomain, ModelDown, ModelError, StoreError, EditError, PreflightFailed, OSError)
    if isinstance(error, (*done, WeightsError)):
        return FAILED
    # A missing key or index is a fault of ours; a LookupError with a sentence is an answer.
    if isinstance(error, LookupError) and not isinstance(error, KeyError | IndexError):
        return WRONG if type(error).__name__ == "UnknownDomain" else FAILED
    return None


def _sentence(error: Exception) -> str:
    from ..models.contract import AnswersAwaited

    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"The system refused{where}: {error.strerror}. Mend that and run the command again."
    if isinstance(error, AnswersAwaited):
        return f"{error} Once answers are there, run the command again."
    return str(error)


def _write_details(error: Exception) -> Path:
    handle, name = tempfile.mkstemp(prefix="tutelage-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_without_secrets("".join(traceback.format_exception(error))))
    return Path(name)
