"""Candidates of which all is known: who carries the pattern, and with what scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from spurview.core.candidate import Candidate
from spurview.core.material import Bools, Material
from tests.core import pools


def candidate(hits: Bools, **fields: Any) -> Candidate:
    """A local candidate of class 1 with these hits, on the patch of `pools`."""
    known: dict[str, Any] = {
        "class_index": pools.TARGET,
        "family": "local",
        "detectors": frozenset({"class"}),
        "mask": pools.planted().mask,
        "hits": hits,
        "linear": hits.astype(np.float32),
        "threshold": 0.6,
        "agreement": 1.0,
        "key": 1.0,
    }
    return Candidate(**(known | fields))


def random_hits(material: Material, seed: int, n: int = 60) -> Bools:
    """So many images of the pool at random, (N,) bool."""
    hits = np.zeros(len(material.images), bool)
    rows = np.flatnonzero(material.pool)
    # Not the stream that split the pool: its first rows all lie in half A.
    hits[np.random.default_rng([7, seed]).permutation(rows)[:n]] = True
    return hits
