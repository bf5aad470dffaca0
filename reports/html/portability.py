"""Portability matrix on the page, and the smallest model that can use words."""

from ..portability import Cell, Column, Line, Matrix, model_size
from ..run_story import RunStory
from .markup import Html, code, count, esc, interval, join, points, section, table, tag, text


def portability_section(story: RunStory) -> Html:
    """Return the matrix of a run that names validators; nothing for one that names none."""
    found = story.portability
    if found is None:
        return Html("")
    strict = story.config["gate"].get("require_portable")
    rule = (
        "This run promotes nothing that harms one of these models as far as the pairs show, nor "
        "what was not measured well enough on one."
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
            "the student’s cell is its gate. Deaf: this version is not shown to change what the "
            f"model scores, and the expert rules are not shown to help or harm it. {rule}",
            "note",
        ),
    )


def _matrix(found: Matrix) -> Html:
    if not found.lines:
        return text("p", "No version passed a gate yet, so none was tried on the others.", "note")
    heads = ["version", "against", *(it.model for it in found.columns)]
    about = [Html(""), Html(""), *(_about(it) for it in found.columns)]
    return table(heads, [about, *(_row(found, it) for it in found.lines)])


def _about(column: Column) -> Html:
    role = "the student" if column.student else "validator"
    return text("span", f"{role}, {model_size(column.size)}", "note")


def _row(found: Matrix, row: Line) -> list[Html]:
    cells = [_cell(column, cell) for column, cell in zip(found.columns, row.cells, strict=True)]
    fate = [] if row.promoted else [text("div", "not promoted", "note")]
    return [join([code(row.version), *fate]), code(row.incumbent), *cells]


def _cell(column: Column, cell: Cell | None) -> Html:
    if cell is None:
        return text("span", "not tried", "scope")
    badges = [text("span", cell.verdict, f"badge {cell.verdict}")]
    if cell.channel == "weights":
        kind = "harms" if column.harmed else "deaf"
        probed = [text("span", column.badge, f"badge {kind}")] if column.badge else []
        badges = [*probed, *badges, text("span", "through weights", "scope")]
    measured = f"{points(cell.gain)} ({interval(cell.low, cell.high)})"
    pairs = text("div", count(cell.pairs, "pair"), "note")
    return join([tag("div", *badges), tag("div", esc(measured)), pairs])
