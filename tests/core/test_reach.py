"""Of a place and the whole image, the one that a pattern fills."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.decide import MOST_DEPENDENCE
from spurview.core.extraction import extract
from spurview.core.independence import Dependence, content_dependence
from spurview.core.material import Material, f1
from spurview.core.reach import as_they_reach, goes_beyond, in_all_its_pieces, in_its_pixels
from tests.core import pools
from tests.core.known import candidate


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def noisy(planted):
    """Faint noise, always the same, over the whole of the images that carry the patch."""
    grey = pools.planted(0, in_pool=0, in_training=0.0).material
    noise = np.random.default_rng(4).normal(0, 0.2, grey.images.shape[1]).astype(np.float32)
    images = grey.images + planted.carriers[:, None] * noise
    fields = {name: getattr(grey, name) for name in grey.__dataclass_fields__}
    predicted = np.where(planted.carriers & grey.pool, 1, grey.predicted).astype(np.int32)
    return Material(**(fields | {"images": images, "predicted": predicted}))


def local(planted, key=50.0):
    linear = planted.carriers.astype(np.float32)
    return candidate(planted.carriers, family="local", mask=planted.mask, linear=linear, key=key)


def whole(planted, key=100.0):
    """What has the carriers and some more of the class."""
    more = planted.material.of_class(1) & (np.arange(len(planted.carriers)) % 5 == 0)
    every = np.ones_like(planted.mask)
    return candidate(planted.carriers | more, family="whole", mask=every, key=key)


def kept(material, *candidates):
    scope = material.of_class(1) & material.discover
    told = as_they_reach(Dependence(material), list(candidates), scope, pools.taught(material))
    return [c.family for c in told]


def test_a_patch_is_kept_in_its_place_though_the_image_gains_hits(planted):
    assert kept(planted.material, whole(planted), local(planted)) == ["local"]


def test_a_place_that_is_plain_in_training_is_kept_though_the_pool_blurs_it(planted):
    """What is rare in the pool has there, told by the whole image, mostly others for members."""
    material = planted.material
    others = material.of_class(1) & ~planted.carriers
    blurred = replace(whole(planted), hits=np.where(material.pool, others, planted.carriers))
    assert kept(material, blurred, local(planted)) == ["local"]
    # In training too it has others.
    apart = replace(blurred, hits=others | (pools.taught(material) & ~planted.carriers))
    assert kept(material, apart, local(planted)) == ["whole", "local"]


def test_a_place_that_promises_far_less_drops_nothing(planted):
    assert kept(planted.material, whole(planted), local(planted, key=20.0)) == ["whole", "local"]


def test_other_members_are_another_pattern(planted):
    others = planted.material.of_class(1) & ~planted.carriers
    apart = candidate(others, family="whole", mask=np.ones_like(planted.mask), key=100.0)
    assert kept(planted.material, apart, local(planted)) == ["whole", "local"]


def test_a_piece_of_noise_over_the_image_gives_way_to_it(planted, noisy):
    assert goes_beyond(noisy, local(planted))
    assert not goes_beyond(planted.material, local(planted))
    assert kept(noisy, whole(planted), local(planted)) == ["whole"]


def test_a_piece_is_kept_where_the_image_promises_far_less(planted, noisy):
    assert kept(noisy, whole(planted, key=10.0), local(planted)) == ["whole", "local"]


def test_one_place_that_stands_apart_speaks_for_all(planted):
    """Another place of the same members, told by its surroundings: the patch beside it."""
    material, beside = planted.material, np.zeros_like(planted.mask)
    beside[7:10, 5:7] = True
    piece = replace(local(planted), mask=beside)
    assert kept(material, whole(planted), piece) == ["whole"]
    assert kept(material, whole(planted), piece, local(planted)) == ["local", "local"]


@pytest.fixture(scope="module")
def word(planted):
    """Beside the patch stands a second piece, in the same images, one pixel apart."""
    material = planted.material
    images = material.images.reshape(-1, *material.shape).copy()
    second = np.array([[0, 1, 1], [1, 0, 1], [0, 1, 0]], np.float32)
    images[np.ix_(planted.carriers, range(7, 10), range(6, 9))] = second[None, ..., None]
    fields = {name: getattr(material, name) for name in material.__dataclass_fields__}
    both = planted.mask.copy()
    both[7:10, 6:9] = True
    return Material(**(fields | {"images": images.reshape(len(images), -1)})), both


def completed(material, candidate):
    return in_all_its_pieces(Dependence(material), material, candidate)


def test_a_piece_is_completed_by_those_beside_it(planted, word):
    material, both = word
    piece = local(planted)
    assert content_dependence(material, piece) > MOST_DEPENDENCE
    whole = completed(material, piece)
    assert np.array_equal(whole.mask, both)
    assert content_dependence(material, whole) <= MOST_DEPENDENCE
    assert np.array_equal(extract(material, whole).mask > 0, both)


def test_a_whole_pattern_stays_as_it_is(planted):
    assert completed(planted.material, local(planted)).mask is planted.mask


def test_what_may_be_a_stroke_is_not_completed(planted, word):
    """A third of its scores lie between what is there and what is not."""
    material, _ = word
    unsure = np.where(np.arange(len(planted.carriers)) % 3 == 0, 0.4, 0.0).astype(np.float32)
    piece = replace(local(planted), linear=np.maximum(unsure, planted.carriers.astype(np.float32)))
    assert completed(material, piece).mask is planted.mask


def test_a_piece_of_noise_over_the_image_is_not_completed(planted, noisy):
    assert content_dependence(noisy, local(planted)) > MOST_DEPENDENCE
    assert completed(noisy, local(planted)).mask is planted.mask


@pytest.fixture(scope="module")
def specks(planted):
    """Four white pixels far apart instead of the patch, in the same images; where they are."""
    bare = pools.planted(0, in_pool=0, in_training=0.0).material
    images = bare.images.reshape(-1, *bare.shape).copy()
    mask = np.zeros(bare.shape[:2], bool)
    mask[np.ix_((1, 10), (1, 10))] = True
    images[np.ix_(planted.carriers, np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0)))] = 1
    fields = {name: getattr(bare, name) for name in bare.__dataclass_fields__}
    predicted = np.where(planted.carriers & bare.pool, 1, bare.predicted).astype(np.int32)
    fields |= {"images": images.reshape(len(images), -1), "predicted": predicted}
    return Material(**fields), mask


def test_specks_are_told_by_their_own_pixels(planted, specks):
    """The image as a whole also gained hits by what its members share besides."""
    material, mask = specks
    linear = planted.carriers.astype(np.float32)
    # Whose score comes from the rest of the image, is less typical.
    found = replace(whole(planted, key=30.0), linear=linear)
    told = in_its_pixels(Dependence(material), material, found)
    assert told.family == "local"
    assert np.array_equal(told.mask, mask)
    assert f1(told.hits & material.pool, planted.carriers & material.pool) > 0.95
    assert np.array_equal(extract(material, told).mask > 0, mask)


def test_specks_that_promise_far_less_stay_as_they_are(planted, specks):
    material, _ = specks
    promising = whole(planted, key=1e6)
    assert in_its_pixels(Dependence(material), material, promising) is promising


def test_what_covers_the_image_stays_as_it_is(planted, noisy):
    covering = whole(planted)
    assert in_its_pixels(Dependence(noisy), noisy, covering) is covering


def test_what_is_in_one_place_already_stays_as_it_is(planted, specks):
    material, _ = specks
    placed = local(planted)
    assert in_its_pixels(Dependence(material), material, placed) is placed
