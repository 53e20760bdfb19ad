"""Both template families, from a rough guess to mask and carriers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.detectors.proposal import Proposal
from spurview.core.errors import Cancelled
from spurview.core.local_family import refine_all
from spurview.core.material import ClassMaterial, f1
from spurview.core.progress import silent
from spurview.core.whole_family import mean_residual, search_all
from tests.core import pools


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def found(planted):
    return ClassMaterial(planted.material, 1)


@pytest.fixture(scope="module")
def rough(planted, found):
    """Two thirds of the carriers, and as many strangers as a third of them."""
    carriers = planted.carriers[found.members_a].copy()
    rng = np.random.default_rng(0)
    carriers[rng.permutation(np.flatnonzero(carriers))[: carriers.sum() // 3]] = False
    carriers[rng.permutation(np.flatnonzero(~planted.carriers[found.members_a]))[:6]] = True
    return Proposal("rough", carriers)


@pytest.fixture(scope="module")
def noisy():
    """The same noise of two levels over the whole image in place of the patch."""
    planted = pools.planted()
    clean = pools.planted(0, in_pool=0, in_training=0.0).material.images.copy()
    noise = np.random.default_rng(1).choice([-0.2, 0.2], 144).astype(np.float32)
    clean[planted.carriers] = np.clip(clean[planted.carriers] + noise, 0, 1)
    return replace(planted, material=replace(planted.material, images=clean))


def test_a_rough_guess_becomes_the_carriers_and_their_mask(planted, found, rough):
    made = max(refine_all(found, [rough], silent), key=lambda c: c.key)
    assert f1(made.hits, planted.carriers) > 0.95
    assert made.mask[planted.mask].all()
    assert made.mask.sum() <= 16
    assert made.agreement > 0.9


def test_members_score_about_1_and_others_about_0(planted, found, rough):
    for made in refine_all(found, [rough], silent):
        assert np.median(made.linear[planted.carriers]) == pytest.approx(1, abs=0.1)
        assert np.median(made.linear[~planted.carriers]) == pytest.approx(0, abs=0.2)


def test_near_equal_proposals_are_refined_once(found, rough):
    assert len(refine_all(found, [rough, rough], silent)) == len(refine_all(found, [rough], silent))


def test_a_group_too_small_is_dropped(found, rough):
    few = np.zeros_like(rough.members)
    few[:3] = True
    assert refine_all(found, [Proposal("few", few)], silent) == []
    assert search_all(found, [Proposal("few", few)], silent) == []


def test_images_that_are_all_alike_share_nothing_of_their_own(planted, rough):
    """Nothing differs, and nothing is divided by it."""
    same = replace(planted.material, images=np.full_like(planted.material.images, 0.5))
    found = ClassMaterial(same, 1)
    assert refine_all(found, [rough], silent) == []
    assert search_all(found, [rough], silent) == []


@pytest.mark.parametrize("search", [refine_all, search_all])
def test_cancelling_passes_through(found, rough, search):
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        search(found, [rough], stop)


def test_noise_over_the_whole_image_is_found_from_a_rough_guess(noisy, rough):
    found = ClassMaterial(noisy.material, 1)
    (made,) = search_all(found, [rough], silent)
    assert f1(made.hits, noisy.carriers) > 0.97
    assert (made.family, made.agreement) == ("whole", 1.0)
    assert made.mask.all()


def test_near_equal_proposals_are_searched_once(noisy, rough):
    found = ClassMaterial(noisy.material, 1)
    assert len(search_all(found, [rough, rough], silent)) == 1


def test_whole_image_members_score_about_1(noisy, rough):
    (made,) = search_all(ClassMaterial(noisy.material, 1), [rough], silent)
    assert np.median(made.linear[noisy.carriers]) == pytest.approx(1, abs=0.1)
    assert made.threshold < 1


def test_a_last_score_that_no_image_of_the_class_reaches_is_no_candidate(found, rough, monkeypatch):
    """There would be nobody to draw a pattern from."""
    monkeypatch.setattr("spurview.core.whole_family._ROUNDS", 1)
    assert len(search_all(found, [rough], silent)) == 1
    monkeypatch.setattr("spurview.core.whole_family.LEAST_DEVIATIONS", 1e6)
    assert search_all(found, [rough], silent) == []


def test_mean_residual_by_hand(planted):
    material = planted.material
    near = material.neighbours.astype(np.int64)
    rows = np.array([3, 77, 130])
    wanted = (material.images[rows] - material.images[near[rows]].mean(1)).mean(0)
    assert mean_residual(material, rows, near) == pytest.approx(wanted, abs=1e-5)
