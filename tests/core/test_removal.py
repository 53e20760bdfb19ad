"""The pattern taken out of its carriers, where the network's answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.extraction import Template
from spurview.core.removal import removal
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
