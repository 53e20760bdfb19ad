"""Local patterns told again, where carriers are each other's content neighbours."""

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.candidate import Candidate
from spurview.core.material import Material, f1
from spurview.core.neighbours import nearest_among
from spurview.core.pieces import pieces_of
from spurview.core.rematching import rematched
from tests.core import pools


@pytest.fixture(scope="module")
def seen() -> pools.Planted:
    """A pool whose latents see the patch, so that carriers' neighbours are carriers."""
    planted = pools.planted(3)
    latents = np.hstack([planted.material.latents, 2.0 * planted.carriers[:, None]])
    latents = latents.astype(np.float32)
    rows = np.flatnonzero(planted.material.pool)
    near = nearest_among(latents, rows, pools.NEIGHBOURS).astype(np.int32)
    # A fresh material: what the old one has computed of its neighbours must not be kept.
    old = planted.material
    material = Material(
        shape=old.shape,
        images=old.images,
        latents=latents,
        predicted=old.predicted,
        labels=old.labels,
        pool=old.pool,
        training=old.training,
        discover=old.discover,
        neighbours=near,
        n_classes=old.n_classes,
    )
    return replace(planted, material=material)


def _candidate(planted: pools.Planted, hits: np.ndarray, **changed: object) -> Candidate:
    return Candidate(
        **{
            "class_index": pools.TARGET,
            "family": "local",
            "detectors": frozenset({"residual"}),
            "mask": planted.mask,
            "hits": hits,
            "linear": hits.astype(np.float32),
            "threshold": 0.5,
            "agreement": 1.0,
            "key": 0.0,
            **changed,
        }
    )


def test_carriers_missed_among_carriers_are_told(seen):
    half = seen.carriers & (np.arange(len(seen.carriers)) % 2 == 0)
    again = rematched(seen.material, _candidate(seen, half))
    pool = seen.material.pool
    assert f1(half & pool, seen.carriers & pool) < 0.8
    assert f1(again.hits & pool, seen.carriers & pool) > 0.95
    assert again.key > 0
    assert np.array_equal(again.mask, seen.mask)


def test_a_better_candidate_is_kept(seen):
    candidate = _candidate(seen, seen.carriers, key=1e9)
    assert rematched(seen.material, candidate) is candidate


def test_where_neighbours_are_free_nothing_is_told_again():
    planted = pools.planted(3)
    half = planted.carriers & (np.arange(len(planted.carriers)) % 2 == 0)
    candidate = _candidate(planted, half)
    assert rematched(planted.material, candidate) is candidate


def test_the_patch_is_found_among_the_places_of_a_whole_candidate(seen):
    contribution = np.zeros(pools.SHAPE[:2])
    contribution[1:3, 8:11] = 3.0  # a stronger place, of no meaning
    contribution[seen.mask] = 1.0
    half = seen.carriers & (np.arange(len(seen.carriers)) % 2 == 0)
    whole = _candidate(
        seen,
        half,
        family="whole",
        mask=np.ones(pools.SHAPE[:2], bool),
        contribution=contribution,
    )
    found = pieces_of(seen.material, whole)
    best = max(found, key=lambda c: c.key)
    pool = seen.material.pool
    assert best.family == "local"
    assert f1(best.hits & pool, seen.carriers & pool) > 0.95
    assert (best.mask & seen.mask).sum() >= 0.7 * seen.mask.sum()


def test_random_hits_have_no_pieces(seen):
    rng = np.random.default_rng(0)
    hits = (rng.random(len(seen.carriers)) < 0.15) & ~seen.carriers
    contribution = np.where(seen.mask, 0.0, rng.random(pools.SHAPE[:2]))
    whole = _candidate(
        seen,
        hits,
        family="whole",
        mask=np.ones(pools.SHAPE[:2], bool),
        contribution=contribution,
    )
    found = pieces_of(seen.material, whole)
    assert all(f1(c.hits, hits) < 0.5 for c in found)


def test_a_candidate_in_one_place_has_no_pieces(seen):
    assert pieces_of(seen.material, _candidate(seen, seen.carriers)) == []
