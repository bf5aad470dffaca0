"""Rule that reads a probe: whether the words in a prompt help a model, harm it, or do nothing."""

from ...evidence.effects import beyond_chance
from ...store.events import ProbeDecided


def words_help(probe: ProbeDecided) -> bool:
    """Tell whether words were shown to help: the interval and the test agree.

    The channel alone does not say it: a config may name it, and a student may have no other.
    """
    if probe.p is None:
        return probe.low > 0 and probe.channel == "words"
    return probe.low > 0 and beyond_chance(probe.low, probe.high, probe.p)


def words_harm(probe: ProbeDecided) -> bool:
    """Tell whether words were shown to harm: such a model is not deaf."""
    return probe.high < 0


def words_move(probe: ProbeDecided) -> bool:
    """Tell whether words were shown to change the score at all, up or down."""
    return words_help(probe) or words_harm(probe)
