"""Rule that asks for a significant gain: McNemar's exact test, or sign flips of graded scores."""

from collections.abc import Sequence
from itertools import count
from math import sqrt

from scipy.special import ndtr, ndtri

from ...pairs import mcnemar, sign_flip_at
from ..comparison import Comparison, points
from ..power import UNDETECTABLE, chance_to_pass, smallest_detectable
from ..rule import FUTILE, AcceptanceRule, Decision


class ExactTest(AcceptanceRule):
    """Accepts a gain whose exact one-sided p-value is at most alpha.

    Another test of the same claim is a subclass that says what its p-values are.
    """

    name = "exact"
    claim = "better"

    @staticmethod
    def p_of_counts(wins: int, losses: int) -> float:
        """Return the p-value of right/wrong scores: smaller with a win more or a loss less."""
        return mcnemar(wins, losses)

    def p_of_differences(self, found: Sequence[float]) -> float:
        """Return the p-value of graded scores."""
        terms = self.settings
        return sign_flip_at(found, terms.share, terms.seed, terms.samples)

    def p(self, c: Comparison) -> float:
        if c.binary:
            return self.p_of_counts(c.wins, c.losses)
        return self.p_of_differences(c.differences)

    def judge(self, c: Comparison, p: float) -> tuple[Decision, str]:
        alpha, n = self.settings.share, c.pairs
        if self._too_few(n):
            return (
                "indecisive",
                f"{n} pairs are too few: even {n} wins would not pass at {alpha:.2g}.",
            )
        changed = f"{c.tally}, {c.change} (p = {p:.2g}"
        if p <= alpha and c.gain > 0:
            return "accept", f"{changed}, at most {alpha:.2g} allowed)."
        worth = self._worthwhile(n + c.missing)
        if c.interval.high < worth:
            return "reject", (
                f"{c.tally}: the gain is at most {points(c.interval.high)}, "
                f"less than the {points(worth)} this gate looks for."
            )
        return "indecisive", (
            f"{changed}): too close to call; a gate of this size looks for gains of "
            f"{points(self.detectable(n + c.missing))} or more."
        )

    def detectable(self, n: int) -> float:
        """Return the smallest gain that `n` problems find with the power asked for.

        Above 1 (UNDETECTABLE) means that the block is too small to accept anything. Graded scores
        are planned as if they were right/wrong, and the mean of replicates as what it is; both by
        sign flips.
        """
        if self._too_few(n):
            return UNDETECTABLE
        s, test = self.settings, mcnemar if self.settings.many_valued else self.p_of_counts
        return smallest_detectable(n, s.share, s.power, s.discordance, s.replicates, test)

    def fewest_pairs(self) -> int:
        share, enough = self.settings.share, (n for n in count(1) if not self._too_few(n))
        return next(n for n in enough if self.p_of_counts(n, 0) < share)

    def promise(self, n: int) -> str:
        return f"gains from {100 * min(self.detectable(n), 1.0):+.0f} points can be found"

    def futility(self, c: Comparison, left: int) -> str:
        """Return why `left` problems more can hardly bring an accept; empty while they can.

        Either not even as many wins would pass, or the gate would accept with a chance below FUTILE
        though the gain were the one it looks for.
        """
        if self.p(c.with_wins(left)) > self.settings.share:
            return f"even {left} wins more would not pass"
        gain = min(self._worthwhile(c.pairs + c.missing + left), 1.0)
        if self._chance(c, left, gain) < FUTILE:
            return (
                f"even if its gain were the {points(gain)} this gate looks for, "
                f"it would now pass with a chance below {FUTILE:.0%}"
            )
        return ""

    def _too_few(self, n: int) -> bool:
        """Tell whether not even `n` wins would pass, by the test that such scores get."""
        s = self.settings
        return self.p_of_counts(n, 0) > s.share or (
            s.many_valued and self.p_of_differences([1.0] * n) > s.share
        )

    def _worthwhile(self, n: int) -> float:
        """Return the gain that a gate over `n` problems looks for."""
        worth = self.settings.worthwhile
        return self.detectable(n) if worth is None else worth

    def _chance(self, c: Comparison, left: int, gain: float) -> float:
        """Return how often it would pass if the rest gained `gain` a problem; exact where counted.

        Of graded scores a normal approximation: it only decides how long to go on asking.
        """
        s = self.settings
        if c.binary and not s.many_valued:
            seen = (c.wins, c.losses)
            return chance_to_pass(left, s.share, gain, s.discordance, *seen, self.p_of_counts)
        squares = sum(d * d for d in c.differences)
        # Nothing that gains `gain` on average moves less than this.
        square = max(squares / c.pairs if c.pairs else 0.0, gain * gain)
        needed = -ndtri(s.share) * sqrt(squares + left * square)
        ahead = sum(c.differences) + left * gain - needed
        spread = sqrt(left * (square - gain * gain))
        return float(ndtr(ahead / spread)) if spread else float(ahead >= 0)
