"""The candidate that knows the patch of `moved_pools`: who carries it, and where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spurview.core.candidate import Candidate
from tests.core.moved_pools import SIDE_PX, TARGET, Moved

# Where the mask lies: (top, left), from which places are counted.
HOME = np.array([8, 8])


def known_candidate(planted: Moved, **fields: Any) -> Candidate:
    """The patch's mask at home, its carriers, and the true place of each image."""
    mask = np.zeros(planted.material.shape[:2], bool)
    mask[HOME[0] : HOME[0] + SIDE_PX, HOME[1] : HOME[1] + SIDE_PX] = True
    known = Candidate(
        class_index=TARGET,
        family="moved",
        detectors=frozenset({"exemplars"}),
        mask=mask,
        hits=planted.carriers,
        linear=planted.carriers.astype(np.float32),
        threshold=0.6,
        agreement=1.0,
        key=1.0,
        places=(planted.places - HOME).astype(np.int16),
    )
    return replace(known, **fields)
