"""Record the golden stores: `python -m tests.golden.record small OUT`, or `... pack OUT HOME`.

`small` runs `scenario.py` and keeps its store as it was when it was killed, and at its end.
`pack` keeps the store of a run that `tutelage run` has made: `make quickstart FAST=1`, say.
Beside each finished store lies what the reading commands printed of it, and the text of its page.
All were recorded on commit 4ffe468, before the package was laid out anew; record again only where
a change of what is stored or said is meant.
"""

import json
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.reports.html.page import render
from tutelage.reports.run_story import read_run
from tutelage.store.log import open_log
from tutelage.trainer.manifest import versions

from . import scenario


def reading_commands(run: str, domain: str, newest: int) -> dict[str, list[str]]:
    """Return the commands that read a run and the strategies of its domain, by a short name."""
    version = f"{domain}@{newest}"
    changes = ["strategy", "diff", f"{domain}@0", version]
    return {
        "runs": ["runs", "--json"],
        "show": ["show", run],
        "show-json": ["show", run, "--json"],
        "report-json": ["report", run, "--json"],
        "log": ["strategy", "log", domain],
        "log-json": ["strategy", "log", domain, "--json"],
        "list": ["strategy", "list", "--json"],
        "diff": changes,
        "diff-json": [*changes, "--json"],
        "blame": ["strategy", "blame", version],
        "blame-json": ["strategy", "blame", version, "--json"],
        "verify": ["log", "verify"],
    }


READ = {
    "small": {**reading_commands("golden", "parity", 4), "review": ["review", "golden", "--log"]},
    "quickstart-fast": reading_commands("quickstart-fast", "scheduling", 1),
}
"""Golden store -> name of what is kept -> the command that prints it."""


def run_command(home: Path, *words: str) -> str:
    """Run a command on the store and runs in `home`, 200 columns wide; return its output."""
    where = ["--home", str(home / "store"), "--runs", str(home / "runs")]
    result = CliRunner().invoke(app, [*where, *words], env={"COLUMNS": "200"})
    assert result.exit_code == 0, (words, result.output)
    return result.stdout.replace(str(home), "HOME")


class _Texts(HTMLParser):
    """Texts of a page, one for each stretch between two tags; drawings and styles left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("style", "svg")
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "svg")
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += "" if self._hidden else data


def visible_text(html: str) -> str:
    """Return what a page says, its white space folded; every tag begins a new line.

    So a word that is no longer marked, as code or as a chip, changes the lines.
    """
    parser = _Texts()
    parser.feed(html)
    parser.close()
    lines = (" ".join(text.split()) for text in parser.texts)
    return "".join(f"{line}\n" for line in lines if line)


def page_text(home: Path, run: str) -> str:
    """Return what the page of a run in `home` says."""
    with open_log(home / "store") as log:
        return visible_text(render(read_run(log, run)))


def pack(home: Path, out: Path) -> None:
    """Keep `store` and `runs` of `home` as one small file, without adapters and reports."""
    for file in [*home.rglob("*.db"), *home.rglob("*.sqlite*")]:
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
        database.close()
    out.parent.mkdir(parents=True, exist_ok=True)

    def slim(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(member.name).parts
        heavy = "adapters" in parts or member.name.endswith((".html", "-wal", "-shm", ".lock"))
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return None if heavy else member

    with tarfile.open(out, "w:xz") as archive:
        for folder in ("store", "runs"):
            archive.add(home / folder, folder, filter=slim)


def record_outputs(name: str, home: Path, out: Path) -> None:
    """Keep what each reading command prints, and what the page says."""
    for what, words in READ[name].items():
        text = run_command(home, *words)
        (out / f"{name}.{what}.{'json' if '--json' in words else 'txt'}").write_text(text)
    (run,) = (home / "runs").iterdir()
    shutil.copy(run / "attribution.json", out / f"{name}.attribution.json")
    (out / f"{name}.page.txt").write_text(page_text(home, run.name))


def main() -> None:
    which, out = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if which == "pack":
            name = "quickstart-fast"
            shutil.copytree(Path(sys.argv[3]) / ".tutelage", home / "store")
            shutil.copytree(Path(sys.argv[3]) / "runs", home / "runs")
        else:
            name = "small"
            home.mkdir()
            scenario.run_until_kill(home)
            shutil.copytree(home, Path(folder) / "killed")
            run = scenario.open_scenario(home, "golden")
            scenario.finish(run)
            run.log.close()
            pack(Path(folder) / "killed", out / "small-killed.tar.xz")
            (out / "libraries.json").write_text(json.dumps(versions(), indent=2) + "\n")
        record_outputs(name, home, out)
        pack(home, out / f"{name}.tar.xz")


if __name__ == "__main__":
    main()
