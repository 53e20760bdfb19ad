"""False discovery rates by hand, and what always holds of them."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.false_discovery import benjamini_hochberg


def test_benjamini_hochberg_by_hand():
    q = benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    assert q == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])


def test_benjamini_hochberg_of_nothing():
    assert benjamini_hochberg([]) == []


@pytest.mark.parametrize("seed", range(3))
def test_q_values_are_no_smaller_than_p_and_keep_their_order(seed):
    p = np.random.default_rng(seed).random(20) ** 3
    q = np.array(benjamini_hochberg(p.tolist()))
    assert (q >= p - 1e-12).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
