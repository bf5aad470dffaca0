"""Pages as a browser finds them, and runs that end with the numbers a test wants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from tutelage.evidence.attribution.headline import headline
from tutelage.evidence.attribution.table import JudgedReply, table
from tutelage.graph.context import Run
from tutelage.reports.files import Results, write_files
from tutelage.reports.run_story import read_run
from tutelage.store.events import Evaluated, RunFinished
from tutelage.store.rules import EMPTY

SMALL: dict[str, Any] = {
    "splits": {"train": 160, "val": 120, "test": 60, "ood": 20},
    "loop": {"cycles": 1, "rounds": 2, "candidates": 2, "batch": 20, "feedback": 20},
}


class Page(HTMLParser):
    """What a browser would find: elements, ids, links, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "path", "use"):
            self.open.append(tag)
        for name, value in attrs:
            self.handlers += [name] if name.startswith("on") else []
            self.ids += [value or ""] if name == "id" else []
            self.links += [value or ""] if name in ("href", "src", "xlink:href") else []

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "path", "use"):
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.words += data


def evaluated(
    run: Run,
    tuned: int,
    base: int = 45,
    lost: int = 0,
    leaks: Sequence[Mapping[str, str]] = (),
    always: str = "",
) -> Results:
    """A run that ends with these numbers right of 120, without the way there.

    With `always`, the tuned student gives that answer to everything, which is right half the time.
    """
    run.freeze()
    ids = [f"p{number}" for number in range(120)]
    labels, others = ["YES", "NO"] * 60, ["NO", "YES"] * 60
    arms = {
        ("test", student, False): [
            JudgedReply(it, 1.0, "right", label, label)
            if n < right
            else JudgedReply(it, 0.0, "wrong", other, label)
            for n, (it, label, other) in enumerate(zip(ids, labels, others, strict=True))
        ]
        for student, right in (("base", base), ("tuned", tuned))
    }
    if always:
        arms["test", "tuned", False] = [
            JudgedReply(it, float(label == always), "right" if label == always else "wrong", always,
                     label)
            for it, label in zip(ids, labels, strict=True)
        ]  # fmt: skip
    for place in range(lost):
        broken = replace(arms["test", "base", False][place], score=None, outcome="error")
        arms["test", "base", False][place] = broken
    found = table(arms, floors={"test": 0.5}, classes=("YES", "NO"))
    more = {"run": run.id, "strategy_version": "parity@0", "adapter": ""}
    more |= {"headline": headline(found), "leaks": list(leaks)}
    text = run.log.keep(json.dumps(found.as_json() | more, indent=2))
    here = {"stream": run.id, "strategy": EMPTY.hash, "adapter": ""}
    run.log.record(Evaluated(**here, slot="evaluate", attribution_text=text))
    run.log.record(RunFinished(**here, slot="finish"))
    return write_files(read_run(run.log, run.id), run.folder)
