"""What was added to images, got back though a part of it was cut off at 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spurview.core.censored_shift import censored_shift, explained, support

N = 400


def column(values):
    return np.asarray(values, np.float32)[:, None]


def strokes(seed, share):
    """Images (N, 1) that are dark, but for a share of them, which is white."""
    return column(np.random.default_rng(seed).random(N) < share)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.8])
def test_what_was_added_to_dark_and_white_is_got_back(share):
    """White stays white, so that the means differ by less than was added."""
    images, others = strokes(0, share), strokes(1, share)
    shifted = np.clip(images + np.float32(0.2), 0, 1)
    assert shifted.mean() - images.mean() == pytest.approx(0.2 * (1 - images.mean()), abs=1e-6)
    assert censored_shift(shifted, others) == pytest.approx(0.2, abs=1e-5)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_what_was_taken_from_few_white_ones_is_got_back(share):
    shifted = np.clip(strokes(0, share) - np.float32(0.3), 0, 1)
    assert censored_shift(shifted, strokes(1, share)) == pytest.approx(-0.3, abs=1e-5)


def test_what_cannot_be_seen_is_nothing():
    """Taken from what is dark, or added to what is white."""
    assert censored_shift(column(np.zeros(9)), column(np.zeros(9))) == 0
    assert censored_shift(column(np.ones(9)), column(np.ones(9))) == 0


def test_what_becomes_white_got_at_least_what_it_lacked():
    """Half of the images are .9 and end at 1; the others, .5, tell how much it was."""
    images = np.where(strokes(0, 0.5) > 0, np.float32(0.9), np.float32(0.5))
    shifted = np.clip(images + np.float32(0.3), 0, 1)
    assert censored_shift(shifted, images) == pytest.approx(0.3, abs=1e-6)
    all_white = column(np.ones(N))
    assert censored_shift(all_white, column(np.full(N, 0.9))) == pytest.approx(0.1, abs=1e-6)


def test_a_few_odd_images_do_not_count():
    """A difference of means would be .2 off."""
    images = column(np.full(N, 0.4))
    shifted = images + np.float32(0.1)
    shifted[: N // 5] = 0
    assert censored_shift(shifted, images) == pytest.approx(0.1, abs=1e-6)


@given(st.floats(-0.4, 0.4), st.integers(0, 50))
def test_a_shift_of_natural_values_is_got_back(shift, seed):
    values = np.random.default_rng(seed).beta(0.5, 0.5, (N, 3)).astype(np.float32)
    shifted = np.clip(values + np.float32(shift), 0, 1)
    order = np.random.default_rng(seed + 1).permutation(N)
    assert censored_shift(shifted[order], values) == pytest.approx(shift, abs=2 / 255)


def test_explained_by_hand():
    images = np.array([[0.2, 0.0], [0.4, 1.0]], np.float32)
    shifted = images + np.array([0.2, 0.0], np.float32)
    assert explained(np.array([0.2, 0.0], np.float32), shifted, images) == pytest.approx(1)
    assert explained(np.zeros(2, np.float32), shifted, images) == pytest.approx(0)
    # Half of the way leaves a quarter of the square.
    assert explained(np.array([0.1, 0.0], np.float32), shifted, images) == pytest.approx(0.75)
    # What it adds to the second pixel is cut off in one of two images: .1 instead of .2 on average.
    off = np.array([0.2, 0.2], np.float32)
    assert explained(off, shifted, images) == pytest.approx(1 - 0.1**2 / 0.2**2)
    assert explained(off, images, images) == 0


def test_what_was_added_shows_in_all_but_the_white_images():
    images, others = strokes(0, 0.3), strokes(1, 0.3)
    shown = support(column([0.2])[0], np.clip(images + np.float32(0.2), 0, 1), others)
    assert shown == pytest.approx(0.7, abs=0.06)


def test_a_stroke_that_more_images_have_shows_in_few():
    """Of the quantiles only those between the two shares differ."""
    assert support(column([1.0])[0], strokes(0, 0.5), strokes(1, 0.2)) == pytest.approx(
        0.3, abs=0.06
    )
    # Taken away is what others have, and as few show it.
    assert support(column([-1.0])[0], strokes(0, 0.2), strokes(1, 0.5)) == pytest.approx(
        0.3, abs=0.06
    )


def test_no_shift_shows_nowhere():
    assert support(column([0.0])[0], strokes(0, 0.5), strokes(1, 0.2)) == 0
