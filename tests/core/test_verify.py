"""Experiments on networks that answer by a formula, so that their outcome is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.candidate import Candidate
from spurview.core.evidence import InsertionRecord
from spurview.core.extraction import Template
from spurview.core.verify import (
    N_PAIRS,
    Bench,
    insertion,
    kind_of,
    null_templates,
    pairs,
    removal,
)
from tests.core import pools

SIDE = 9


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate(planted):
    return Candidate(
        class_index=1,
        family="local",
        detectors=frozenset({"class"}),
        mask=planted.mask,
        hits=planted.carriers,
        linear=planted.carriers.astype(np.float32),
        threshold=0.6,
        agreement=1.0,
        key=1.0,
    )


@pytest.fixture(scope="module")
def template(planted):
    values = np.zeros(pools.SHAPE, np.float32)
    values[pools.PATCH] = pools.PATCH_VALUES[..., None]
    mask = planted.mask.astype(np.float32)
    return Template(values, mask, 1.0, mask, True)


def rng():
    return np.random.default_rng(5)


def bench_of(planted, candidate, logits=pools.logits, n=150):
    return Bench(planted.material, candidate, logits, n, rng())


def inserted(planted, candidate, template, logits, controls=4):
    bench = bench_of(planted, candidate, logits)
    return insertion(planted.material, candidate, template, bench, controls, rng())


def two_classes(evidence):
    """Logits (n, 2) of a network that gives class 1 where the evidence (n,) is above 0."""
    evidence = np.asarray(evidence, np.float32)
    return np.stack([-4 * evidence, 4 * evidence], 1)


def windows(images):
    """All 3x3 windows (n, 10, 10, 3, 3) of images (n, 12, 12, 1)."""
    return np.lib.stride_tricks.sliding_window_view(images[..., 0], (3, 3), axis=(1, 2))


def of_order_and_place(images):
    """Nearly the patch at its very place."""
    return 0.15 - np.abs(images[:, 7:10, 2:5, 0] - pools.PATCH_VALUES).mean((1, 2))


def of_order_anywhere(images):
    """Nearly the patch at its best place."""
    missed = np.abs(windows(images) - pools.PATCH_VALUES).mean((3, 4))
    return 0.15 - missed.min((1, 2))


def of_contrast(images):
    """Strong contrast at the patch's place, in whatever order."""
    return images[:, 7:10, 2:5, 0].std((1, 2)) - 0.4


def test_bench_images_are_held_out_and_neither_carriers_nor_of_the_class(planted, candidate):
    """Also where half of the images of the other class carry the pattern."""
    material = planted.material
    hits = planted.carriers | (np.arange(len(planted.carriers)) % 2 == 0)
    rows = bench_of(planted, replace(candidate, hits=hits)).rows
    assert len(rows) > 20
    assert material.confirm[rows].all()
    assert not hits[rows].any()
    assert not (material.predicted[rows] == 1).any()


def test_bench_takes_as_many_as_asked_for(planted, candidate):
    assert len(bench_of(planted, candidate, n=30).rows) == 30
    assert len(np.unique(bench_of(planted, candidate, n=30).rows)) == 30


def test_insertion_flips_and_null_controls_do_not(planted, candidate, template):
    record = inserted(planted, candidate, template, lambda x: two_classes(of_order_and_place(x)))
    assert record.flip == 1.0
    assert record.null_control == 0.0
    assert record.interval[1] == pytest.approx(1.0)
    assert record.interval[0] > 0.9


def test_margin_is_the_mean_change_of_log_odds(planted, candidate, template):
    bench = bench_of(planted, candidate, lambda x: two_classes(of_order_and_place(x)))
    before = of_order_and_place(bench.images)
    assert bench.effect(template).margin == pytest.approx((8 * (0.15 - before)).mean(), rel=1e-4)


def test_a_template_that_changes_nothing_has_no_effect(planted, candidate, template):
    empty = replace(template, values=0 * template.values, mask=0 * template.mask)
    effect = bench_of(planted, candidate).effect(empty)
    assert (effect.flip, effect.margin) == (0.0, 0.0)


