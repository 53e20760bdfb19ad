"""Pool enrichment: more carriers got the class than their content explains, counted on half B."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from spurview.core.candidate import Candidate
from spurview.core.material import Material


@dataclass(frozen=True)
class Enrichment:
    """Carriers in half B, how many were predicted the class, and how many content would explain."""

    matching: int
    of_class: int
    expected: float
    z: float
    p: float

    @property
    def lift(self) -> float | None:
        """Observed over expected; None where nothing is expected."""
        return self.of_class / self.expected if self.expected > 0 else None


def enrichment(material: Material, candidate: Candidate) -> Enrichment:
    """Carriers of half B predicted as the class, against their content neighbours without hits.

    A carrier's chance is the share of the class among its nearest images of half A that are no
    hits; z = (observed - sum e) / sqrt(sum e (1 - e) + 1), p from its upper normal tail.
    """
    mine = material.of_class(candidate.class_index)
    rows = np.flatnonzero(candidate.hits & material.confirm)
    near = material.matcher.without(candidate.hits, rows)[rows]
    chance = mine[near].mean(1) if len(rows) else np.zeros(0)
    return enrichment_of(int(mine[rows].sum()), chance)


def enrichment_of(observed: int, chance: NDArray[np.floating]) -> Enrichment:
    """As `enrichment`, of carriers (n,) by the chance of each to be predicted as the class."""
    z = (observed - chance.sum()) / np.sqrt((chance * (1 - chance)).sum() + 1)
    return Enrichment(
        len(chance), observed, float(chance.sum()), float(z), max(float(stats.norm.sf(z)), 1e-300)
    )
