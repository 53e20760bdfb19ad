"""Tints told by an image's colours as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.colour_family import colour_statistics, colours_of, search_colours
from spurview.core.material import ClassMaterial, f1
from spurview.core.progress import silent
from tests.core.detectors.test_colour import tinted


@pytest.fixture(scope="module")
def red():
    return tinted((0.9, 0.3, 0.2))


def found_in(material):
    return search_colours(ClassMaterial(material, 1), colour_statistics(material), silent)


def test_statistics_are_those_of_the_pool(red):
    material, _ = red
    told = colour_statistics(material)
    assert told.images.shape == (len(material.images), 15)
    assert told.images[material.pool].mean(0) == pytest.approx(np.zeros(15), abs=1e-4)
    # The darkest red of an image in units of its deviation over the pool, by hand.
    darkest = np.quantile(material.images.reshape(len(material.images), -1, 3)[:, :, 0], 0.02, 1)
    pool = darkest[material.pool]
    wanted = (darkest - pool.mean()) / (pool.std() + 1e-3)
    assert told.images[:, 0] == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("side_px", [1, 2, 9])
def test_colours_are_percentiles_mean_and_deviation_of_each_channel(side_px):
    images = np.random.default_rng(4).random((5, side_px * side_px * 3)).astype(np.float32)
    before = images.copy()
    pixels = images.reshape(5, -1, 3)
    wanted = [*np.quantile(pixels, (0.02, 0.5, 0.98), axis=1), pixels.mean(1), pixels.std(1)]
    assert colours_of(images, 3) == pytest.approx(np.concatenate(wanted, axis=1), abs=1e-5)
    assert np.array_equal(images, before)


def test_all_tinted_images_and_no_others_are_hits(red):
    material, hits = red
    best = max(found_in(material), key=lambda candidate: candidate.key)
    assert f1(best.hits & material.pool, hits) > 0.97
    assert best.family == "whole"
    assert best.detectors == {"colour"}
    assert best.mask.shape == (12, 12)
    assert best.mask.all()


def test_scores_are_in_typical_members(red):
    material, hits = red
    best = max(found_in(material), key=lambda candidate: candidate.key)
    assert np.median(best.linear[hits]) == pytest.approx(1.0, abs=0.1)
    assert np.median(best.linear[material.pool & ~hits]) < 0.2


def test_colours_the_class_does_not_prefer_promise_nothing():
    material, hits = tinted((0.9, 0.3, 0.2))
    rng = np.random.default_rng(1)
    shuffled = np.where(material.pool, rng.permutation(material.predicted), material.predicted)
    blind = replace(material, predicted=shuffled.astype(np.int32))
    wanted = max(c.key for c in found_in(material))
    assert max((c.key for c in found_in(blind)), default=0.0) < wanted / 3
