"""Lasso geometry: box, painted mask and exact border together against a plain point in polygon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spurview.ui.latent import lasso
from spurview.ui.latent.lasso import inside_area, inside_polygon


def plain(x: float, y: float, corners: list[list[float]]) -> bool:
    """Even-odd rule for one point, as any textbook has it."""
    odd = False
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


def wanted(x, y, corners) -> list[int]:
    pairs = zip(x.astype(float).tolist(), y.astype(float).tolist(), strict=True)
    return [i for i, (px, py) in enumerate(pairs) if plain(px, py, corners.tolist())]


@pytest.fixture
def always_masked(monkeypatch):
    monkeypatch.setattr(lasso, "_FEW", 0)


polygons = st.lists(
    st.tuples(st.floats(-3, 3, width=16), st.floats(-3, 3, width=16)), min_size=3, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(corners=polygons, seed=st.integers(0, 1000), scale=st.sampled_from([1e-3, 1.0, 1e4]))
def test_any_polygon_takes_the_points_a_plain_test_takes(corners, seed, scale):
    rng = np.random.default_rng(seed)
    x, y = (rng.normal(0, 2, 400) * scale for _ in range(2))
    at = np.array(corners, np.float64) * scale
    few, lasso._FEW = lasso._FEW, 0
    try:
        assert inside_area(x, y, at).tolist() == wanted(x, y, at)
    finally:
        lasso._FEW = few
    assert inside_area(x, y, at).tolist() == wanted(x, y, at)


def test_points_close_to_a_long_edge_are_told_apart(always_masked):
    along = np.linspace(0.01, 0.99, 300)
    x = np.r_[along, along]
    y = np.r_[along + 1e-6, along - 1e-6] * 3
    triangle = np.array([[0.0, 0.0], [1.0, 3.0], [1.0, 0.0]])
    assert inside_area(x, y, triangle).tolist() == list(range(300, 600))


def test_a_path_that_crosses_itself_leaves_its_middle_out(always_masked):
    corners = np.array(
        [[np.cos(t), np.sin(t)] for t in np.radians(90 + 144 * np.arange(5))], np.float64
    )
    x, y = np.array([0.0, 0.0, 5.0]), np.array([0.0, 0.7, 5.0])
    assert inside_area(x, y, corners).tolist() == [1]


def test_points_that_are_nowhere_are_never_inside(always_masked):
    square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    x = np.array([0.0, np.nan, np.inf, 0.5], np.float32)
    assert inside_area(x, np.zeros(4, np.float32), square).tolist() == [0, 3]


@pytest.mark.parametrize("corners", [[], [[0, 0], [1, 1]], [[0, 0], [1, 1], [2, 2]]])
def test_what_has_no_area_takes_nothing(corners, always_masked):
    at = np.array(corners, np.float64).reshape(-1, 2)
    assert not len(inside_area(np.array([0.5, 0.0]), np.array([0.25, 0.7]), at))


def test_only_points_near_the_border_meet_the_edges(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-2, 2, 20_000), rng.uniform(-2, 2, 20_000)
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    met = []

    def watched(at, polygon):
        met.append(len(at))
        return inside_polygon(at, polygon)

    monkeypatch.setattr(lasso, "inside_polygon", watched)
    found = inside_area(x, y, np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert len(found) > 3000
    assert sum(met) < 300
