"""Classes and their places in the palette where there are more classes than colours."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.ui.class_palette import OTHER, by_number, by_size, class_places
from spurview.ui.latent import colouring

# Pool images of each of twelve classes; the three smallest are 0, 4 and 11.
COUNTS = [1, 9, 8, 7, 2, 9, 6, 5, 4, 9, 8, 3]
PLACES = [OTHER, 0, 1, 2, OTHER, 3, 4, 5, 6, 7, 8, OTHER]


@pytest.fixture
def many():
    """A document of twelve classes, and images of interest that would make class 0 the largest."""
    pool = np.repeat(np.arange(12), COUNTS).astype(np.int32)
    classes = np.concatenate([np.zeros(50, np.int32), pool])
    role = np.r_[np.full(50, INTEREST_TRAIN), np.full(len(pool), POOL)].astype(np.uint8)
    arrays = {"/images/role": role, "/predictions/class": classes, "/images/label": classes}
    names = [f"class {k}" for k in range(12)]
    info = SimpleNamespace(class_names=names, label_names=names)
    return SimpleNamespace(reader=MemoryReader(arrays), info=info)


def test_up_to_ten_classes_keep_their_own_places():
    assert by_number(10) == by_size(np.array([3, 3, 9]), 10) == list(range(10))
    assert class_places(MemoryReader({}), 4) == [0, 1, 2, 3]


def test_beyond_ten_the_nine_largest_of_the_pool_have_colours(many):
    assert class_places(many.reader, 12) == PLACES


def test_before_any_prediction_the_first_nine_have_colours():
    assert class_places(MemoryReader({}), 12) == [*range(9), OTHER, OTHER, OTHER]


@pytest.mark.parametrize("way", [colouring.by_predicted, colouring.by_label])
def test_plots_have_the_same_places_and_one_group_for_the_rest(many, way):
    made = way(many)
    places = class_places(many.reader, 12)
    coloured = [k for k in range(12) if places[k] != OTHER]
    assert [(g.name, g.palette) for g in made.groups] == [
        *((f"class {k}", places[k]) for k in coloured),
        ("other", OTHER),
    ]
    assert made.totals.tolist() == [*(COUNTS[k] for k in coloured), 1 + 2 + 3]
