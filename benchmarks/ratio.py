"""One ratio of many that were measured in pairs, and how sure it is."""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from math import exp, log
from statistics import median

from msgspec import Struct

LEAST_PAIRS = 6
"""Of fewer no interval is 95 % sure."""
_UNSURE = 0.05


class Ratio(Struct, frozen=True):
    """The middle of the ratios, and the ends of the interval that holds it in at least 95 of 100 such comparisons."""

    middle: float
    low: float
    high: float


def ratio_of(ratios: Sequence[float]) -> Ratio:
    """At least `LEAST_PAIRS` of them.

    Hodges and Lehmann's estimate with Wilcoxon's signed-rank interval, on logarithms: the middle is the median of the
    geometric means of every two ratios. It assumes that ratios scatter alike to both sides, but no normal
    distribution: a run that met a slow spell of the machine does not draw it away. Source: Hollander and Wolfe,
    Nonparametric Statistical Methods, 3.2 and 3.3.
    """
    logs = [log(ratio) for ratio in ratios]
    means = sorted((one + other) / 2 for one, other in combinations_with_replacement(logs, 2))
    edge = _outside(len(logs))
    return Ratio(exp(median(means)), exp(means[edge]), exp(means[-1 - edge]))


def _outside(count: int) -> int:
    """How many of the means lie outside at either end: as many as leave 95 % inside.

    By chance alone each rank from 1 to `count` belongs to a ratio above or below the middle: `ways[sum]` is how often
    the ranks of those above have that sum.
    """
    ways = [1]
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    allowed = _UNSURE / 2 * 2**count
    outside, seen = 0, 0
    while seen + ways[outside] <= allowed:
        seen += ways[outside]
        outside += 1
    assert outside, f"{count} ratios are too few for an interval"
    return outside - 1
