"""Who else is helped: strategy versions by models, and the smallest model that can use words."""

from ..matrix import Cell, Column, Line, Matrix, in_millions
from .facts import Facts
from .markup import Html, between, code, count, esc, join, points, section, table, tag, text


def portability(told: Facts) -> Html:
    """The matrix of a run that names validators; nothing of one that names none."""
    found = told.matrix
    if found is None:
        return Html("")
    strict = told.config["gate"].get("require_portable")
    rule = (
        "This run promotes nothing that harms one of these models."
        if strict
        else "Harm is told here and bars nothing: gate.require_portable is off."
    )
    return section(
        "portability",
        "Who else is helped",
        text("p", found.smallest()),
        _matrix(found),
        text(
            "p",
            "Each cell is the gain of a version over the one it was gated against, on the same "
            "validation problems. Validators are asked through words, in replies of their own; "
            "the student’s cell is its gate. Deaf: neither this version nor the expert rules are "
            f"shown to change what the model scores. {rule}",
            "note",
        ),
    )


def _matrix(found: Matrix) -> Html:
    if not found.lines:
        return text("p", "No version passed a gate yet, so none was tried on the others.", "note")
    heads = ["version", "against", *(_head(it) for it in found.columns)]
    return table(heads, (_row(found, it) for it in found.lines))


def _head(column: Column) -> str:
    role = "student" if column.student else "validator"
    return f"{column.model} ({role}, {in_millions(column.size)})"


def _row(found: Matrix, row: Line) -> list[Html]:
    cells = [_cell(column, cell) for column, cell in zip(found.columns, row.cells, strict=True)]
    fate = "" if row.promoted else " not promoted"
    name = join([code(row.version), text("span", fate, "scope")])
    return [name, code(row.incumbent), *cells]


def _cell(column: Column, cell: Cell | None) -> Html:
    if cell is None:
        return text("span", "not tried", "scope")
    badges = [text("span", cell.verdict, f"badge {cell.verdict}")]
    if cell.channel == "weights":
        deaf = [text("span", "deaf to words", "badge deaf")] if column.hears is False else []
        badges = [*deaf, *badges, text("span", "through weights", "scope")]
    measured = f"{points(cell.gain)} ({between(points(cell.low), points(cell.high))})"
    pairs = text("span", count(cell.pairs, "pair"), "scope")
    return join([tag("div", *badges), tag("div", esc(measured), pairs)])
