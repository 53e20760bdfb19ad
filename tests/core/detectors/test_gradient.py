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
