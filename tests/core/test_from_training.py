"""Patterns of which the pool has too few carriers to propose, sought among training images."""

from __future__ import annotations

import pytest

from spurview.core.detectors.by_family import training_proposals
from spurview.core.local_family import refine_all
from spurview.core.material import ClassMaterial, f1
from spurview.core.progress import silent
from tests.core import pools

IN_POOL = 24


@pytest.fixture(scope="module")
def scarce():
    return pools.planted(2, in_pool=IN_POOL)


def best_f1(planted, candidates):
    carriers = planted.carriers & planted.material.pool
    return max((f1(c.hits & planted.material.pool, carriers) for c in candidates), default=0.0)


def test_few_carriers_in_the_pool_are_found_by_those_in_training(scarce):
    taught = ClassMaterial(scarce.material, pools.TARGET).from_training()
    assert best_f1(scarce, refine_all(taught, training_proposals(taught), silent)) > 0.9


def test_the_mask_is_where_the_patch_lies(scarce):
    taught = ClassMaterial(scarce.material, pools.TARGET).from_training()
    candidates = refine_all(taught, training_proposals(taught), silent)
    best = max(candidates, key=lambda candidate: candidate.key)
    assert f1(best.mask, scarce.mask) > 0.8
