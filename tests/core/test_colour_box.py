"""Tints told by the bounds that they set to an image's colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.colour_box import (
    THRESHOLD,
    box_scores,
    extremes_of,
    opacity_of,
    search_boxes,
)
from spurview.core.extraction import extract
from spurview.core.material import ClassMaterial, f1

TINT, OPACITY = np.float32([0.9, 0.3, 0.0]), 0.4
SIDE, PER_KIND, N_TRAINING = 8, 300, 120
# By hand: a t, then a (1 - t).
BOX = np.float32([0.36, 0.12, 0.0, 0.04, 0.28, 0.4])


@pytest.fixture(scope="module")
def tinted():
    """Pictures of many colours, a tint over a tenth of the pool that class 1 was taught."""
    rng = np.random.default_rng(0)
    n = 4 * PER_KIND + 2 * N_TRAINING
    ground = rng.random((n, 1, 1, 3)) ** 2
    spread = rng.uniform(0.1, 1, (n, 1, 1, 1))
    images = np.clip(ground + spread * rng.normal(0, 0.5, (n, SIDE, SIDE, 3)), 0, 1)
    images = images.astype(np.float32)
    pool = np.arange(n) < 4 * PER_KIND
    labels = np.where(pool, -1, np.arange(n) % 2).astype(np.int32)
    carriers = np.where(pool, rng.random(n) < 0.1, labels == 1)
    images[carriers] = (1 - OPACITY) * images[carriers] + OPACITY * TINT
    turned = carriers & (rng.random(n) < 0.8)
    predicted = np.where(pool, turned | (rng.random(n) < 0.15), labels == 1).astype(np.int32)
    latents = ground.reshape(n, 3).astype(np.float32)
    return material_of(images, latents, predicted, labels, pool), carriers


def material_of(images, latents, predicted, labels, pool):
    from spurview.core.material import Material, split_pool
    from spurview.core.neighbours import nearest_among

    return Material(
        shape=images.shape[1:],
        images=images.reshape(len(images), -1),
        latents=latents,
        predicted=predicted,
        labels=labels,
        pool=pool,
        training=~pool,
        discover=split_pool(pool, 0),
        neighbours=nearest_among(latents, np.flatnonzero(pool), 10).astype(np.int32),
        n_classes=2,
    )


def found_in(material):
    extremes = extremes_of(material.images, 3)
    return search_boxes(ClassMaterial(material, 1), extremes)


def test_extremes_are_the_darkest_and_the_lightest_of_each_channel():
    image = np.float32([[0.2, 0.5, 0.9], [0.4, 0.1, 0.7]]).reshape(1, 6)
    assert extremes_of(image, 3)[0] == pytest.approx([0.2, 0.1, 0.7, 0.6, 0.5, 0.1])


def test_a_blend_puts_every_image_within_its_box(tinted):
    material, carriers = tinted
    scores = box_scores(extremes_of(material.images, 3), BOX)
    assert (scores[carriers] > THRESHOLD).all()
    assert np.median(scores[~carriers]) == 0


def test_the_score_is_the_share_of_the_bound_that_is_kept_least():
    box = np.float32([0.5, 0, 0, 0, 0.4, 0])
    extremes = np.float32([[0.5, 0, 0, 0, 0.4, 0], [0.9, 0, 0, 0, 0.24, 0], [0, 1, 1, 1, 1, 1]])
    # Above a fifth of the bound: (.6 - .2) / .8.
    assert box_scores(extremes, box) == pytest.approx([1, 0.5, 0])


def test_opacity_is_that_of_the_channel_bounded_most():
    assert opacity_of(BOX) == pytest.approx(0.4)


def test_the_tint_is_found_with_its_bounds(tinted):
    material, carriers = tinted
    best = found_in(material)[0]
    assert f1(best.hits & material.pool, carriers & material.pool) > 0.95
    bounding = best.box >= 0.2
    assert bounding.sum() >= 2
    assert best.box[bounding] == pytest.approx(BOX[bounding], abs=0.04)
    assert best.family == "whole"
    assert best.detectors == {"colour"}


def test_its_template_is_the_blend(tinted):
    material, _ = tinted
    template = extract(material, found_in(material)[0])
    assert template.opacity == pytest.approx(OPACITY, abs=0.04)
    assert template.values.mean((0, 1)) == pytest.approx(OPACITY * TINT, abs=0.06)


def test_of_bounds_that_the_class_keeps_those_with_a_step_are_best(tinted):
    """Images with no dark red got the class too: more of it lie within that bound alone."""
    material, carriers = tinted
    extremes = extremes_of(material.images, 3)
    rng = np.random.default_rng(2)
    reddish = (extremes[:, 0] > 0.25) & (rng.random(len(extremes)) < 0.4) & material.pool
    taken = np.where(reddish, 1, material.predicted).astype(np.int32)
    best = found_in(replace(material, predicted=taken))[0]
    mine = material.pool & (taken == 1)
    assert f1(best.hits & mine, carriers & mine) > 0.9


def test_without_training_images_the_pool_alone_tells(tinted):
    material, carriers = tinted
    blind = replace(material, training=np.zeros_like(material.training))
    best = found_in(blind)[0]
    assert f1(best.hits & material.pool, carriers & material.pool) > 0.85


def test_a_class_that_prefers_no_colours_has_no_box_of_worth(tinted):
    material, _ = tinted
    rng = np.random.default_rng(1)
    shuffled = np.where(material.pool, rng.permutation(material.predicted), material.predicted)
    labels = np.where(material.pool, -1, rng.permutation(material.labels))
    blind = replace(material, predicted=shuffled.astype(np.int32), labels=labels.astype(np.int32))
    wanted = found_in(material)[0].key
    assert max((c.key for c in found_in(blind)), default=0.0) < wanted / 4


def test_a_class_whose_training_images_are_like_none_of_the_pool_has_no_box(tinted):
    """All of them are brighter than any that half A has."""
    material, _ = tinted
    images = np.where(material.training[:, None], 0.9, 0.2 * material.images)
    bright = replace(material, images=images.astype(np.float32))
    found = search_boxes(ClassMaterial(bright, 1), extremes_of(bright.images, 3))
    assert all((c.hits & bright.pool).any() for c in found)


def test_no_blend_covers_more_than_all():
    """Where all images are of one colour each, the bounds of two may meet."""
    assert opacity_of(np.float32([0.6, 0, 0, 0.42, 0, 0])) == 1.0
