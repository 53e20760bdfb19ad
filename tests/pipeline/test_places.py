"""Where images have a pattern: as the search writes it, and as pictures read it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.pipeline.places import best_first, mixed, offsets, shared_maps
from spurview.pipeline.search_stages import _places
from tests import constructed

SIZE = (6, 9)


def found(places):
    template = SimpleNamespace(mask=np.zeros(SIZE, np.float32))
    return SimpleNamespace(candidate=SimpleNamespace(places=places), template=template)


def test_where_no_pattern_moves_no_places_are_written():
    assert _places([found(None), found(None)], 4) == {}
    assert _places([], 4) == {}


def test_a_pattern_that_stays_has_no_offset_and_others_stay_within_the_image():
    moved = np.array([[0, 0], [-7, 9], [6, -12], [5, -8]], np.int16)
    places = _places([found(None), found(moved)], 4)["/candidates/places"]
    assert places.dtype == np.int16
    assert places[0].tolist() == [[0, 0]] * 4
    assert places[1].tolist() == [[0, 0], [-5, 8], [5, -8], [5, -8]]


@pytest.fixture
def reader():
    return MemoryReader(constructed.moved())


def test_offsets_come_in_the_order_of_the_rows(reader):
    rows = constructed.CARRIERS[[4, 0, 9]]
    wanted = constructed.moved()["/candidates/places"][0][rows]
    assert np.array_equal(offsets(reader, 0, rows), wanted)
    assert np.array_equal(offsets(reader, 0, rows.tolist()), wanted)


def test_a_pattern_that_stays_has_no_offsets_and_one_map(reader):
    still = MemoryReader(constructed.arrays())
    for arrays, index in ((reader, 1), (still, 0)):
        assert offsets(arrays, index, constructed.CARRIERS) is None
        shared = shared_maps(arrays, index, constructed.CARRIERS)
        assert np.array_equal(shared, arrays.read("/candidates/map")[index])


def test_each_map_lies_on_the_images_own_pattern(reader):
    rows = constructed.CARRIERS
    bright = reader.read_rows("/images/pixels", rows)[..., 0] == 255
    assert np.array_equal(shared_maps(reader, 0, rows) > 0, bright)
    assert shared_maps(reader, 0, []).shape == (0, constructed.SIDE, constructed.SIDE)


def test_the_highest_scores_come_first_and_equal_ones_folder_by_folder_no_longer():
    scores = np.r_[np.zeros(5), np.full(40, 1), np.linspace(2, 3, 5)].astype(np.float32)
    ordered = best_first(np.arange(4, 50), scores)
    assert ordered.tolist()[:5] == [49, 48, 47, 46, 45]
    assert ordered.tolist()[-1] == 4
    equal = ordered[5:-1]
    assert sorted(equal.tolist()) == list(range(5, 45))
    # In the order of the rows the first ten would be 5 to 14.
    assert equal[:10].max() > 30
    assert np.array_equal(best_first(np.arange(4, 50), scores), ordered)


def test_only_equal_neighbours_are_mixed():
    scores = np.array([1, 1, 1, 0, 0, 0, 1, 1, 1, 5], np.float32)
    rows = np.arange(10)
    found = mixed(rows, scores).tolist()
    assert [sorted(found[:3]), sorted(found[3:6]), sorted(found[6:9]), found[9]] == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        9,
    ]
    assert mixed(rows[:0], scores).tolist() == []
