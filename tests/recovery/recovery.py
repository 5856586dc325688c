# Run: python3 tests/recovery/recovery.py > tests/recovery/recovery.json, with statsmodels 0.15.0.
"""Intervals of the difference of two independent proportions, at .95, by Newcombe's hybrid score method."""

import json

from statsmodels.stats.proportion import confint_proportions_2indep

COUNTS = [
    ((56, 70), (48, 80)),
    ((48, 80), (56, 70)),
    ((5, 56), (0, 29)),
    ((10, 10), (0, 20)),
    ((0, 10), (0, 10)),
    ((1, 3), (1, 3)),
    ((19975, 20000), (19990, 20000)),
    ((333, 1000), (1, 2)),
    ((7, 20000), (500, 1000)),
]


def row(more, less):
    low, high = confint_proportions_2indep(*more, *less, method="newcomb", compare="diff", alpha=0.05)
    return [*more, *less, low, high]


print("[" + ",\n ".join(json.dumps(row(*counts)) for counts in COUNTS) + "]")
