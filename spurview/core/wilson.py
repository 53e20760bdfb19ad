"""The interval of a share, light enough for the window's thread."""

from __future__ import annotations

from math import sqrt

# The normal quantile of a two-sided 95 % interval.
_Z = 1.959963984540054


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share counted over n images (Wilson 1927). Raises ValueError for n < 1."""
    if n < 1:
        raise ValueError("a share of no images has no interval")
    weight = 1 + _Z * _Z / n
    middle = (share + _Z * _Z / (2 * n)) / weight
    reach = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n)) / weight
    return max(0.0, middle - reach), min(1.0, middle + reach)
