"""Maps and images of patterns that move, for pictures: moved to each image's place, and back."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.template import brought_home, moved_masks, shifted

MAP = np.arange(1, 13, dtype=np.float32).reshape(3, 4)


@pytest.mark.parametrize("steps", [4, 5, 99, 32767, -4, -5, -99, -32768])
def test_what_is_moved_off_the_image_is_gone(steps):
    assert not shifted(MAP, np.array([steps, 0], np.int16)).any()
    assert not shifted(MAP, np.array([0, steps], np.int16)).any()


def test_maps_keep_their_type_and_there_may_be_none():
    offsets = np.array([[0, 0], [2, -1], [0, 3]], np.int16)
    moved = moved_masks(MAP, offsets)
    assert moved.dtype == np.float32
    assert [m.tolist() for m in moved] == [shifted(MAP, offset).tolist() for offset in offsets]
    assert moved_masks(MAP, offsets[:0]).shape == (0, 3, 4)


def test_images_are_brought_back_to_where_the_map_lies():
    offsets = np.array([[1, 2], [-1, 0]], np.int16)
    home = brought_home(moved_masks(MAP, offsets)[..., None], offsets)[..., 0]
    assert home[0, :2, :2].tolist() == [[1, 2], [5, 6]]
    assert home[1, 1:].tolist() == MAP[1:].tolist()


def test_the_border_is_repeated_where_an_image_ends():
    coloured = np.stack([MAP, 10 * MAP], 2)[None]
    home = brought_home(coloured, np.array([[-1, 2]], np.int16))[0]
    assert home[0, :, 0].tolist() == home[1, :, 0].tolist() == [3, 4, 4, 4]
    assert home[2, :, 1].tolist() == [70, 80, 80, 80]
