"""A white square among white strokes: found where an image comes closest to it."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.material import f1
from spurview.core.rigid_match import CLOSEST, THRESHOLD, RigidMatch, closest
from spurview.core.template import cut

SHAPE = (16, 16, 1)
SQUARE = 5


@pytest.fixture(scope="module")
def strokes():
    """Speckled images (n, H, W, 1) with white strokes two pixels wide; every third has a square."""
    rng = np.random.default_rng(0)
    images = (rng.random((300, *SHAPE)) < 0.3).astype(np.float32)
    for image in images:
        row, column = rng.integers(2, 13, 2)
        image[row : row + 2] = 1
        image[:, column : column + 2] = 1
    carriers = np.arange(300) % 3 == 0
    places = rng.integers(0, 16 - SQUARE + 1, (300, 2))
    for row in np.flatnonzero(carriers):
        top, left = places[row]
        images[row, top : top + SQUARE, left : left + SQUARE] = 1
    return images, carriers, places


def flat(images):
    return images.reshape(len(images), -1)


def test_closeness_by_hand():
    """The closest corner has one of four pixels off by .5: a mean squared distance of 1/16."""
    image = np.zeros((1, 4, 4, 1), np.float32)
    image[0, 1:3, 1:3, 0] = [[1, 0.5], [1, 1]]
    template, mask = np.ones((1, 2, 2, 1), np.float32), np.ones((1, 2, 2), bool)
    close, where = closest(flat(image), (4, 4, 1), template, mask)
    assert close[0, 0] == pytest.approx(-np.log(0.25 / 4 + (2 / 255) ** 2), abs=1e-3)
    assert where[0, 0].tolist() == [1, 1]


def test_beyond_the_border_its_pixels_are_repeated():
    image = np.zeros((1, 4, 4, 1), np.float32)
    image[0, 2:, 3] = 1
    template, mask = np.ones((1, 2, 2, 1), np.float32), np.ones((1, 2, 2), bool)
    close, where = closest(flat(image), (4, 4, 1), template, mask)
    assert close[0, 0] == pytest.approx(CLOSEST, abs=0.1)
    assert where[0, 0].tolist() == [2, 3]


def test_what_is_off_the_mask_does_not_count(strokes):
    images, *_ = strokes
    template = np.zeros((1, 3, 3, 1), np.float32)
    template[0, 0] = 7
    mask = np.ones((1, 3, 3), bool)
    mask[0, 0] = False
    close, _ = closest(flat(images), SHAPE, template, mask)
    # Dark places of two rows and three columns are nearly everywhere.
    assert np.median(close) == pytest.approx(CLOSEST, abs=1e-3)


def test_several_patterns_are_those_one_by_one(strokes):
    images, *_ = strokes
    templates = images[:2, 2:7, 3:8]
    masks = np.stack([np.ones((5, 5), bool), np.eye(5, dtype=bool)])
    close, where = closest(flat(images), SHAPE, templates, masks)
    for index in range(2):
        alone, places = closest(
            flat(images), SHAPE, templates[index : index + 1], masks[index][None]
        )
        assert close[:, index] == pytest.approx(alone[:, 0], abs=1e-4)
        assert np.array_equal(where[:, index], places[:, 0])


@pytest.mark.parametrize("trimmed", [False, True])
def test_the_square_is_told_from_strokes_with_its_places(strokes, trimmed):
    images, carriers, places = strokes
    windows = cut(images[carriers], places[carriers], (SQUARE, SQUARE))
    mask = np.ones((SQUARE, SQUARE), bool)
    match, seen, _ = RigidMatch.drawn(
        windows, mask, flat(images), ~carriers, shape=SHAPE, trimmed=trimmed
    )
    scores, where = match.scores(flat(images), SHAPE)
    assert np.array_equal(scores, seen)
    assert f1(scores > THRESHOLD, carriers) > 0.95
    assert scores[carriers].min() == pytest.approx(1, abs=0.01)
    assert np.median(scores[~carriers]) == pytest.approx(0, abs=0.2)
    # Where a stroke prolongs the square it may as well stand a pixel further.
    assert (where[carriers] == places[carriers]).all(1).mean() > 0.6
    assert where[carriers].min() >= 0


def test_what_some_strangers_have_and_what_stands_around_is_trimmed_away(strokes):
    """A fifth of the members are none, and the mask reaches a pixel too far."""
    images, carriers, places = strokes
    rows = np.flatnonzero(carriers)
    at = places[rows] - 1
    at[::5] = [1, 1]
    side = (SQUARE + 2, SQUARE + 2)
    windows = cut(images[rows], at, side)
    drawn = [
        RigidMatch.drawn(
            windows, np.ones(side, bool), flat(images), ~carriers, shape=SHAPE, trimmed=trimmed
        )
        for trimmed in (False, True)
    ]
    square = np.zeros(side, bool)
    square[1:-1, 1:-1] = True
    match, scores, _ = drawn[1]
    assert np.array_equal(match.mask, square)
    assert f1(scores > THRESHOLD, carriers) > 0.95
    assert drawn[0] is None or f1(drawn[0][1] > THRESHOLD, carriers) < 0.5


def test_what_every_image_has_is_no_pattern(strokes):
    images, *_ = strokes
    dark = np.zeros((20, 2, 2, 1), np.float32)
    every = np.ones(len(images), bool)
    drawn = RigidMatch.drawn(dark, np.ones((2, 2), bool), flat(images), every, shape=SHAPE)
    assert drawn is None


def test_members_that_share_nothing_give_none(strokes):
    images, *_ = strokes
    rng = np.random.default_rng(0)
    noise = rng.random((40, 4, 4, 1)).astype(np.float32)
    for trimmed in (False, True):
        mask = np.ones((4, 4), bool)
        every = np.ones(len(images), bool)
        drawn = RigidMatch.drawn(noise, mask, flat(images), every, shape=SHAPE, trimmed=trimmed)
        assert drawn is None
