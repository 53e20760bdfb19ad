"""Images for insertion, and what a template does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core import pools
from tests.core.experiments import (
    bench_of,
    known_candidate,
    known_template,
    of_order_and_place,
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


def test_margin_is_the_mean_change_of_log_odds(planted, candidate, template):
    bench = bench_of(planted, candidate, lambda x, _: two_classes(of_order_and_place(x)))
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
