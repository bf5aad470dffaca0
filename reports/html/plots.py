"""SVG plots of a page: the same numbers give the same bytes.

Text stays text, colours are those of Okabe and Ito, and every colour goes with a shape, so that
nothing hangs on seeing red and green. They are drawn for a light card.
"""

import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK, QUIET, GRID = "#1f2328", "#656d76", "#e4e7eb"
DECISIONS = {
    "accept": ("#0072b2", "o"),
    "reject": ("#d55e00", "X"),
    "indecisive": ("#7d8590", "D"),
}
STUDENTS = {
    "base": ("#7d8590", "o"),
    "base+strategy": ("#56b4e9", "s"),
    "tuned": ("#0072b2", "o"),
    "tuned+strategy": ("#009e73", "s"),
    "labels_only": ("#e69f00", "^"),
    "placebo+strategy": ("#cc79a7", "v"),
    "teacher": ("#1f2328", "D"),
    "teacher+strategy": ("#1f2328", "P"),
}
UNKNOWN = ("#7d8590", "h")
"""Look of an arm that has none of its own."""
FLOOR = "#d55e00"
WIDTH = 7.6
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tutelage",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": QUIET,
    "ytick.color": INK,
    "ytick.left": False,
    "xtick.bottom": False,
}


class Bar(NamedTuple):
    """Measured share or gain with its interval."""

    label: str
    value: float
    low: float
    high: float
    look: str
    """An arm's name, or a gate's decision."""


class Panel(NamedTuple):
    """Arms on one split."""

    title: str
    bars: Sequence[Bar]
    floor: float


class GateBar(NamedTuple):
    bar: Bar
    detectable: float
    """Smallest gain that this gate would find."""
    tried: bool
    """False where it was refused without a measurement."""


def arms(panels: Sequence[Panel]) -> str:
    """Draw accuracy by arm with intervals, and the floor as a line, for each split."""
    rows = max(len(panel.bars) for panel in panels)
    with mpl.rc_context(_SETTINGS):
        figure, axes = _figure(0.33 * rows + 0.95, len(panels))
        for panel, axis in zip(panels, axes, strict=True):
            _whiskers(axis, panel.bars, STUDENTS)
            axis.plot([panel.floor] * 2, [-0.5, rows - 0.4], color=FLOOR, linewidth=1.2,
                      linestyle=(0, (4, 2)), zorder=1)  # fmt: skip
            axis.text(
                panel.floor, -0.62, f"floor {panel.floor:.0%}", color=FLOOR, ha="center", fontsize=8
            )
            for place, bar in enumerate(panel.bars):
                axis.text(1.05, place, f"{bar.value:.0%}", va="center", fontsize=8.5)
            axis.set(xlim=(0, 1), ylim=(rows - 0.4, -0.95), title=panel.title)
            axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            axis.set_xticks([0, 0.25, 0.5, 0.75, 1])
        for axis in axes[1:]:
            axis.set_yticklabels([])
        return _svg(figure, "arms")


def gates(found: Sequence[GateBar]) -> str:
    """Draw the gain of each candidate over its incumbent, in the order of the gates."""
    with mpl.rc_context(_SETTINGS):
        figure, (axis,) = _figure(0.3 * len(found) + 1.0, 1)
        bars = [gate.bar for gate in found]
        _whiskers(axis, bars, DECISIONS, [gate.tried for gate in found])
        axis.axvline(0, color=QUIET, linewidth=1)
        for place, gate in enumerate(found):
            if gate.tried:
                axis.plot(
                    [gate.detectable] * 2, [place - 0.3, place + 0.3], color="#cc79a7", linewidth=2
                )
            else:
                axis.annotate("not tried", (0, place), (5, 0), textcoords="offset points",
                              va="center", color=QUIET, fontsize=8)  # fmt: skip
        reach = max(
            0.1, *(max(abs(g.bar.low), abs(g.bar.high), g.detectable * g.tried) for g in found)
        )
        axis.set(xlim=(-1.08 * reach, 1.08 * reach), ylim=(len(found) - 0.4, -0.6))
        axis.set_xlabel("gain in accuracy over the incumbent, points")
        axis.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10]))
        axis.xaxis.set_major_formatter(_in_points)
        return _svg(figure, "gates")


def slices(panels: Sequence[tuple[str, Sequence[str], Sequence[Bar]]]) -> str:
    """Draw accuracy part by part: `(title, parts, bars)`, each bar labelled with its part.

    Bars of one part stand side by side, in the order in which their arms first come up.
    """
    with mpl.rc_context(_SETTINGS):
        figure, axes = _figure(2.7, len(panels))
        for (title, parts, bars), axis in zip(panels, axes, strict=True):
            looks = list(dict.fromkeys(bar.look for bar in bars))
            for bar in bars:
                color, marker = STUDENTS.get(bar.look, UNKNOWN)
                aside = (looks.index(bar.look) - (len(looks) - 1) / 2) * 0.6 / max(len(looks), 2)
                at = parts.index(bar.label) + aside
                axis.plot(
                    [at, at],
                    [bar.low, bar.high],
                    color=color,
                    linewidth=1.6,
                    alpha=0.55,
                    clip_on=False,
                )
                axis.plot([at], [bar.value], marker, color=color, markersize=5.5, clip_on=False)
            axis.set(xlim=(-0.6, len(parts) - 0.4), ylim=(-0.02, 1.02), title=title)
            crowded = sum(len(part) + 2 for part in parts) * len(panels) > 90
            axis.set_xticks(range(len(parts)), parts, rotation=35 if crowded else 0,
                            ha="right" if crowded else "center")  # fmt: skip
            axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            axis.grid(axis="y", color=GRID, linewidth=0.8)
        return _svg(figure, "slices")


def _whiskers(
    axis: Any, bars: Sequence[Bar], looks: dict[str, tuple[str, str]], tried: Sequence[bool] = ()
) -> None:
    axis.set_axisbelow(True)
    axis.grid(axis="x", color=GRID, linewidth=0.8)
    for place, bar in enumerate(bars):
        if tried and not tried[place]:
            continue
        color, marker = looks.get(bar.look, UNKNOWN)
        axis.plot([bar.low, bar.high], [place, place], color=color, linewidth=2.4, alpha=0.5,
                  solid_capstyle="round", zorder=2)  # fmt: skip
        axis.plot([bar.value], [place], marker, color=color, markersize=6.5, zorder=3,
                  clip_on=False)  # fmt: skip
    axis.set_yticks(range(len(bars)), [bar.label for bar in bars])


def _figure(height: float, panels: int) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(1, panels, squeeze=False)[0])


def _in_points(value: float, _: object) -> str:
    return f"{100 * value:+.0f}".replace("-", "−") if round(100 * value) else "0"


def _svg(figure: Figure, name: str) -> str:
    """Return the drawing alone, with ids of its own: many of them share one page."""
    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(out, format="svg", metadata=nothing, transparent=True)
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>\s*", "", drawn, flags=re.DOTALL)
    drawn = re.sub(
        r'\s(?:xmlns(?::xlink)?|version|width|height)="[^"]*"(?=[^<]*viewBox)', "", drawn
    )
    drawn = re.sub(r'\sxmlns(?::xlink)?="[^"]*"', "", drawn)
    drawn = drawn.replace("xlink:href=", "href=")
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = re.sub(r'href="#', f'href="#{name}-', drawn)
    return re.sub(r"url\(#", f"url(#{name}-", drawn)
