"""The share of false ones among as many candidates as were tried."""

from __future__ import annotations

from scipy import stats


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    """False discovery rate at which each would be rejected (Benjamini and Hochberg 1995)."""
    if not p_values:
        return []
    return [float(q) for q in stats.false_discovery_control(p_values, method="bh")]
