"""README and docs are true: folders, code blocks, commands, help texts, links, paths, limits."""

import contextlib
import io
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.graph.config.config import parse_config

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

MAX_LINES = 170
MAX_WORDS = 1_100
FIRST_SCREEN = 45


def blocks(language: str) -> list[str]:
    """The README's fenced blocks in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.S | re.M)


def block(language: str, holding: str) -> str:
    (one,) = (text for text in blocks(language) if holding in text)
    return one


def shell_lines() -> Iterator[tuple[str, str]]:
    """Command and comment of each line in the README's shell blocks."""
    for line in "".join(blocks("sh")).splitlines():
        command, _, comment = line.partition("#")
        if command.strip():
            yield command.strip(), comment.strip()


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that `tutelage WORDS` names, and the words left for it."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "resolve_command"):
        _, command, words = command.resolve_command(command.context_class(command), words)
    return command, words


def table_rows(page: Path, heading: str = "") -> list[list[str]]:
    """The cells of each row below `heading`, the table's own heading aside."""
    text = page.read_text()
    text = text.split(heading, 1)[1] if heading else text
    lines = text.split("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if line[:1] == "|"]
    return rows[2:]


def test_the_readme_is_short() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.S | re.M)
    assert len(README.splitlines()) <= MAX_LINES
    assert len(prose.split()) <= MAX_WORDS


def test_the_first_screen_has_the_picture_activation_and_both_commands() -> None:
    screen = "\n".join(README.splitlines()[:FIRST_SCREEN])
    nodes = ["baseline", "solve", "reflect", "update_strategy", "validate", "transfer", "feedback"]
    assert re.search(" ─► ".join([*nodes, "evaluate"]), screen)
    assert 'src="docs/report.png"' in screen
    for line in ("source .venv/bin/activate", "make quickstart", "make test"):
        assert re.search(rf"^{line}\b", screen, re.M), line


def test_the_picture_of_the_report_is_small() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size <= 300_000


def layout() -> dict[str, str]:
    """Folder -> phrase, as the README's layout gives them; at most two levels."""
    named: dict[str, str] = {}
    top = ""
    for line in README.split("## Layout")[1].split("```")[1].strip("\n").splitlines():
        for folder, phrase in re.findall(r"(?:^|(?<=  ))(\w+)/(?: +(\S.*?))?(?=  |$)", line):
            top = top if line[0] == " " else folder
            named[f"{top}/{folder}" if line[0] == " " else folder] = phrase
    return named


def test_the_layout_names_every_shipped_folder_and_no_other() -> None:
    files = [file.relative_to(ROOT) for it in SHIPPED for file in (ROOT / it).rglob("*.py")]
    depths = [file.parts[:depth] for file in files for depth in (1, 2) if len(file.parts) > depth]
    besides = {"tests", "benchmarks", "examples", "docs"}
    assert set(layout()) == {"/".join(it) for it in depths} | besides
    assert [name for name in layout() if not (ROOT / name).is_dir()] == []
    assert [name for name, phrase in layout().items() if not phrase] == []


def test_the_call_from_python_runs(tmp_path: Path) -> None:
    """With a student that answers at once; the one that the page names takes minutes."""
    code = block("python", "transfer_knowledge")
    pupil = tmp_path / "pupil.json"
    pupil.write_text(json.dumps({"replies": [{"match": "", "reply": "Answer: YES"}]}))
    assert code.count('"smollm2-135m"') == 1
    code = code.replace('"smollm2-135m"', repr(f"scripted:{pupil}"))
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue().startswith("Nothing can be claimed"), "it says YES to everything"


def test_the_printed_headline_is_the_one_of_the_kept_run() -> None:
    """The call has the settings of `make quickstart FAST=1`, whose results are golden data."""
    config = tomllib.loads((ROOT / "examples" / "quickstart-fast.toml").read_text())
    given: dict[str, object] = {}
    code = block("python", "transfer_knowledge").replace("from tutelage.graph import", "#")
    exec(code, {"transfer_knowledge": lambda **given_: given.update(given_) or {"headline": ""}})
    assert given.pop("domain") == config.pop("domain")["name"]
    assert given == {key: config[key] for key in given}
    assert set(config) - set(given) == {"name", "seed"}

    golden = ROOT / "tests" / "golden" / "data" / "quickstart-fast.attribution.json"
    headline = json.loads(golden.read_text())["headline"]
    (quoted,) = blocks("text")
    assert headline.startswith(" ".join(quoted.split()).removesuffix(" ..."))


