"""Members that follow a gradient that is known."""

from __future__ import annotations

import numpy as np

from spurview.core.detectors.clustering import least_members
from spurview.core.detectors.gradient import gradient_windows
from tests.core import pools


def test_windows_of_the_gradient_lean_to_the_carriers(found, carriers):
    def gradients(rows, class_index):
        slope = np.zeros(pools.SHAPE, np.float32)
        slope[pools.PATCH] = pools.PATCH_VALUES[..., None] - 0.5
        return np.tile(slope.ravel(), (len(rows), 1))

    proposals = gradient_windows(found, gradients, np.random.default_rng(0))
    assert carriers[proposals[0].members].all()
    assert proposals[0].members.sum() == least_members(len(carriers))


def test_no_window_is_taken_twice(found):
    """Of a gradient that is anything anywhere, each window orders the members by itself."""
    slope = np.random.default_rng(1).normal(size=144).astype(np.float32)
    proposals = gradient_windows(
        found, lambda rows, class_index: np.tile(slope, (len(rows), 1)), np.random.default_rng(0)
    )
    assert len({proposal.members.tobytes() for proposal in proposals}) == 3
