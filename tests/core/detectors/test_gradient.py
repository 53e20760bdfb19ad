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


def test_each_window_lies_apart_from_those_before(found):
    """The strongest place once, then the next one and not the first one's surroundings."""
    slope = np.zeros(pools.SHAPE, np.float32)
    slope[pools.PATCH] = 10 * (pools.PATCH_VALUES[..., None] - 0.5)
    slope[1:4, 8:11] = pools.PATCH_VALUES[..., None] - 0.5
    proposals = gradient_windows(
        found,
        lambda rows, class_index: np.tile(slope.ravel(), (len(rows), 1)),
        np.random.default_rng(0),
    )
    there = slope.copy()
    there[pools.PATCH] = 0
    along = found.residual(found.members_a) @ there.ravel()
    assert len(proposals) == 2
    assert set(np.flatnonzero(proposals[1].members)) == set(
        np.argsort(-along)[: proposals[1].members.sum()]
    )


def test_a_network_that_looks_nowhere_gives_no_window(found):
    nowhere = gradient_windows(
        found, lambda rows, class_index: np.zeros((len(rows), 144)), np.random.default_rng(0)
    )
    assert nowhere == []
