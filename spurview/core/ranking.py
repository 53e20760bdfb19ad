"""Candidates by what speaks for them: one number for each, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from spurview.core.evidence import Outcome, VerificationRecord

_LEAST_RATIO, _MOST_RATIO = 0.05, 4.0
# In the order: twice as much as a test asks for is as good as more.
_MOST_TO_RANK = 2.0
_STANDING: dict[Outcome, int] = {"alarm": 0, "suspect": 1, "candidate": 2}


def combined(ratios: Mapping[str, float], most: float = _MOST_RATIO) -> float:
    """Geometric mean of the ratios, each clipped to [.05, most]."""
    clipped = np.clip(list(ratios.values()), _LEAST_RATIO, most)
    return float(np.exp(np.log(clipped).mean()))


def score(ratios: Mapping[str, float]) -> float:
    """The geometric mean as a number in 0..1 that is .5 where evidence meets its thresholds."""
    return float(1 - 0.5 ** combined(ratios))


def ranked(records: Sequence[VerificationRecord]) -> list[VerificationRecord]:
    """The records in their order, with ranks from 1: alarms, suspects, then the others.

    Within each by the geometric mean, of ratios up to 2: the look of a class passes some tests by
    far, so that a long way past one must not make up for another that is not met.
    """
    order = sorted(
        range(len(records)),
        key=lambda i: (
            _STANDING[records[i].outcome],
            -combined(records[i].ratios, _MOST_TO_RANK),
            records[i].id,
        ),
    )
    told = list(records)
    for rank, index in enumerate(order, start=1):
        told[index] = msgspec.structs.replace(records[index], rank=rank)
    return told
