"""The one selection and the focus."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spurview.ui.latent.colouring import Colouring, Group
from spurview.ui.selection import Selection
from tests.ui.conftest import ALARM, WEAK

ROWS = st.lists(st.integers(0, 30), max_size=12)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("replace", [3, 4]),
        ("add", [1, 2, 3, 4]),
        ("remove", [1, 2]),
        ("intersect", [3]),
    ],
)
def test_modes_combine_as_sets(selection, mode, expected):
    selection.set_rows([1, 2, 3])
    selection.set_rows([4, 3], mode)
    assert selection.rows.tolist() == expected


@given(first=ROWS, second=ROWS, mode=st.sampled_from(["replace", "add", "remove", "intersect"]))
def test_rows_are_always_sorted_and_unique(first, second, mode):
    selection = Selection()
    selection.set_rows(first)
    selection.set_rows(second, mode)
    assert selection.rows.tolist() == sorted(set(selection.rows.tolist()))
    assert selection.rows.dtype == np.int64


def test_the_same_rows_again_are_silent(selection, qtbot):
    selection.set_rows([5, 2])
    with qtbot.assertNotEmitted(selection.changed):
        selection.set_rows(np.array([2, 5, 5]))


def test_nobody_can_write_into_the_selection(selection):
    selection.set_rows([1])
    with pytest.raises(ValueError, match="read-only"):
        selection.rows[0] = 2


def test_focus_is_silent_when_same(focus, qtbot):
    focus.row = 3
    with qtbot.assertNotEmitted(focus.row_changed):
        focus.row = np.int64(3)


def test_focusing_a_candidate_selects_its_members(guide, document, selection, focus):
    focus.candidate_id = ALARM
    assert selection.rows.tolist() == sorted(document.rows[ALARM].members.tolist())
    assert focus.class_index == 1
    assert focus.row == document.rows[ALARM].members[0]


def test_choosing_the_focused_candidate_again_brings_its_members_back(guide, selection, focus):
    guide.show_candidate(ALARM)
    selection.set_rows([0])
    guide.show_candidate(ALARM)
    assert len(selection.rows) == 30


def test_choosing_a_class_selects_its_pool_images(guide, document, selection, focus):
    guide.show_candidate(WEAK)
    guide.show_class(1)
    predicted = document.reader.read("/predictions/class")[selection.rows]
    assert focus.candidate_id is None
    assert set(predicted.tolist()) == {1}
    assert selection.rows.min() >= 60


@pytest.mark.parametrize("rows", [np.arange(10, 20), np.array([10, 11, 14, 19])])
def test_places_of_selected_rows_among_those_shown(rows):
    codes = np.zeros(len(rows), np.uint8)
    colouring = Colouring("Predicted", (Group("a", 0),), rows, codes)
    index, found = colouring.places_of(np.array([3, 11, 13, 19, 40]))
    expected = np.isin([3, 11, 13, 19, 40], rows)
    assert found.tolist() == expected.tolist()
    assert rows[index].tolist() == np.array([3, 11, 13, 19, 40])[expected].tolist()
