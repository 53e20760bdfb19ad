"""The pattern taken out of its carriers, where the network's answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.extraction import Template
from spurview.core.neighbours import nearest_among
from spurview.core.removal import removal
from spurview.core.template import insert
from tests.core import pools
from tests.core.experiments import (
    known_candidate,
    known_template,
    of_order_and_place,
    rng,
    two_classes,
)


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate():
    return known_candidate()


@pytest.fixture(scope="module")
def template():
    return known_template()


def patch_only(images, rows):
    return two_classes(of_order_and_place(images))


def test_removal_drops_and_as_much_elsewhere_does_not(planted, candidate, template):
    record = removal(
        planted.material,
        candidate,
        template,
        patch_only,
        rng(),
    )
    assert record.drop == 1.0
    assert record.control == 0.0
    mine = planted.material.of_class(1) & planted.carriers & planted.material.confirm
    assert record.n == mine.sum()


def test_removal_of_what_the_network_does_not_look_at_drops_nothing(planted, candidate, template):
    record = removal(
        planted.material, candidate, template, lambda x, _: two_classes(np.ones(len(x))), rng()
    )
    assert (record.drop, record.control) == (0.0, 0.0)


def test_the_mask_is_filled_from_images_without_the_pattern(planted, candidate, template):
    """An encoder that sees the patch makes carriers each other's neighbours."""
    material = planted.material
    latents = np.hstack([material.latents, 9.0 * planted.carriers[:, None]]).astype(np.float32)
    near = nearest_among(latents, np.flatnonzero(material.pool), pools.NEIGHBOURS)
    seen = replace(material, latents=latents, neighbours=near.astype(np.int32))
    shown = []

    def logits(images, rows):
        shown.append(images[:, 7:10, 2:5, 0])
        return patch_only(images, rows)

    assert removal(seen, candidate, template, logits, rng()).drop == 1.0
    assert shown[0].std((1, 2)).max() < 0.25


def test_a_pattern_over_the_whole_image_is_taken_out_as_it_was_put_in(planted, candidate):
    """Blended by .4: what is left of an image is spread out again."""
    colour = np.full(pools.SHAPE, 0.3, np.float32)
    ones = np.ones((12, 12), np.float32)
    tint = Template(colour * 0.4, ones, 0.4, ones, False)
    before = planted.material.images.reshape(-1, *pools.SHAPE)
    images = before.copy()
    images[planted.carriers] = insert(before[planted.carriers], tint.values, ones, 0.4)
    tinted = replace(planted.material, images=images.reshape(len(images), -1))
    shown = []

    def logits(seen, rows):
        shown.append((seen, rows))
        return two_classes(np.ones(len(seen)))

    removal(tinted, replace(candidate, family="whole"), tint, logits, rng())
    cleaned, rows = shown[0]
    assert cleaned == pytest.approx(before[rows], abs=1e-5)


def test_as_much_with_random_signs_is_the_control_over_the_whole_image(planted, candidate):
    """A network that looks for any change at all: it has as much of one."""
    values = np.random.default_rng(2).choice([-0.05, 0.05], pools.SHAPE).astype(np.float32)
    ones = np.ones((12, 12), np.float32)
    template = Template(values, ones, 0.0, ones, False)
    kept = planted.material.images.reshape(-1, *pools.SHAPE)

    def as_it_was(images, rows):
        return two_classes(0.02 - np.abs(images - kept[rows]).mean((1, 2, 3)))

    whole = replace(candidate, family="whole")
    record = removal(planted.material, whole, template, as_it_was, rng())
    assert (record.drop, record.control) == (1.0, 1.0)

    def along(images, rows):
        moved = ((images - kept[rows]) * values).sum((1, 2, 3))
        return two_classes(0.5 * np.square(values).sum() + moved)

    record = removal(planted.material, whole, template, along, rng())
    assert (record.drop, record.control) == (1.0, 0.0)


def test_removal_of_noise_takes_the_template_away(planted, candidate):
    values = np.random.default_rng(2).uniform(-0.2, 0.2, pools.SHAPE).astype(np.float32)
    images = planted.material.images.reshape(-1, *pools.SHAPE).copy()
    images[planted.carriers] = np.clip(0.5 + values, 0, 1)
    noisy = replace(planted.material, images=images.reshape(len(images), -1))
    template = Template(values, np.ones((12, 12), np.float32), 0.0, np.ones((12, 12)), False)

    def logits(x, rows):
        return two_classes(((x - 0.5) * values).sum((1, 2, 3)) - 0.5 * np.square(values).sum())

    record = removal(noisy, replace(candidate, family="whole"), template, logits, rng())
    assert record.drop == 1.0


def test_too_few_carriers_say_nothing(planted, candidate, template):
    few = planted.carriers & (np.cumsum(planted.carriers & planted.material.confirm) <= 4)
    assert (
        removal(planted.material, replace(candidate, hits=few), template, pools.logits, rng())
        is None
    )


def test_neighbours_may_be_averaged_a_few_at_a_time(planted, candidate, template, monkeypatch):
    def removed():
        seen = []

        def keeping(images, rows):
            seen.append(images)
            return patch_only(images, rows)

        removal(planted.material, candidate, template, keeping, rng())
        return seen

    whole = removed()
    monkeypatch.setattr("spurview.core.removal._AT_ONCE", 3)
    assert all(np.array_equal(one, other) for one, other in zip(removed(), whole, strict=True))
