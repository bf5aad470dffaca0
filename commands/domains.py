"""List the domains, check one, begin a new one."""

import io
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import domains as domain_package
from ..bounded_json import UnreadableJson, read_json
from ..graph.config.credentials import ADVICE, credential_faults
from ..paths import expand_home
from ..reports.reading_lines import reading_as_json, reading_lines
from ..reports.wording import clean
from .errors import FAILED, WRONG, Refused
from .output import Json, console, examples, print_json, table

if TYPE_CHECKING:
    from ..graph.calls.judge_model import Judge


app = typer.Typer(
    name="domains",
    no_args_is_help=True,
    help="What there is to learn, whether a domain is sound, and the draft of a new one.",
    epilog=examples(
        "tutelage domains list",
        "tutelage domains check scheduling",
        "tutelage domains read scheduling reply.txt",
        "tutelage domains new unit-conversion",
    ),
)


@app.command("list", epilog=examples("tutelage domains list", "tutelage domains list --json"))
def list_domains(as_json: Json = False) -> None:
    """List the domains by name: ours, those of installed plugins, and those in this folder.

    Files of this folder are read, not run: `domains check` runs one.
    """
    found = [_about(name) for name in domain_package.names()]
    here = domain_package.nearby(Path())
    found += [{"name": one.spec, "about": one.about, "loads": None} for one in here]
    if as_json:
        print_json(found)
        return
    console().print(table(("domain", "about"), [(it["name"], it["about"]) for it in found]))
    typer.echo(f"Also {domain_package.FORMS}.")


def _about(name: str) -> dict[str, Any]:
    try:
        domain = domain_package.get(name)
    except domain_package.NeedsOptions as needing:
        about = " ".join([needing.about, f"Needs {', '.join(needing.needs)}."]).strip()
        return {"name": name, "about": about, "loads": None, "needs": needing.needs}
    except (domain_package.BrokenDomain, ValueError) as error:
        # One that is broken is listed with what it said.
        return {"name": name, "about": str(error), "loads": False}
    about, splits = domain.guide.description, domain_package.held_splits(domain)
    if "train" not in splits:
        about += f" For evaluation only: {', '.join(splits)}."
    return {"name": name, "about": about, "loads": True, "splits": splits}


@app.command(
    "check",
    epilog=examples(
        "tutelage domains check scheduling",
        ("tutelage domains check my_domain.py:Sums -n 200", "your own, on 200 problems a split"),
        ("tutelage domains check scheduling --all", "every problem there is"),
        ("tutelage domains check mbpp:problems.jsonl", "a file of yours, shaped like MBPP"),
        ('tutelage domains check writing -n 5 --options \'{"judge_model": "smollm2-135m"}\'', ""),
        ('tutelage domains check reasoning-gym --options \'{"family": "chain_sum"}\'', ""),
    ),
)
def check_domain(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A name, gym:FAMILY, FILE.py:Class or pkg.mod:Name."),
    ],
    n: Annotated[int, typer.Option("-n", "--n", min=1, help="Problems of each split.")] = 100,
    every: Annotated[bool, typer.Option("--all", help="Every problem of every split.")] = False,
    options: Annotated[str, typer.Option(help="Options of the domain, as JSON.")] = "{}",
    as_json: Json = False,
) -> None:
    """Put a domain on trial and print its card. Exits 1 on a fault.

    Worked solutions must be right on every problem, noise never; splits must not meet, order must
    hold, classes balance; floors and the judge's speed are measured.
    """
    domain, _ = build_domain(name, options)
    # It loads numpy and scipy, which no other command of this file needs.
    from ..evidence.floors import split_floors

    report = domain_package.check(domain, None if every else n, floors=split_floors)
    if as_json:
        findings = [asdict(finding) for finding in report.findings]
        floors = [floor._asdict() for floor in report.floors]
        card = asdict(report.card)
        shown = {part: card[part] for part in ("counts", "topics", "samples", "reading")}
        print_json({"domain": report.domain, "ok": report.ok, "findings": findings,
                    "floors": floors, **shown})  # fmt: skip
    else:
        typer.echo(clean(report.as_text()))
    if not report.ok:
        raise typer.Exit(FAILED)


