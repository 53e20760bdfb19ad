"""Wilson's interval against scipy's."""

from __future__ import annotations

import pytest
from scipy import stats

from spurview.core.wilson import wilson_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 40), (3, 500), (310, 500), (7, 7), (1, 1)])
def test_interval_is_that_of_scipy(hits, n):
    wanted = stats.binomtest(hits, n).proportion_ci(0.95, "wilson")
    assert wilson_interval(hits / n, n) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_a_share_of_nothing_has_no_interval():
    with pytest.raises(ValueError, match="no images"):
        wilson_interval(0.5, 0)
