"""Templates of groups that share nothing: as large as the pattern, as strong as they may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.null_controls import null_templates
from tests.core import pools
from tests.core.experiments import bench_of, known_candidate, known_template, rng, two_classes

CORNER = (slice(0, 2), slice(0, 2))


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate():
    return known_candidate()


@pytest.fixture(scope="module")
def template():
    return known_template()


def nulls_of(planted, candidate, template, n=6):
    """The null templates with their strengths, and the bench they are for."""
    bench = bench_of(planted, candidate)
    return null_templates(planted.material, candidate, template, bench, n, rng()), bench


def everywhere(template):
    """The patch as a pattern that is added to the whole image."""
    return replace(template, mask=np.ones_like(template.mask), opacity=0.0, localised=False)


def of_all_pixels(template, added):
    """As much added to every pixel."""
    return replace(everywhere(template), values=np.full_like(template.values, added))


def energy_of(bench, null, strength):
    moved = bench.inserted(null, strength) - bench.images
    return np.square(moved).sum((1, 2, 3)).mean()


def with_mark_of_class(planted):
    """The pool with a bright corner in all images of class 1, and in them alone."""
    material = planted.material
    images = material.images.reshape(-1, *pools.SHAPE).copy()
    images[material.predicted == 1, CORNER[0], CORNER[1]] += 0.5
    return replace(planted, material=replace(material, images=images.reshape(len(images), -1)))


def test_null_templates_change_images_no_more_than_the_pattern(planted, candidate, template):
    nulls, bench = nulls_of(planted, candidate, template)
    assert len(nulls) == 6
    for null, strength in nulls:
        assert energy_of(bench, null, strength) <= bench.energy(template) * 1.01
        assert (null.mask > 0).sum() == (template.mask > 0).sum()


def test_null_templates_change_images_as_much_as_a_faint_pattern(planted, candidate, template):
    faint = of_all_pixels(template, 0.001)
    nulls, bench = nulls_of(planted, candidate, faint)
    for null, strength in nulls:
        assert energy_of(bench, null, strength) == pytest.approx(bench.energy(faint), rel=0.05)


def test_null_templates_are_strengthened_up_to_a_limit(planted, candidate, template):
    """What changes images more than four times as far as the differences of other classes do."""
    nulls, _ = nulls_of(planted, candidate, of_all_pixels(template, 0.4))
    assert [strength for _, strength in nulls] == [1.0, 4.0] * 3


def test_half_of_them_are_of_the_class_and_half_of_others(planted, candidate, template):
    nulls, _ = nulls_of(with_mark_of_class(planted), candidate, everywhere(template))
    at_corner = [float(null.values[CORNER].mean()) for null, _ in nulls]
    assert min(at_corner[::2]) > 0.03
    assert max(at_corner[1::2]) < -0.03


def test_no_image_with_the_pattern_has_part_in_them(planted, candidate, template):
    """Of the class three in ten have it, and would show it."""
    nulls, _ = nulls_of(planted, candidate, everywhere(template), 8)
    shown = pools.PATCH_VALUES - 0.5
    parts = [
        float((null.values[pools.PATCH][..., 0] * shown).sum() / np.square(shown).sum())
        for null, _ in nulls
    ]
    # What is expected of an image has some of it, so that they rather lack it.
    assert max(parts) < 0.05


def test_a_blend_of_a_random_group_leaves_the_mean_where_it_is(planted, candidate, template):
    """Of opacity a with nothing added back it would darken every image by a."""
    tint = replace(of_all_pixels(template, 0.2), opacity=0.4)
    nulls, bench = nulls_of(planted, candidate, tint)
    assert len(nulls) == 6
    for null, _ in nulls:
        changed = (bench.inserted(null, 1.0) - bench.images).mean()
        assert abs(changed) < 0.3 * 0.4 * bench.images.mean()


TINT, OPACITY = np.float32([0.9, 0.1, 0.6]), 0.4


def coloured(planted):
    """The pool with three channels alike."""
    material = planted.material
    images = np.repeat(material.images, 3, axis=1)
    return replace(
        planted, material=replace(material, shape=(*material.shape[:2], 3), images=images)
    )


def nulls_of_tint(planted, candidate, template, tint, n=6):
    height, width, _ = template.values.shape
    blend = replace(
        template,
        values=np.broadcast_to(np.float32(OPACITY) * tint, (height, width, 3)).copy(),
        mask=np.ones((height, width), np.float32),
        opacity=OPACITY,
        localised=False,
    )
    in_colour = coloured(planted)
    bench = bench_of(in_colour, candidate, lambda images, rows: two_classes(images.mean((1, 2, 3))))
    nulls = null_templates(in_colour.material, candidate, blend, bench, n, rng())
    return nulls, bench, blend


def test_half_of_a_tints_are_tints_in_other_colours(planted, candidate, template):
    nulls, bench, blend = nulls_of_tint(planted, candidate, template, TINT)
    others = nulls[1::2]
    assert len(others) == 3
    for null, strength in others:
        colour = null.values.mean((0, 1)) / OPACITY
        assert null.opacity == blend.opacity
        assert np.abs(colour - TINT).max() >= 0.3
        assert sorted(colour) == pytest.approx(sorted(TINT), abs=1e-5) or sorted(
            1 - colour
        ) == pytest.approx(sorted(TINT), abs=1e-5)
        assert strength <= 1
        assert energy_of(bench, null, strength) <= 1.05 * bench.energy(blend)
    assert len({tuple(null.values[0, 0].round(4)) for null, _ in others}) == 3


@pytest.mark.parametrize("tint", [(0.9, 0.4, 0.2), (1.0, 0.0, 0.8), (0.1, 0.9, 0.5)])
def test_no_tint_of_nearly_the_same_hue_is_held_against_a_tint(planted, candidate, template, tint):
    nulls, _, _ = nulls_of_tint(planted, candidate, template, np.float32(tint), n=20)
    hue = np.float32(tint) - np.mean(tint)
    others = [null.values.mean((0, 1)) for null, _ in nulls[1::2]]
    assert len(others) == 10
    assert all((colour - colour.mean()) @ hue <= 1e-6 for colour in others)


def test_a_grey_tint_has_no_other_colours_and_is_held_against_groups(planted, candidate, template):
    nulls, _, _ = nulls_of_tint(planted, candidate, template, np.float32([0.55, 0.5, 0.45]))
    assert len(nulls) == 6
    assert all(np.ptp(null.values.mean((0, 1))) < 0.02 for null, _ in nulls)
