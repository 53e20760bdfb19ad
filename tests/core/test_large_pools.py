"""Large pools: what a search on a sample finds is what a search of all images finds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from spurview.core.carrying import carrier_of
from spurview.core.large_pools import (
    SampleSizes,
    block_size,
    is_large,
    part_of,
    sample_sizes,
    sampled_rows,
    search_large,
)
from spurview.core.literal import literal_candidates
from spurview.core.material import f1
from spurview.core.moved_family import MovedSearch
from spurview.core.neighbours import reference_rows
from spurview.core.pool_blocks import Block, references_of
from spurview.core.progress import silent
from spurview.core.registration import residuals
from spurview.core.rigid_match import THRESHOLD
from spurview.core.search import search
from spurview.core.settings import CandidatesSettings
from tests.core import moved_pools, pools

# A search needs about twenty images without the pattern for each with it.
SIZES = SampleSizes(half=150, training=80, floor=40)


def searched_large(material, sizes=SIZES, seed=0, **settings):
    bare = replace(material, images=np.zeros((len(material.images), 0), np.float32))
    rows = sampled_rows(bare, sizes, seed)
    return search_large(
        bare,
        part_of(bare, rows, material.images[rows]),
        rows,
        lambda start, stop: material.images[start:stop],
        None,
        settings=CandidatesSettings(**settings),
        seed=seed,
        report=silent,
    )


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def found(planted):
    return searched_large(planted.material)[0]


def best(found, carriers):
    return max(found, key=lambda f: f1(f.candidate.hits, carriers))


def test_a_patch_is_found_on_all_images_from_a_sample(planted, found):
    whole, _ = search(planted.material, None, settings=CandidatesSettings(), seed=0, report=silent)
    ours, theirs = best(found, planted.carriers), best(whole, planted.carriers)
    assert f1(theirs.candidate.hits, planted.carriers) > 0.95
    assert f1(ours.candidate.hits, theirs.candidate.hits) > 0.95
    assert ours.record.class_index == theirs.record.class_index == pools.TARGET
    assert np.array_equal(ours.template.mask > 0, planted.mask)


def test_evidence_is_counted_over_all_images(planted, found):
    material, ours = planted.material, best(found, planted.carriers)
    hits = ours.candidate.hits
    assert ours.record.matching == (hits & material.confirm).sum()
    assert ours.record.of_class == (hits & material.confirm & material.of_class(1)).sum()
    own = material.training_confirm & (material.labels == 1)
    assert ours.record.training_rates[1] == pytest.approx(hits[own].mean())
    assert np.array_equal(np.sort(ours.members), np.flatnonzero(hits & material.of_class(1)))
    assert (np.diff(ours.candidate.linear[ours.members]) <= 0).all()


def test_classes_are_counted_over_all_images(planted):
    _, classes = searched_large(planted.material)
    assert [c.pool for c in classes] == [planted.material.of_class(k).sum() for k in (0, 1)]


@cache
def moving():
    return moved_pools.moved(in_pool=70)


def test_a_pattern_that_moves_is_found_with_its_places():
    made = moving()
    sizes = SampleSizes(half=200, training=50, floor=80)
    ours = best(searched_large(made.material, sizes)[0], made.carriers)
    assert f1(ours.candidate.hits, made.carriers) > 0.95
    rows = np.flatnonzero(made.carriers & ours.candidate.hits)
    home = np.array([np.flatnonzero(ours.candidate.mask.any(a))[0] for a in (1, 0)])
    away = home + ours.candidate.places[rows] - made.places[rows]
    assert (away == away[0]).all(1).mean() > 0.9


def test_a_square_among_strokes_is_told_by_how_close_images_come():
    material = moved_pools.square().material
    rows = np.arange(len(material.images))
    every = residuals(material)
    search = MovedSearch(material, every, moved_pools.TARGET, None, np.random.default_rng(0))
    rigid = [c for c in search.candidates(silent) if c.threshold == THRESHOLD]
    candidate = max(rigid, key=lambda c: c.key)
    block = Block(material.images, material.latents, rows, references_of(material, rows))
    carrier = carrier_of(material, candidate, block, {})
    assert carrier.threshold == THRESHOLD
    told = carrier.tell(block)
    assert f1(told.hits, candidate.hits) > 0.9
    both = told.hits & candidate.hits
    assert (told.places[both] == candidate.places[both]).all(1).mean() > 0.9


def test_the_literal_method_tells_the_balls_of_all_images(planted):
    ours, _ = searched_large(planted.material, method="literal")
    assert ours
    for item in ours:
        whole = literal_candidates(planted.material, item.record.class_index)
        assert max(f1(item.candidate.hits, w.hits) for w in whole) > 0.98


def test_a_sample_keeps_the_halves_and_small_classes():
    material = pools.planted().material
    rare = np.flatnonzero(material.discover)[:25]
    predicted = np.where(np.isin(np.arange(len(material.images)), rare), 0, 1).astype(np.int32)
    rows = sampled_rows(replace(material, predicted=predicted), SIZES, 0)
    assert np.isin(rare, rows).all()
    part = part_of(material, rows, material.images[rows])
    assert np.array_equal(part.discover, material.discover[rows])
    assert np.array_equal(part.training_discover, material.training_discover[rows])
    assert part.pool[part.neighbours].all()
    assert part.discover.sum() <= SIZES.half + SIZES.floor


def test_neighbours_of_a_block_are_those_of_the_matcher():
    """Without carriers too, and for images that lose most of their neighbours."""
    material = pools.planted().material
    every = np.arange(len(material.images))
    known = references_of(material, every)
    rows = np.arange(100, 300)
    block = Block(material.images[rows], material.latents[rows], rows, known)
    for excluded in (np.zeros(len(every), bool), material.latents[:, 0] > -0.5):
        near = known.in_sample[block.without(excluded[known.in_sample])]
        assert np.array_equal(near, material.matcher.without(excluded)[rows])


def test_neighbours_across_a_direction_are_those_of_the_matcher():
    material = pools.planted().material
    every = np.arange(len(material.images))
    known = references_of(material, every)
    hits = material.latents[:, 1] > 0.8
    block = Block(material.images, material.latents, every, known)
    near = known.in_sample[block.across(hits[known.in_sample])]
    wanted = material.matcher.across(hits)
    assert (near == wanted).mean() > 0.99


def test_only_large_pools_are_sampled():
    assert not is_large(20_000, 20_000 * 32 * 32 * 3)
    assert is_large(20_001, 20_001 * 8 * 8)
    assert not is_large(8_000, 9_000 * 96 * 96 * 3)
    assert is_large(8_000, 10_000 * 96 * 96 * 3)
    assert np.array_equal(reference_rows(np.arange(50), 0), np.arange(50))
    few = reference_rows(np.arange(50), 0, most=20)
    assert len(few) == 20
    assert (np.diff(few) > 0).all()


def test_samples_of_large_images_are_smaller():
    assert sample_sizes((32, 32, 3)) == SampleSizes()
    medium, large = sample_sizes((64, 64, 3)), sample_sizes((224, 224, 3))
    assert medium.half < SampleSizes().half
    # Not so much smaller that nothing rare could be found.
    assert 1000 <= large.half <= medium.half


def test_fewer_large_images_are_told_at_once():
    assert block_size((28, 28, 1)) == 4096
    assert block_size((64, 64, 3)) * 64 * 64 * 3 <= 8_000_000
    assert block_size((4096, 4096, 3)) == 1
