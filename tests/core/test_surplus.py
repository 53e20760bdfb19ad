"""How much more often a class is met among hits, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.surplus import surplus, worth


def test_surplus_by_hand():
    assert surplus(8, 10, 0.5) == pytest.approx(3 / np.sqrt(3.5))
    assert surplus(2, 10, 0.5) == pytest.approx(-3 / np.sqrt(3.5))
    assert surplus(0, 0, 0.3) == 0


def test_a_full_valley_counts_no_more_than_three():
    assert worth(3.0, 0.0) == pytest.approx(20)
    assert worth(3.0, 0.85) == pytest.approx(3)
    assert worth(3.0, 3.0) == worth(3.0, 99.0) == pytest.approx(3 / 3.15)