def test_strength_scales_how_far_images_move(planted, candidate, template):
    bench = bench_of(planted, candidate)
    half = bench.inserted(template, 0.5) - bench.images
    full = bench.inserted(template) - bench.images
    assert half == pytest.approx(full / 2, abs=1e-6)


def test_energy_is_the_mean_squared_change_of_an_image(planted, candidate, template):
    bench = bench_of(planted, candidate)
    there = bench.images[:, 7:10, 2:5, 0]
    wanted = np.square(there - pools.PATCH_VALUES).sum((1, 2)).mean()
    assert bench.energy(template) == pytest.approx(wanted, rel=1e-4)


def test_null_templates_change_images_no_more_than_the_pattern(planted, candidate, template):
    bench = bench_of(planted, candidate)
    nulls = null_templates(planted.material, candidate, template, bench, 6, rng())
    assert len(nulls) == 6
    for null, strength in nulls:
        moved = bench.inserted(null, strength) - bench.images
        energy = np.square(moved).sum((1, 2, 3)).mean()
        assert energy <= bench.energy(template) * 1.01
        assert (null.mask > 0).sum() == SIDE


def test_null_templates_of_the_class_itself_are_only_weakened(planted, candidate, template):
    bench = bench_of(planted, candidate)
    nulls = null_templates(planted.material, candidate, template, bench, 6, rng())
    assert all(strength <= 1 for _, strength in nulls[::2])


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (of_order_and_place, "pattern"),
        (of_order_anywhere, "place-free"),
        (of_contrast, "texture"),
    ],
)
def test_kind_names_what_the_network_needs(planted, candidate, template, evidence, kind):
    record = inserted(planted, candidate, template, lambda x: two_classes(evidence(x)))
    assert record.flip > 0.9
    assert kind_of(template, record) == kind


@pytest.mark.parametrize("seed", range(8))
def test_rolled_copies_do_not_lie_where_the_pattern_was(planted, candidate, template, seed):
    """A network that allows for a shift of one pixel still sees none of them."""

    def nearby(images):
        missed = np.abs(windows(images)[:, 6:9, 1:4] - pools.PATCH_VALUES).mean((3, 4))
        return 0.15 - missed.min((1, 2))

    generator = np.random.default_rng(seed)
    bench = bench_of(planted, candidate, lambda x: two_classes(nearby(x)), n=20)
    record = insertion(planted.material, candidate, template, bench, 0, generator)
    assert (record.flip, record.rolled) == (1.0, 0.0)


def test_a_pattern_without_effect_has_no_kind(planted, candidate, template):
    record = inserted(planted, candidate, template, lambda x: two_classes(-np.ones(len(x))))
    assert (record.scrambled, record.rolled) == (None, None)
    assert kind_of(template, record) is None


def test_a_pattern_of_one_tone_is_not_scrambled(planted, candidate, template):
    flat = replace(template, values=np.where(template.mask[..., None] > 0, 0.9, 0.0))

    def bright_there(images):
        return two_classes(images[:, 7:10, 2:5, 0].mean((1, 2)) - 0.75)

    bright = inserted(planted, candidate, flat, bright_there)
    assert bright.flip > 0.9
    assert bright.scrambled is None
    assert kind_of(flat, bright) in ("pattern", "place-free")


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
    assert kind_of(template, record) == "pattern"


def test_removal_drops_and_as_much_elsewhere_does_not(planted, candidate, template):
    record = removal(
        planted.material, candidate, template, lambda x: two_classes(of_order_and_place(x)), rng()
    )
    assert record.drop == 1.0
    assert record.control == 0.0
    mine = planted.material.of_class(1) & planted.carriers & planted.material.confirm
    assert record.n == mine.sum()


def test_removal_of_what_the_network_does_not_look_at_drops_nothing(planted, candidate, template):
    record = removal(
        planted.material, candidate, template, lambda x: two_classes(np.ones(len(x))), rng()
    )
    assert (record.drop, record.control) == (0.0, 0.0)


