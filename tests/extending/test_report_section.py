"""A section of the report is added by its file and its line in the list of sections."""

import json
import re
import sqlite3
from collections import Counter
from pathlib import Path

from ..golden.record import visible_text
from ..golden.test_golden import unpack
from .harness import patch


def test_a_section_shows_the_hardest_problems_and_the_contents_link_to_it(tmp_path: Path) -> None:
    patched = patch(tmp_path, "report_section")
    assert patched.touched == ("reports/html/hardest.py", "reports/html/page.py")
    home = unpack("small", tmp_path / "golden")
    said = patched.tutelage("--home", "store", "report", "golden", "--html", at=home)
    assert said.code == 0, said.err
    page = (home / said.out.strip()).read_text()
    assert '<a href="#hardest">Hardest</a>' in page
    lines = visible_text(page).split("The hardest problems\n")[1].splitlines()[3:33]
    shown = [(lines[at], int(lines[at + 1]), int(lines[at + 2])) for at in range(0, 30, 3)]
    assert shown == hardest(home)
    order = re.findall('<section id="(.*?)"', page)
    assert order.index("hardest") == order.index("samples") + 1


def hardest(home: Path) -> list[tuple[str, int, int]]:
    """The ten problems with the most wrong replies, counted from the stored payloads."""
    asked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    with sqlite3.connect(home / "store" / "tutelage.db") as database:
        rows = database.execute("SELECT payload FROM event WHERE kind = 'AttemptJudged'")
        for attempt in (json.loads(payload) for (payload,) in rows):
            asked[attempt["problem"]] += 1
            wrong[attempt["problem"]] += attempt["outcome"] == "wrong"
    database.close()
    found = sorted((-number, problem, asked[problem]) for problem, number in wrong.items())
    return [(problem, -number, of) for number, problem, of in found[:10]]
