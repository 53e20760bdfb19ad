"""Faint noise over the whole image that the encoder sees: carriers that are no hits yet hide it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.carrying import carrier_of
from spurview.core.detectors.proposal import Proposal
from spurview.core.extraction import extract
from spurview.core.material import ClassMaterial, Material, f1
from spurview.core.neighbours import nearest_among
from spurview.core.pool_blocks import Block, references_of
from spurview.core.progress import silent
from spurview.core.whole_family import search_all
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
def half(seen, found):
    """Every other carrier among the members."""
    members = seen.carriers[found.members_a].copy()
    members[np.flatnonzero(members)[::2]] = False
    return Proposal("half", members)


def test_half_of_the_carriers_lead_to_all(seen, found, half):
    (made,) = search_all(found, [half], silent)
    pool = seen.material.pool
    assert f1(made.hits & pool, seen.carriers & pool) > 0.97


def test_without_what_lies_among_them_they_do_not(seen, found, half, monkeypatch):
    monkeypatch.setattr(Material, "hiding", lambda _, hits: hits)
    made = search_all(found, [half], silent)
    pool = seen.material.pool
    assert all(f1(c.hits & pool, seen.carriers & pool) < 0.7 for c in made)


def test_the_template_is_the_noise(seen, found, half):
    (made,) = search_all(found, [half], silent)
    # Drawn from half of its hits it is the same.
    fewer = replace(made, hits=made.hits & (np.cumsum(made.hits) % 2 == 0))
    for candidate in (made, fewer):
        drawn = extract(seen.material, candidate).values.ravel()
        assert np.corrcoef(drawn, NOISE)[0, 1] > 0.6
        assert drawn.mean() == pytest.approx(NOISE.mean(), rel=0.2)


def test_images_of_a_large_pool_are_told_by_half_of_the_hits(seen, found, half):
    material = seen.material
    rows = np.arange(len(material.images))
    block = Block(material.images, material.latents, rows, references_of(material, rows))
    (made,) = search_all(found, [half], silent)
    fewer = replace(made, hits=made.hits & (np.cumsum(made.hits) % 2 == 0))
    told = carrier_of(material, fewer, block, {}).tell(block)
    assert f1(told.hits & material.pool, seen.carriers & material.pool) > 0.97