def test_removal_of_noise_takes_the_template_away(planted, candidate):
    values = np.random.default_rng(2).uniform(-0.2, 0.2, pools.SHAPE).astype(np.float32)
    images = planted.material.images.reshape(-1, *pools.SHAPE).copy()
    images[planted.carriers] = np.clip(0.5 + values, 0, 1)
    noisy = replace(planted.material, images=images.reshape(len(images), -1))
    template = Template(values, np.ones((12, 12), np.float32), 0.0, np.ones((12, 12)), False)

    def logits(x):
        return two_classes(((x - 0.5) * values).sum((1, 2, 3)) - 0.5 * np.square(values).sum())

    record = removal(noisy, replace(candidate, family="whole"), template, logits, rng())
    assert record.drop == 1.0


def test_too_few_carriers_say_nothing(planted, candidate, template):
    few = planted.carriers & (np.cumsum(planted.carriers & planted.material.confirm) <= 4)
    assert (
        removal(planted.material, replace(candidate, hits=few), template, pools.logits, rng())
        is None
    )


def test_pairs_are_turned_images_of_the_bench_the_surest_first(planted, candidate, template):
    bench = bench_of(planted, candidate)
    shown = pairs(bench, template, pools.logits, 1)
    assert len(shown.rows) == N_PAIRS
    assert np.isin(shown.rows, bench.rows).all()
    assert (shown.classes[:, 1] == 1).all()
    assert (shown.classes[:, 0] == planted.material.predicted[shown.rows]).all()
    assert (np.diff(shown.confidence) <= 1e-6).all()


def test_pairs_are_of_several_classes_where_there_are(planted, candidate, template):
    """Half of the bench of class 0 and surer, half of class 2: both are shown in turn."""

    def logits(images):
        made = np.zeros((len(images), 3), np.float32)
        made[:, 1] = 9 * (of_order_and_place(images) > 0)
        bright = images[:, 0, 0, 0] > np.median(planted.material.images[:, 0])
        made[:, 0], made[:, 2] = 1 + ~bright, 1 + 2 * bright
        return made

    bench = bench_of(planted, candidate, logits)
    shown = pairs(bench, template, logits, 1)
    assert sorted(shown.classes[:4, 0].tolist()) == [0, 0, 2, 2]


def test_pairs_are_filled_up_where_nothing_turns(planted, candidate, template):
    bench = bench_of(planted, candidate, lambda x: two_classes(-np.ones(len(x))))
    shown = pairs(bench, template, lambda x: two_classes(-np.ones(len(x))), 1)
    assert (shown.rows == -1).all()
    assert (shown.classes == -1).all()


TINT = np.array([0.9, 0.4, 0.2], np.float32)


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
    record = inserted(coloured(planted), candidate, red, lambda x: two_classes(redder(x)))
    assert (record.flip, record.flat, record.grey) == (1.0, 1.0, 0.0)
    assert kind_of(red, record) == "colour"


def test_what_works_in_grey_as_well_is_no_colour(planted, candidate, template):
    white = coloured_template(template, np.array([1, 1, 0.9], np.float32))
    record = inserted(
        coloured(planted), candidate, white, lambda x: two_classes(brighter_by_red(x))
    )
    assert (record.flip, record.flat, record.grey) == (1.0, 1.0, 1.0)
    assert kind_of(white, record) != "colour"


def test_what_needs_its_order_is_no_colour(planted, candidate, template):
    values = np.zeros((12, 12, 3), np.float32)
    values[pools.PATCH] = pools.PATCH_VALUES[..., None]
    black_and_white = coloured_template(template, values)
    record = inserted(
        coloured(planted), candidate, black_and_white, lambda x: two_classes(of_coloured_order(x))
    )
    assert (record.flip, record.flat, record.grey) == (1.0, 0.0, 1.0)
    assert kind_of(black_and_white, record) == "pattern"


def test_images_of_one_channel_have_no_colour_to_try(planted, candidate, template):
    record = inserted(planted, candidate, template, lambda x: two_classes(of_order_and_place(x)))
    assert (record.flat, record.grey) == (None, None)


def test_a_colour_without_effect_is_not_tried(planted, candidate, template):
    red = coloured_template(template, TINT)
    record = inserted(coloured(planted), candidate, red, lambda x: two_classes(-np.ones(len(x))))
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
    assert kind_of(template, record) == kind
