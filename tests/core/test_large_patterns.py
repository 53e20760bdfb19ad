"""Patterns without a place in large pools: told on all images from a sample, as a patch is.

What is found in the sample is given by one family alone: beside the others a search of images so
small would keep a piece in one place instead.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core import large_pools
from spurview.core.colour_family import colour_statistics, search_colours
from spurview.core.detectors.by_family import whole_image_proposals
from spurview.core.large_pools import SampleSizes
from spurview.core.material import ClassMaterial, f1
from spurview.core.progress import silent
from spurview.core.search import weighed
from spurview.core.whole_family import search_all
from tests.core import pools
from tests.core.detectors.test_colour import tinted
from tests.core.test_large_pools import searched_large

SIZES = SampleSizes(half=150, training=60, floor=75)


def told(monkeypatch, material, family):
    """The one candidate that a family finds in a sample of the material, told on all of it."""

    def found_in(sample, *_, **__):
        found = family(ClassMaterial(sample, pools.TARGET))
        return [weighed(sample, max(found, key=lambda candidate: candidate.key))], []

    monkeypatch.setattr(large_pools, "search", found_in)
    (ours,), _ = searched_large(material, SIZES)
    assert ours.candidate.family == "whole"
    return ours


def assert_counted(ours, material):
    """Evidence of all images, of which the sample has 300."""
    hits = ours.candidate.hits
    assert ours.record.matching == (hits & material.confirm).sum()
    assert ours.record.of_class == (hits & material.confirm & material.of_class(1)).sum()
    assert ours.record.z > 3.5


def in_pool(material, hits):
    return hits & material.pool


def test_a_pattern_over_the_whole_image_is_told_on_all_images(monkeypatch):
    """Noise of two levels in place of the patch."""
    planted = pools.planted()
    carriers = planted.carriers
    images = pools.planted(0, in_pool=0, in_training=0.0).material.images.copy()
    noise = np.random.default_rng(1).choice([-0.2, 0.2], images.shape[1]).astype(np.float32)
    images[carriers] = np.clip(images[carriers] + noise, 0, 1)
    material = replace(planted.material, images=images)

    ours = told(monkeypatch, material, lambda f: search_all(f, whole_image_proposals(f), silent))
    assert ours.candidate.contribution is not None
    assert f1(in_pool(material, ours.candidate.hits), in_pool(material, carriers)) > 0.95
    assert_counted(ours, material)


def test_a_tint_is_told_on_all_images(monkeypatch):
    material, carriers = tinted((0.9, 0.3, 0.2))

    def tints(found):
        return search_colours(found, colour_statistics(found.material), silent)

    ours = told(monkeypatch, material, tints)
    assert ours.candidate.contribution is None
    assert f1(in_pool(material, ours.candidate.hits), in_pool(material, carriers)) > 0.95
    assert_counted(ours, material)
