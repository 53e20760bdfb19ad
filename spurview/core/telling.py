"""Hits as a matched filter tells them: scores, threshold, agreement, and what they promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import discovery_key
from spurview.core.material import Bools, Material, f1
from spurview.core.scorers import MatchedFilter
from spurview.core.separation import valley


@dataclass(frozen=True)
class Telling:
    """linear, threshold, agreement and key are those of `Candidate`."""

    linear: NDArray[np.float32]
    threshold: float
    agreement: float
    key: float


def telling(
    material: Material, scorer: MatchedFilter, hits: Bools, mine: Bools, scope: Bools
) -> Telling | None:
    """The hits as the scorer tells them; None where their typical score is not positive.

    material: as the scorer is to see it; hits, mine, scope: (N,) bool, images with the pattern,
    pool images of the class, and the images among which the pattern is sought.
    """
    if scorer.typical <= 0:
        return None
    scores = scorer.scores(material)
    agreement = f1((scores > scorer.threshold) & scope, hits & scope)
    gap = valley(scores[scope], scorer.typical, scorer.threshold)
    return Telling(
        linear=(scores / scorer.typical).astype(np.float32),
        threshold=scorer.threshold / scorer.typical,
        agreement=agreement,
        key=discovery_key(hits, mine, material.discover, agreement, gap),
    )
