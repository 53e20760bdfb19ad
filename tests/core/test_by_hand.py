"""Candidates from chosen images, where the pattern they were chosen for moves."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.by_hand import DETECTOR, Moved, candidate_by_hand
from spurview.core.material import f1
from spurview.core.progress import silent
from spurview.core.template import shifted
from tests.core import moved_pools
from tests.core.moved_pools import SIDE_PX, TARGET

HOME = (8, 8)


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


@pytest.fixture(scope="module")
def parent(planted):
    mask = np.zeros(planted.material.shape[:2], bool)
    mask[HOME[0] : HOME[0] + SIDE_PX, HOME[1] : HOME[1] + SIDE_PX] = True
    return Moved(mask, (planted.places - HOME).astype(np.int16))


@pytest.fixture(scope="module")
def part(planted):
    """Two thirds of the carriers among the pool images of the class."""
    rows = np.flatnonzero(planted.carriers & planted.material.of_class(TARGET))
    return np.setdiff1d(rows, rows[::3])


def test_a_part_of_a_moved_pattern_moves_as_well(planted, parent, part):
    found = candidate_by_hand(planted.material, TARGET, part, silent, moved=parent)
    assert (found.family, found.detectors) == ("moved", {DETECTOR})
    assert f1(found.hits, planted.carriers) >= 0.95
    marked = np.stack([shifted(found.mask, place) for place in found.places[part]])
    there = np.stack([shifted(parent.mask, place) for place in parent.places[part]])
    assert np.median([f1(a, b) for a, b in zip(marked, there, strict=True)]) > 0.9


def test_without_its_places_it_would_not_be_known_to_move(planted, part):
    found = candidate_by_hand(planted.material, TARGET, part, silent)
    assert found is None or found.family != "moved"


def test_too_few_images_to_register_leave_what_stays_in_place(planted, parent, part):
    few = part[planted.material.discover[part]][:5]
    found = candidate_by_hand(planted.material, TARGET, few, silent, moved=parent)
    assert found is None or found.family != "moved"
