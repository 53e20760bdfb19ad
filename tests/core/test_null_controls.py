"""Templates of groups that share nothing: no larger, and no stronger."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.null_controls import null_templates
from tests.core import pools
from tests.core.experiments import bench_of, known_candidate, known_template, rng


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate():
    return known_candidate()


@pytest.fixture(scope="module")
def template():
    return known_template()


def test_null_templates_change_images_no_more_than_the_pattern(planted, candidate, template):
    bench = bench_of(planted, candidate)
    nulls = null_templates(planted.material, candidate, template, bench, 6, rng())
    assert len(nulls) == 6
    for null, strength in nulls:
        moved = bench.inserted(null, strength) - bench.images
        energy = np.square(moved).sum((1, 2, 3)).mean()
        assert energy <= bench.energy(template) * 1.01
        assert (null.mask > 0).sum() == (template.mask > 0).sum()


def test_null_templates_of_the_class_itself_are_only_weakened(planted, candidate, template):
    bench = bench_of(planted, candidate)
    nulls = null_templates(planted.material, candidate, template, bench, 6, rng())
    assert all(strength <= 1 for _, strength in nulls[::2])
