"""Measure the gate: its false accepts where nothing helps, and its power where something does.

Simulated students with known effects meet the gate that runs use: spending of alpha, racing,
replicates, and the claim `no worse`. The table stands beside its goals; the figure shows how the
share of accepts rises with the true gain.
"""

import sys
import time
from pathlib import Path

import matplotlib as mpl
import numpy as np
from _figures import Columns, Figure, finish, make_parser, print_table
from matplotlib.figure import Figure as Picture

from tutelage.evidence import GateSettings, decide
from tutelage.evidence.calibration.calibration import Calibration, Point, calibrate
from tutelage.evidence.calibration.simulation import RunSize
from tutelage.evidence.gate.rules import rule_of
from tutelage.evidence.intervals import clopper_pearson

RUNS, GATES = 5000, 4000
"""With one reply a problem."""
RUNS_OF_TWO, GATES_OF_TWO = 2000, 600
"""With two replies, where no two gates are alike."""
REMOVALS, SIZE, MARGIN = 4000, 180, 0.05
"""Gates of rules that leave: their number, problems of each, and the loss allowed."""
LOOKS = {0.15: ("#56b4e9", "s"), 0.3: ("#0072b2", "o"), 0.45: ("#7d8590", "D")}


def errors(name: str, tried: Calibration) -> list[Figure]:
    """List the figures of runs without any effect."""
    alpha = 100 * tried.settings.alpha
    return [
        Figure(f"{name}: runs without an effect", tried.runs, "runs", least=2000),
        Figure(f"{name}: of them with a false accept", 100 * tried.rate, "%", least=0.01),
        Figure(f"{name}: interval's lower end", 100 * tried.low, "%", most=alpha),
        Figure(f"{name}: interval's upper end", 100 * tried.high, "%"),
        Figure(f"{name}: replies that differ", 100 * tried.differing, "% of pairs", least=1),
        Figure(f"{name}: replies saved by racing", 100 * tried.saved, "%", least=15),
    ]


def points(name: str, tried: Calibration) -> list[Figure]:
    """List the curve, point by point."""
    return [
        Figure(
            f"{name}: {point.discordance:.0%} disagree, gain of {100 * point.gain:.1f} points",
            100 * point.share,
            "% accepted",
        )
        for point in tried.curve
    ]


def removals(seed: int) -> list[Figure]:
    """Try the claim `no worse` on rules worth exactly the margin and on rules worth nothing."""
    alpha, rng = GateSettings(decisions=RunSize().decisions).share, np.random.default_rng(seed)
    worst = 0.0
    for noise in (MARGIN, 0.15, 0.3):
        found = _count_accepts(rng, (noise - MARGIN) / 2, (noise + MARGIN) / 2, alpha)
        worst = max(worst, clopper_pearson(found, REMOVALS).low)
    still = _count_accepts(rng, 0.005, 0.005, alpha) / REMOVALS
    settings = GateSettings(alpha, rule="margin", margin=MARGIN)
    enough = rule_of(settings).fewest_pairs()
    same = [1.0] * enough
    passed = decide(same, same, settings).decision == "accept"
    return [
        Figure("no worse: alpha of one decision", 100 * alpha, "%"),
        Figure("no worse: loses the margin, lower end", 100 * worst, "%", most=100 * alpha),
        Figure("no worse: replies all but the same", 100 * still, "% accepted", least=50),
        Figure("no worse: identical replies needed", enough, "problems"),
        Figure("no worse: and then accepted", float(passed), "", least=1),
    ]


def _count_accepts(rng: np.random.Generator, win: float, lose: float, alpha: float) -> int:
    """Count the accepts among gates whose pairs are won and lost with these chances."""
    drawn = rng.multinomial(SIZE, [win, lose, 1 - win - lose], REMOVALS)
    outcomes, counts = np.unique(drawn, axis=0, return_counts=True)
    accepted, settings = 0, GateSettings(alpha, rule="margin", margin=MARGIN)
    for (wins, losses, rest), count in zip(outcomes, counts, strict=True):
        verdict = decide(
            [1.0] * wins + [0.0] * losses + [1.0] * rest,
            [0.0] * wins + [1.0] * losses + [1.0] * rest,
            settings,
        )
        accepted += count * (verdict.decision == "accept")
    return int(accepted)


