"""Rule for candidates that only take away: a loss of the margin must be ruled out."""

from math import ceil, log

from ..comparison import Comparison, points
from ..margins import chance_no_worse, graded_no_worse, no_worse, smallest_margin
from ..rule import AcceptanceRule, Decision


class MarginTest(AcceptanceRule):
    """Accepts where a loss of the margin has a p-value of at most alpha; see `margins`."""

    name = "margin"
    claim = "no worse"

    def p(self, c: Comparison) -> float:
        if c.binary and not self.settings.many_valued:
            return no_worse(c.wins, c.losses, c.pairs, self.settings.margin)
        return graded_no_worse(c.differences, self.settings.margin)

    def judge(self, c: Comparison, p: float) -> tuple[Decision, str]:
        alpha, margin = self.settings.share, self.settings.margin
        if p <= alpha:
            return "accept", (
                f"{c.tally}: a loss of {points(margin)} or more is ruled out "
                f"(p = {p:.2g}, at most {alpha:.2g} allowed)."
            )
        smallest = smallest_margin(c.pairs, alpha, self.settings.many_valued or not c.binary)
        if smallest > margin:
            return "indecisive", (
                f"{c.tally}. {c.pairs} pairs are too few: even identical replies would only rule "
                f"out a loss of {points(smallest)}, and at most {points(margin)} may be lost."
            )
        return (
            "indecisive",
            f"{c.tally}, {c.change}: a loss of {points(margin)} is not ruled out (p = {p:.2g}).",
        )

    def detectable(self, n: int) -> float:
        """Return the smallest loss that identical replies to `n` problems rule out.

        Beyond the margin, the block is too small.
        """
        return smallest_margin(n, self.settings.share, self.settings.many_valued)

    def fewest_pairs(self) -> int:
        """Return the number of identical replies that rule a loss of the margin out."""
        s = self.settings
        needed = ceil(log(s.share) / log(1 - s.margin))
        while s.many_valued and graded_no_worse([0.0] * needed, s.margin) > s.share:
            needed += 1
        return needed

    def promise(self, n: int) -> str:
        s, found = self.settings, self.detectable(n)
        luck = chance_no_worse(n, s.share, s.margin, s.discordance, s.replicates)
        told = (
            f"even identical replies would rule out no loss below {points(found)}"
            if found > s.margin
            else f"identical replies pass, and without any loss about {luck:.0%} of those "
            f"whose luck differs on {s.discordance:.0%} of the problems"
        )
        return f"it only takes rules away, and may lose {points(s.margin)} at most; {told}"

    def futility(self, c: Comparison, left: int) -> str:
        if self.p(c.with_wins(left)) > self.settings.share:
            return f"even {left} wins more would not rule the loss out"
        return ""
