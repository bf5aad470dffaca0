"""Progress of a command: on stdout, or on stderr where stdout belongs to JSON."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..reports.wording import clean
from ..terminal import progress_on
from .output import console

if TYPE_CHECKING:
    from ..graph.context import Progress


@contextmanager
def show_progress(*, stderr: bool = False) -> Iterator["Progress"]:
    """Show progress on stdout, or on stderr where stdout belongs to JSON."""
    lines = sys.stderr if stderr else sys.stdout
    with progress_on(console(stderr=stderr), lines, clean) as progress:
        assert progress is not None, "there are lines where there is no terminal"
        yield progress
