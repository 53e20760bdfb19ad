"""How well what is found agrees with what is known: sets, rankings, maps, patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Agreement:
    """How one set agrees with the true one; precision of nothing found and recall of nothing true
    are 0."""

    precision: float
    recall: float
    f1: float


def agreement(found: Bools, true: Bools) -> Agreement:
    """Precision, recall and their harmonic mean of two sets as (n,) bool."""
    both, n_found, n_true = int((found & true).sum()), int(found.sum()), int(true.sum())
    return Agreement(
        precision=both / n_found if n_found else 0.0,
        recall=both / n_true if n_true else 0.0,
        f1=2 * both / (n_found + n_true) if n_found + n_true else 0.0,
    )


def chance_f1(n_drawn: int, n_true: int, n_all: int) -> float:
    """The F1 to expect of `n_drawn` of `n_all` drawn at random, of which `n_true` are right.

    The expected overlap of a hypergeometric draw over both sizes, which do not vary.
    """
    return 2 * n_drawn * n_true / n_all / (n_drawn + n_true) if n_drawn + n_true else 0.0


def average_precision(scores: Floats, true: Bools) -> float:
    """Mean precision over the true ones as the threshold falls, (n,) each; 0 where none is true.

    What has the same score enters together, so that the order of the input does not matter. As in
    scikit-learn, sum over thresholds of (R_n - R_(n-1)) P_n.
    """
    n_true = int(true.sum())
    if n_true == 0:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True)
    right = np.cumsum(true[order])[last_of_tie]
    seen = np.flatnonzero(last_of_tie) + 1
    gained = np.diff(right, prepend=0)
    return float((gained * right / seen).sum() / n_true)


def iou(found: Bools, true: Bools) -> float:
    """Intersection over union of two masks of any shape; 1 where both are empty."""
    union = int((found | true).sum())
    return int((found & true).sum()) / union if union else 1.0


def ncc(one: Floats, other: Floats) -> float:
    """Normalised cross-correlation, -1..1, of two patterns of one shape; 0 where one is flat."""
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum() / scale) if scale > 0 else 0.0


def best_ncc(one: Floats, other: Floats) -> float:
    """The highest `ncc` over all moves of one pattern (H, W, C) along the other, around the edges.

    For patterns that stand elsewhere from image to image: neither has a place of its own.
    """
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    if scale == 0:
        return 0.0
    product = np.fft.fft2(a, axes=(0, 1)) * np.conj(np.fft.fft2(b, axes=(0, 1)))
    correlation = np.fft.ifft2(product, axes=(0, 1)).real.sum(-1)
    return float(correlation.max() / scale)


def matched(table: Floats, least: float) -> dict[int, int]:
    """Row to column of the one-to-one matching with the highest total (Kuhn 1955).

    table: (K, M) in 0..1; pairs below `least` count nothing and are left out.
    """
    from scipy.optimize import linear_sum_assignment

    worth = np.where(table >= least, table, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return {int(k): int(m) for k, m in zip(rows, columns, strict=True) if table[k, m] >= least}
