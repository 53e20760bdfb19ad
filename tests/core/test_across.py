"""Faint noise over the whole image that the encoder sees: told again across itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.carrying import carrier_of
from spurview.core.detectors.proposal import Proposal
from spurview.core.extraction import extract
from spurview.core.material import ClassMaterial, f1
from spurview.core.neighbours import nearest_among
from spurview.core.pool_blocks import Block, references_of
from spurview.core.progress import silent
from spurview.core.whole_family import across_too, search_all
from tests.core import pools

NOISE = np.random.default_rng(1).uniform(0, 0.15, 144).astype(np.float32)


@pytest.fixture(scope="module")
def seen():
    """Noise in place of the patch, and latents in which its carriers lie close together."""
    planted = pools.planted(in_pool=120)
    material = planted.material
    images = pools.planted(0, in_pool=0, in_training=0.0).material.images.copy()
    images[planted.carriers] += NOISE
    apart = np.random.default_rng(2).normal(0, 0.5, len(images)) + 4 * planted.carriers
    latents = np.column_stack([material.latents, apart.astype(np.float32)])
    pool = np.flatnonzero(material.pool)
    near = nearest_among(latents, pool, pools.NEIGHBOURS).astype(np.int32)
    material = replace(material, images=images, latents=latents, neighbours=near)
    return replace(planted, material=material)


@pytest.fixture(scope="module")
def found(seen):
    return ClassMaterial(seen.material, 1)


@pytest.fixture(scope="module")
def plain(seen, found):
    """What half the carriers lead to when neighbours are taken as they lie."""
    members = seen.carriers[found.members_a].copy()
    members[np.flatnonzero(members)[::2]] = False
    (made,) = search_all(found, [Proposal("half", members)], silent)
    return made


def test_carriers_that_were_missed_are_found_across_the_pattern(seen, plain, found):
    (again,) = across_too(found, [plain])
    pool = seen.material.pool
    assert f1(plain.hits & pool, seen.carriers & pool) < 0.7
    assert f1(again.hits & pool, seen.carriers & pool) > 0.97
    assert again.across
    assert again.detectors == plain.detectors


def test_the_template_is_drawn_across_the_pattern_too(seen, plain, found):
    (again,) = across_too(found, [plain])
    before, after = (extract(seen.material, c).values.ravel() for c in (plain, again))
    assert np.corrcoef(before, NOISE)[0, 1] < 0.2
    assert np.corrcoef(after, NOISE)[0, 1] > 0.7
    assert after.mean() == pytest.approx(NOISE.mean(), rel=0.1)


def test_what_falls_apart_across_the_pattern_is_left_out(plain, found):
    few = plain.hits & (np.cumsum(plain.hits) <= 3)
    assert across_too(found, [replace(plain, hits=few)]) == []


def test_colours_are_told_across_the_pattern_from_the_first(seen, plain):
    images = np.repeat(seen.material.images.reshape(-1, 12, 12, 1), 3, axis=3)
    material = replace(seen.material, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    assert across_too(ClassMaterial(material, 1), [plain]) == []


def test_images_of_a_large_pool_are_told_across_the_pattern_too(seen, plain, found):
    material = seen.material
    rows = np.arange(len(material.images))
    block = Block(material.images, material.latents, rows, references_of(material, rows))
    (again,) = across_too(found, [plain])
    # Those that were found in its sample, half of what a whole pool has.
    half = replace(again, hits=again.hits & (np.cumsum(again.hits) % 2 == 0))
    pool = material.pool
    carriers = seen.carriers & pool
    across, plainly = (
        carrier_of(material, candidate, block, {}).tell(block).hits & pool
        for candidate in (half, replace(half, across=False))
    )
    assert f1(across, carriers) > 0.97
    assert f1(plainly, carriers) < 0.7
