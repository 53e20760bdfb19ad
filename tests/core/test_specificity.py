"""What the network needs of a pattern, told by copies changed in one respect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.evidence import InsertionRecord
from spurview.core.insertion import insertion
from spurview.core.specificity import copies_elsewhere, kind_of
from tests.core import pools
from tests.core.experiments import (
    bench_of,
    inserted,
    known_candidate,
    known_template,
    of_contrast,
    of_order_and_place,
    of_order_anywhere,
    two_classes,
    windows,
)

TINT = np.array([0.9, 0.4, 0.2], np.float32)


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate():
    return known_candidate()


@pytest.fixture(scope="module")
def template():
    return known_template()


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (of_order_and_place, "pattern"),
        (of_order_anywhere, "place-free"),
        (of_contrast, "texture"),
    ],
)
def test_kind_names_what_the_network_needs(planted, candidate, template, evidence, kind):
    record = inserted(planted, candidate, template, lambda x, rows: two_classes(evidence(x)))
    assert record.flip > 0.9
    assert kind_of(record) == kind


@pytest.mark.parametrize("seed", range(8))
def test_rolled_copies_do_not_lie_where_the_pattern_was(planted, candidate, template, seed):
    """A network that allows for a shift of one pixel still sees none of them."""

    def nearby(images):
        missed = np.abs(windows(images)[:, 6:9, 1:4] - pools.PATCH_VALUES).mean((3, 4))
        return 0.15 - missed.min((1, 2))

    generator = np.random.default_rng(seed)
    bench = bench_of(planted, candidate, lambda x, rows: two_classes(nearby(x)), n=20)
    record = insertion(planted.material, candidate, template, bench, 0, generator)
    assert (record.flip, record.rolled) == (1.0, 0.0)


def test_a_pattern_without_effect_has_no_kind(planted, candidate, template):
    record = inserted(planted, candidate, template, lambda x, rows: two_classes(-np.ones(len(x))))
    assert (record.scrambled, record.rolled) == (None, None)
    assert kind_of(record) is None


def test_a_pattern_of_one_tone_is_not_scrambled(planted, candidate, template):
    flat = replace(template, values=np.where(template.mask[..., None] > 0, 0.9, 0.0))

    def bright_there(images, rows):
        return two_classes(images[:, 7:10, 2:5, 0].mean((1, 2)) - 0.75)

    bright = inserted(planted, candidate, flat, bright_there)
    assert bright.flip > 0.9
    assert bright.scrambled is None
    assert kind_of(bright) in ("pattern", "place-free")


def test_kind_by_hand(template):
    record = InsertionRecord(
        flip=0.5,
        null_control=0.0,
        scrambled=0.1,
        rolled=None,
        n=100,
        interval=(0.4, 0.6),
        margin=1.0,
        null_margin=0.0,
    )
    assert kind_of(record) == "pattern"


@pytest.mark.parametrize(
    ("localised", "scrambled", "kind"),
    [(True, 0.1, "place-free"), (False, 0.1, "texture"), (False, None, "place-free")],
)
def test_a_pattern_over_the_whole_image_has_no_place_to_be_free_of(localised, scrambled, kind):
    record = InsertionRecord(
        flip=0.5,
        null_control=0.0,
        scrambled=scrambled,
        rolled=0.45,
        n=100,
        interval=(0.4, 0.6),
        margin=1.0,
        null_margin=0.0,
    )
    assert kind_of(record, localised=localised) == kind


def coloured(planted):
    """The pool in three channels, grey everywhere."""
    images = np.repeat(planted.material.images.reshape(-1, *pools.SHAPE), 3, axis=3)
    material = replace(planted.material, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    return replace(planted, material=material)


def coloured_template(template, values):
    on_mask = template.mask[..., None] > 0
    return replace(template, values=np.where(on_mask, values, 0).astype(np.float32))


def at_patch(images):
    """Mean colour (n, 3) at the patch's place."""
    return images[:, 7:10, 2:5].mean((1, 2))


def redder(images):
    return at_patch(images)[:, 0] - at_patch(images)[:, 2] - 0.5


def brighter_by_red(images):
    """Red alone, however much of the other colours there is."""
    return at_patch(images)[:, 0] - 0.8


def of_coloured_order(images):
    return of_order_and_place(images.mean(3, keepdims=True))


def test_a_colour_is_told_by_its_mean_working_and_its_brightness_not(planted, candidate, template):
    """Red in two shades, of which the network sees the mean."""
    shades = TINT + 0.1 * (pools.PATCH_VALUES - 0.5)[..., None]
    values = np.zeros((12, 12, 3), np.float32)
    values[pools.PATCH] = shades
    red = coloured_template(template, values)
    record = inserted(coloured(planted), candidate, red, lambda x, rows: two_classes(redder(x)))
    assert (record.flip, record.flat, record.grey) == (1.0, 1.0, 0.0)
    assert kind_of(record) == "colour"


def test_what_works_in_grey_as_well_is_no_colour(planted, candidate, template):
    white = coloured_template(template, np.array([1, 1, 0.9], np.float32))
    record = inserted(
        coloured(planted), candidate, white, lambda x, rows: two_classes(brighter_by_red(x))
    )
    assert (record.flip, record.flat, record.grey) == (1.0, 1.0, 1.0)
    assert kind_of(record) != "colour"


def test_what_needs_its_order_is_no_colour(planted, candidate, template):
    values = np.zeros((12, 12, 3), np.float32)
    values[pools.PATCH] = pools.PATCH_VALUES[..., None]
    black_and_white = coloured_template(template, values)
    record = inserted(
        coloured(planted),
        candidate,
        black_and_white,
        lambda x, rows: two_classes(of_coloured_order(x)),
    )
    assert (record.flip, record.flat, record.grey) == (1.0, 0.0, 1.0)
    assert kind_of(record) == "pattern"


def test_images_of_one_channel_have_no_colour_to_try(planted, candidate, template):
    record = inserted(
        planted, candidate, template, lambda x, rows: two_classes(of_order_and_place(x))
    )
    assert (record.flat, record.grey) == (None, None)


def test_a_colour_without_effect_is_not_tried(planted, candidate, template):
    red = coloured_template(template, TINT)
    record = inserted(
        coloured(planted), candidate, red, lambda x, rows: two_classes(-np.ones(len(x)))
    )
    assert (record.flat, record.grey) == (None, None)


@pytest.mark.parametrize(
    ("flat", "grey", "kind"),
    [
        (0.45, 0.1, "colour"),
        (0.45, 0.4, "pattern"),
        (0.35, 0.1, "pattern"),
        (None, None, "pattern"),
    ],
)
def test_kind_of_colours_by_hand(template, flat, grey, kind):
    """Four fifths of .5 is .4: flat must reach it, and grey must not."""
    record = InsertionRecord(
        flip=0.5,
        null_control=0.0,
        scrambled=None,
        rolled=None,
        n=100,
        interval=(0.4, 0.6),
        margin=1.0,
        null_margin=0.0,
        flat=flat,
        grey=grey,
    )
    assert kind_of(record) == kind


def test_a_pattern_over_the_whole_image_is_rolled_well_away(template):
    """Rolled by 11 of 12 pixels it would stand a pixel to the other side."""
    marked = np.zeros((12, 12, 1), np.float32)
    marked[0, 0] = 1
    every = replace(template, values=marked, mask=np.ones((12, 12), np.float32), localised=False)
    for copy in copies_elsewhere(every, 60, np.random.default_rng(0)):
        down, right = np.argwhere(copy.values[..., 0] == 1)[0]
        assert min(down, 12 - down) + min(right, 12 - right) > 4