def test_the_domain_of_the_page_is_sound(tmp_path: Path) -> None:
    (named,) = set(re.findall(r"`tutelage (domains check \S+)`", README))
    file, _, _ = named.split()[-1].partition(":")
    (tmp_path / file).write_text(block("python", "class "))
    with contextlib.chdir(tmp_path):
        result = CliRunner().invoke(app, named.split())
    assert result.exit_code == 0, result.output
    assert ": sound" in result.stdout.splitlines()[0]


def test_the_config_of_the_page_is_one() -> None:
    config = parse_config({"name": "squares", **tomllib.loads(block("toml", "student"))})
    assert config.teacher.startswith("anthropic:") and config.student.startswith("hf:")
    shown = tomllib.loads((ROOT / "examples" / "claude.toml").read_text())
    assert config.teacher == shown["teacher"]


@pytest.mark.parametrize("line", [it for it, _ in shell_lines() if it.startswith("tutelage")])
def test_every_command_of_the_page_can_be_typed(line: str) -> None:
    _, *words = shlex.split(line.partition(">>")[0])
    command, left = command_of(words)
    with contextlib.chdir(ROOT), command.make_context(line, left):
        pass
    named = words[: len(words) - len(left)]
    assert CliRunner().invoke(app, [*named, "--help"]).exit_code == 0


def test_what_the_page_says_of_a_command_is_what_its_help_says() -> None:
    seen = 0
    for line, comment in shell_lines():
        if line.startswith("tutelage") and comment:
            command, _ = command_of(shlex.split(line.partition(">>")[0])[1:])
            assert comment in " ".join((command.help or "").split()), line
            seen += 1
    assert seen >= 5


def test_every_make_target_of_the_page_is_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    named = {line.split()[1] for line, _ in shell_lines() if line.startswith("make ")}
    assert {"quickstart", "test"} <= named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    links = re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", text)
    for link in ("".join(pair) for pair in links):
        if not re.match(r"https?://|#", link):
            assert (page.parent / link.partition("#")[0]).exists(), link


# Old paths stand in paths.md too; it has a test of its own.
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name != "paths.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    if page.name == "glossary.md":
        text = text.split("## Renamed")[0]
    for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]*\.(?:py|md|toml|jsonl))`", text):
        assert (ROOT / name).exists() or (page.parent / name).exists(), name


def test_the_glossary_names_types_and_files_that_are_there() -> None:
    glossary = ROOT / "docs" / "glossary.md"
    terms = [row[2:] for row in table_rows(glossary, "## Terms")]
    renamed = [(new, file) for _, new, _, file in table_rows(glossary, "## Renamed in code")]
    assert len(terms) >= 25 and len(renamed) >= 100
    for name, file in [*terms, *renamed]:
        last = name.strip("`").rpartition(".")[2]
        source = (ROOT / file.strip("`")).read_text()
        assert re.search(rf"^\s*(?:(?:class|def) {last}\b|{last}\s*[:=])", source, re.M), (
            f"{name}: {file}"
        )


def test_the_glossary_gives_each_word_one_sense() -> None:
    words = [word for word, *_ in table_rows(ROOT / "docs" / "glossary.md", "## Terms")]
    assert len(words) == len(set(words))


def test_moved_files_are_where_the_table_of_paths_says() -> None:
    rows = table_rows(ROOT / "docs" / "paths.md")
    assert len(rows) > 80
    for old, new in rows:
        assert not (ROOT / old.strip("`")).is_file(), f"{old} is there"
        for name in re.findall(r"`([^`]+)`", new):
            assert (ROOT / name).exists(), f"{old}: {name} is not there"