def draw(one: Calibration, two: Calibration, file: Path) -> None:
    """Draw the power curves; the file's name says which kind of picture."""
    settings = {"svg.fonttype": "none", "svg.hashsalt": "tutelage", "font.size": 9}
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # its stub knows no plain dict
        picture = Picture(figsize=(7.6, 4.2), layout="constrained")
        axis = picture.subplots()
        for noise, (colour, mark) in LOOKS.items():
            known = " (assumed)" if noise == 0.3 else ""
            label = f"{noise:.0%} of pairs disagree{known}"
            _curve(axis, _at(one, noise), label, colour, mark, "-")
        _curve(axis, _at(two, 0.3), "30%, two replies a problem", "#009e73", "^", "--")
        promised = one.settings.power
        label = f"promised: {promised:.0%} at the detectable gain"
        axis.plot([one.detectable], [promised], "*", markersize=15, color="#d55e00", label=label)
        label = f"alpha of one decision: {one.settings.share:.2%}"
        axis.axhline(
            one.settings.share, color="#d55e00", linewidth=1, linestyle=(0, (4, 2)), label=label
        )
        axis.set(xlabel="true gain of the candidate, points", ylabel="accepted", ylim=(-0.02, 1.02))
        axis.set_title(
            f"{one.size.pairs} problems, alpha {one.settings.alpha:g} over "
            f"{one.size.decisions} decisions",
            loc="left",
        )
        axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, loc="upper left")
        file.parent.mkdir(parents=True, exist_ok=True)
        picture.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def _curve(axis, points: list[Point], label: str, colour: str, mark: str, line: str) -> None:
    gains, shares = [p.gain for p in points], [p.share for p in points]
    axis.fill_between(gains, [p.low for p in points], [p.high for p in points], alpha=0.15,
                      color=colour, linewidth=0)  # fmt: skip
    axis.plot(gains, shares, color=colour, marker=mark, linestyle=line, markersize=5, label=label)


def _at(tried: Calibration, noise: float) -> list[Point]:
    return [point for point in tried.curve if point.discordance == noise]


def show_curves(one: Calibration, two: Calibration) -> None:
    """Print the curves as tables: more replies are tried at the smaller gains that they find."""
    _table(one, {f"{noise:.0%}": _at(one, noise) for noise in LOOKS})
    _table(two, {"30%, 2 replies": _at(two, 0.3)})


def _table(tried: Calibration, columns: dict[str, list[Point]]) -> None:
    heads = "".join(f"{head:>16}" for head in columns)
    print(f"\n{'accepted, % (pairs that disagree)':36}{heads}")
    for row in zip(*columns.values(), strict=True):
        mark = "  detectable" if row[0].gain == tried.detectable else ""
        cells = "".join(f"{100 * point.share:16.1f}" for point in row)
        print(f"{f'true gain {100 * row[0].gain:.1f} points{mark}':36}{cells}")


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    parser = make_parser(__doc__)
    parser.add_argument("--figure", type=Path, metavar="FILE", default=Path("runs/gate.svg"),
                        help="where the curve is drawn, .svg or .png")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.perf_counter()
    one = calibrate(GateSettings(), RunSize(), runs=RUNS, gates=GATES, seed=options.seed)
    full = calibrate(GateSettings(race=False), RunSize(), runs=RUNS, gates=GATES, seed=options.seed)
    two = calibrate(
        GateSettings(replicates=2),
        RunSize(),
        runs=RUNS_OF_TWO,
        gates=GATES_OF_TWO,
        seed=options.seed + 1,
    )
    promised, found = 100 * one.settings.power, 100 * one.at_detectable.share
    figures = [
        *errors("one reply", one),
        Figure("one reply: detectable gain", 100 * one.detectable, "points"),
        Figure("one reply: found there", found, "%", promised + 5, promised - 5),
        Figure(
            "one reply: lost to racing", 100 * full.at_detectable.share - found, "points", most=3
        ),
        *errors("two replies", two),
        Figure("two replies: detectable gain", 100 * two.detectable, "points"),
        Figure(
            "two replies: found there",
            100 * two.at_detectable.share,
            "%",
            promised + 5,
            promised - 5,
        ),
        *removals(options.seed),
    ]
    figures.append(Figure("all of it", time.perf_counter() - start, "s", most=300))
    print_table(figures, Columns(40, 10, 12), "gate")
    show_curves(one, two)
    draw(one, two, options.figure)
    print(f"\nThe curve is drawn in {options.figure}.")
    curves = [*points("one reply", one), *points("two replies", two)]
    return finish(figures, options, curves)


if __name__ == "__main__":
    sys.exit(main())
