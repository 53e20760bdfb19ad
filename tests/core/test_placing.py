"""Where a working image lies in what a network sees, and that changes land there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spurview.core.network_description import Preprocessing
from spurview.core.placing import box_within, placed, prepared, seen_box


def test_a_crop_takes_the_centre_of_the_longer_side() -> None:
    assert seen_box((100, 200), (50, 50), "crop") == (0.0, 50.0, 100.0, 150.0)


def test_resizing_further_than_the_cut_leaves_a_rim_out() -> None:
    top, left, bottom, right = seen_box((512, 512), (224, 224), "crop", resize=256)
    assert (top, left, bottom, right) == (32.0, 32.0, 480.0, 480.0)


def test_padding_reaches_beyond_the_shorter_side() -> None:
    assert seen_box((100, 200), (50, 50), "pad") == (-50.0, 0.0, 150.0, 200.0)


def test_stretching_shows_all() -> None:
    assert seen_box((100, 200), (50, 50), "stretch") == (0.0, 0.0, 100.0, 200.0)


def test_a_working_crop_lies_in_the_middle_of_a_stretched_image() -> None:
    inner = seen_box((100, 200), (28, 28), "crop")
    outer = seen_box((100, 200), (80, 80), "stretch")
    assert box_within(inner, outer, (80, 80)) == (0, 20, 80, 60)


def test_a_change_lands_where_the_pixel_is_seen() -> None:
    change = torch.zeros(1, 1, 8, 8)
    change[0, 0, 2, 6] = 1
    seen = placed(change, (-4, -4, 20, 20), (16, 16))[0, 0]
    rows, columns = np.nonzero(seen.numpy() > 0.4)
    # Pixel 2 of 8 in a box of 24 from -4 covers 2 to 5; pixel 6 covers 14 to 17, of which 16 show.
    assert set(rows) <= {2, 3, 4}
    assert set(columns) <= {14, 15}


def test_what_is_outside_the_box_stays_unchanged() -> None:
    seen = placed(torch.ones(1, 3, 4, 4), (2, 3, 6, 9), (10, 12))[0]
    inside = torch.zeros(10, 12)
    inside[2:6, 3:9] = 1
    assert torch.equal(seen, inside.expand(3, -1, -1))


def test_grey_becomes_three_channels_and_mean_and_deviation_are_taken_off() -> None:
    steps = Preprocessing(height=1, width=1, mean=(0.5, 0.25, 0.0), std=(0.5, 0.5, 0.25))
    seen = prepared(torch.full((1, 1, 1, 1), 0.5), steps)
    assert seen.flatten().tolist() == pytest.approx([0.0, 0.5, 2.0])


def test_channels_are_turned_before_the_mean_is_taken_off() -> None:
    steps = Preprocessing(height=1, width=1, channels="BGR", high=255.0, mean=(1.0, 2.0, 3.0))
    seen = prepared(torch.tensor([0.0, 0.2, 1.0]).reshape(1, 3, 1, 1), steps)
    assert seen.flatten().tolist() == pytest.approx([254.0, 49.0, -3.0])


def test_colour_becomes_brightness_for_a_grey_network() -> None:
    steps = Preprocessing(height=1, width=1, channels="grey")
    seen = prepared(torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1), steps)
    assert seen.flatten().tolist() == pytest.approx([0.299])