@app.command(
    "read",
    epilog=examples(
        ("tutelage domains read maths reply.txt", "what is taken for the answer, and why"),
        ("tutelage domains read maths reply.txt --problem 0a1b2c3d4e5f6071", "and the verdict"),
        ("echo 'Answer: 12 or 13' | tutelage domains read maths -", ""),
    ),
)
def show_reading(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A domain, as `check` takes it.")],
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The reply; `-` for standard input.")
    ],
    problem_id: Annotated[
        str, typer.Option("--problem", metavar="ID", help="The problem that it answers.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Seed of the run that drew the problem.")] = 0,
    options: Annotated[str, typer.Option(help="Options of the domain, as JSON.")] = "{}",
    as_json: Json = False,
) -> None:
    """Show how a domain reads a reply, step by step, and its verdict.

    Without a problem it is read as an answer to the domain's first one, and gets no verdict.
    """
    reply = _reply_in(file)
    domain, _ = build_domain(name, options)
    reader = domain if isinstance(domain, domain_package.Readable) else None
    if not (problem_id or reader):
        raise Refused(
            f"{name} reads replies in a way of its own, so only its verdict can be shown: name the "
            f"problem with --problem ID. {_where_ids_are(name)}",
            code=WRONG,
        )
    problem = _find_problem(domain, name, problem_id, seed)
    reading = reader.reading(problem, reply) if reader else None
    verdict = domain.judge(problem, reply) if problem_id else None
    judge = domain_package.judge_of(domain)
    if as_json:
        print_json(
            {
                "domain": domain.name,
                "problem": asdict(problem),
                "reading": reading and reading_as_json(reading),
                "verdict": verdict and asdict(verdict),
                "judge": judge,
            }
        )
        return
    for line in reading_lines(problem, reading, verdict, judge):
        typer.echo(clean(line))
    if verdict is None:
        typer.echo(f"No verdict: name the problem with --problem ID. {_where_ids_are(name)}")


def _reply_in(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(expand_home(file)).read_bytes()
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
    except (OSError, UnicodeDecodeError) as error:
        named = "Standard input" if file == "-" else file
        said = (
            f"{named} cannot be read: {error}. Give text in UTF-8: a file, or - for standard input."
        )
        raise Refused(said, code=WRONG) from error


def _where_ids_are(name: str) -> str:
    return f"`tutelage domains check {shlex.quote(name)} --json` shows three with their ids."


def _find_problem(
    domain: domain_package.Domain, name: str, problem_id: str, seed: int
) -> domain_package.Problem:
    """Return the problem of that id, or the first one for an empty id. Raises Refused."""
    try:
        if problem_id:
            found = domain_package.find_problem(domain, problem_id, seed)
        else:
            found = domain_package.first_problem(domain)
    except domain_package.DomainRaised as error:
        raise Refused(f"{error}. `tutelage domains check` puts the domain on trial.") from error
    if found is None:
        raise Refused(
            f"{name} has no problem {problem_id!r} under seed {seed}: give --seed as the run did "
            f"that drew it. {_where_ids_are(name)}",
            code=WRONG,
        )
    return found


@app.command(
    "new",
    epilog=examples(
        ("tutelage domains new unit-conversion", "writes unit_conversion.py here"),
        ("tutelage domains new unit-conversion --folder my_domains", ""),
    ),
)
def new_domain(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What to call it, as in unit-conversion.")
    ],
    folder: Annotated[str, typer.Option(help="Where to: a folder.")] = ".",
) -> None:
    """Write a domain to start from: one commented file that is sound as it stands.

    Nothing is overwritten.
    """
    if not (place := Path(expand_home(folder))).is_dir():
        raise Refused(f"{folder} is no folder here: make it, or name another as --folder.", code=2)
    try:
        draft = domain_package.write_scaffold(name, place)
    except domain_package.BadName as error:
        raise Refused(str(error), code=2) from error
    except FileExistsError as error:
        said = f"{error.filename} is there already. Choose another name, or move it away."
        raise Refused(said) from error
    spec = shlex.quote(draft.spec)
    typer.echo(
        clean(f"""Wrote {draft.path}, a whole domain with comments. What to do next:
  tutelage domains check {spec}     it is sound as it stands
  change what it asks, then how it judges, then its worked solutions, and check again
  [domain] name = "{draft.spec}"     in the TOML file of a run
docs/domains.md says what a domain promises.""")
    )


def build_domain(name: str, options: str) -> "tuple[domain_package.Domain, Judge | None]":
    """Return a domain of options in JSON, and the model that judges in it, if they name one.

    Raises Refused.
    """
    opened = _parse_options(options)
    judge: Judge | None = None
    if "judge_model" in opened:
        # graph/ takes a second to import.
        from ..graph.calls.judge_model import with_judge

        opened, judge = with_judge(opened)
    try:
        return domain_package.get(name, opened), judge
    except ValueError as error:
        raise Refused(f"{name} cannot be built with these options: {error}", code=2) from error


def _parse_options(text: str) -> dict[str, Any]:
    try:
        options = read_json(text)
    except UnreadableJson as error:
        raise Refused(f'--options is no JSON: {error}. Write {{"name": value}}.', code=2) from None
    if not isinstance(options, dict):
        raise Refused('--options must be a JSON object: {"name": value}.', code=2)
    if faults := credential_faults(options):
        raise Refused(f"--options: {', and '.join(faults)}. {ADVICE}", code=2)
    return options
