"""What a look at a domain found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Level
    """A note is worth knowing; a fault makes results worthless."""
    said: str
