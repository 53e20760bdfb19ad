"""What chance gives, on pools where it is known: labels by content alone, and a planted patch."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from spurview.core import decide
from spurview.core.chance import (
    KEPT,
    content_strata,
    counts_by_chance,
    is_counted,
    mean_interval,
    permuted,
)
from spurview.core.errors import Cancelled
from spurview.core.progress import silent
from spurview.core.search import search
from spurview.core.settings import CandidatesSettings
from tests.core import pools

LITERAL = CandidatesSettings(method="literal")
MATCHED = CandidatesSettings()


def counts(material, carriers=None, **changes):
    options = {
        "settings": LITERAL,
        "repeats": 4,
        "seed": 0,
        "done": {},
        "on_count": lambda repeat, count: None,
        "report": silent,
    }
    nobody = np.zeros(len(material.images), bool)
    return counts_by_chance(
        material, nobody if carriers is None else carriers, **(options | changes)
    )


def searched(material, settings):
    return search(material, None, settings=settings, seed=0, report=silent)[0]


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def strata(planted):
    return content_strata(planted.material, planted.carriers, seed=0)


@pytest.fixture
def loose(monkeypatch):
    """Thresholds so low that chance meets them now and then: else there is nothing to count."""
    monkeypatch.setattr(decide, "LEAST_Z", 1.0)
    monkeypatch.setattr(decide, "MOST_VALLEY_POOL", {"literal": 3.0})


def by_content(seed):
    """A pool without a patch whose classes were drawn by the brighter half alone."""
    material = pools.planted(seed, in_pool=0, in_training=0.0).material
    chance = 1 / (1 + np.exp(-2 * material.latents[:, 0]))
    drawn = np.random.default_rng(seed).random(len(chance)) < chance
    return replace(material, predicted=drawn.astype(np.int32))


def test_classes_by_content_alone_give_about_as_many_as_expected(loose):
    found, expected = [], []
    for seed in range(8):
        material = by_content(seed)
        found.append(sum(is_counted(f.record) for f in searched(material, LITERAL)))
        expected.append(np.mean(counts(material)))
    assert np.mean(expected) > 2
    assert np.mean(found) == pytest.approx(np.mean(expected), abs=1.2)


def test_a_planted_patch_is_more_than_chance_gives(planted):
    counted = [f for f in searched(planted.material, MATCHED) if is_counted(f.record)]
    carriers = np.any([f.candidate.hits for f in counted], axis=0)
    expected = np.mean(counts(planted.material, carriers, settings=MATCHED, repeats=3))
    assert expected < 0.5 * len(counted)


def test_the_same_seed_gives_the_same_counts(loose):
    material = by_content(0)
    assert counts(material) == counts(material)


def test_another_seed_gives_other_counts(loose):
    material = by_content(0)
    assert counts(material, repeats=8) != counts(material, repeats=8, seed=1)


def test_finished_repeats_are_not_searched_again(loose):
    material, told = by_content(0), []
    whole = counts(material, on_count=lambda repeat, count: told.append((repeat, count)))
    assert told == list(enumerate(whole))
    again = []
    assert counts(material, done={1: 77}, on_count=lambda repeat, count: again.append(repeat)) == [
        whole[0],
        77,
        *whole[2:],
    ]
    assert again == [0, 2, 3]


def test_more_repeats_begin_with_the_same_counts(loose):
    material = by_content(0)
    assert counts(material, repeats=6)[:4] == counts(material)


def test_progress_only_rises_and_names_the_repeat(planted):
    told = []
    counts(
        planted.material,
        repeats=2,
        report=lambda done, total, message: told.append((done / total, message)),
    )
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert told[0][1].startswith("repeat 1 of 2, ")
    assert told[-1][0] == 1


def test_cancelling_passes_through(planted):
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        counts(planted.material, report=stop)


def test_permuting_keeps_the_classes_of_every_stratum(planted, strata):
    material = planted.material
    other = permuted(material, strata, np.random.default_rng(0))
    for stratum in range(strata.max() + 1):
        inside = strata == stratum
        before = np.bincount(material.predicted[inside], minlength=2)
        assert np.array_equal(np.bincount(other.predicted[inside], minlength=2), before)
    moved = other.predicted != material.predicted
    assert moved[material.pool].mean() > 0.05
    assert not moved[~material.pool].any()


def test_permuting_gives_an_image_the_class_of_a_random_one_of_its_stratum(planted, strata):
    """Over many draws the share of class 1 is that of the stratum, for every image in it."""
    material = planted.material
    rng = np.random.default_rng(0)
    shares = np.mean([permuted(material, strata, rng).predicted for _ in range(300)], axis=0)
    inside = strata == np.argmin(
        [abs(material.predicted[strata == s].mean() - 0.5) for s in range(strata.max() + 1)]
    )
    assert shares[inside] == pytest.approx(material.predicted[inside].mean(), abs=0.15)


def test_residuals_stay_frozen_and_are_shared(planted, strata):
    material = planted.material
    other = permuted(material, strata, np.random.default_rng(0))
    assert other.neighbours is material.neighbours
    assert {"expected", "matcher"} <= set(KEPT)
    assert all(getattr(other, name) is getattr(material, name) for name in KEPT)


def test_what_is_shared_would_be_the_same_with_other_classes(planted, strata):
    other = permuted(planted.material, strata, np.random.default_rng(0))
    anew = replace(planted.material, predicted=other.predicted)
    matchers = {"matcher", "pool_matcher"}
    for name in set(KEPT) - matchers:
        assert np.array_equal(getattr(anew, name), getattr(other, name)), name
    hits = planted.carriers
    for name in matchers & set(KEPT):
        ours, theirs = (getattr(one, name).without(hits) for one in (anew, other))
        assert np.array_equal(ours, theirs), name


def test_strata_are_of_the_pool_and_of_twenty_at_least(planted, strata):
    pool = planted.material.pool
    assert (strata[~pool] == -1).all()
    sizes = np.bincount(strata[pool & ~planted.carriers])
    assert len(sizes) >= 5
    assert sizes.min() >= 20


def test_carriers_make_no_stratum_of_their_own(planted):
    """Not even where the encoder puts them side by side, far from all others."""
    latents = planted.material.latents.copy()
    latents[planted.carriers] += 30
    material = replace(planted.material, latents=latents)
    strata = content_strata(material, planted.carriers, seed=0)
    mine, others = material.pool & planted.carriers, material.pool & ~planted.carriers
    n_strata = strata.max() + 1
    room = np.ceil(np.bincount(strata[others], minlength=n_strata) / 4)
    assert (np.bincount(strata[mine], minlength=n_strata) <= room).all()


def test_many_carriers_share_the_strata_evenly(planted):
    """More than one to four: then as many to each stratum as there are in the pool."""
    carriers = planted.material.pool & (np.arange(len(planted.carriers)) % 2 == 0)
    strata = content_strata(planted.material, carriers, seed=0)
    of_carriers = np.bincount(strata[carriers])
    of_others = np.bincount(strata[planted.material.pool & ~carriers])
    assert np.abs(of_carriers - of_others).max() <= 1


def test_strata_follow_content(planted, strata):
    latents = planted.material.latents
    within = np.mean([latents[strata == s].var(0).sum() for s in range(strata.max() + 1)])
    assert within < 0.8 * latents[planted.material.pool].var(0).sum()


def test_a_small_pool_is_one_stratum(planted):
    pool = planted.material.pool & (np.cumsum(planted.material.pool) <= 60)
    small = replace(planted.material, pool=pool)
    strata = content_strata(small, planted.carriers, seed=0)
    assert (strata[pool] == 0).all()
    assert (strata[~pool] == -1).all()


@pytest.fixture(scope="module")
def met(planted):
    """The record of the planted patch, which meets everything."""
    return next(f.record for f in searched(planted.material, MATCHED) if is_counted(f.record))


@pytest.mark.parametrize(
    "change",
    [
        {"z": decide.LEAST_Z - 0.1},
        {"valley_pool": decide.MOST_VALLEY_POOL["local"] + 0.1},
        {"agreement": decide.LEAST_AGREEMENT - 0.1},
        {"content_dependence": decide.MOST_DEPENDENCE + 0.1},
        {"detectors": ["gradient"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_threshold_missed_does_not_count(met, change):
    assert met.family == "local"
    assert not is_counted(msgspec.structs.replace(met, **change))


def test_training_images_have_no_part_in_it(met):
    assert is_counted(msgspec.structs.replace(met, training_rates=[0.5, 0.0], valley_training=9.0))


def test_the_gradient_beside_another_detector_counts(met):
    assert is_counted(msgspec.structs.replace(met, detectors=["gradient", "residual"]))


def test_interval_of_no_candidate_in_twenty_repeats():
    """Chance exp(-n m) of seeing none is 2.5 % at m = 3.689 / n."""
    low, high = mean_interval([0] * 20)
    assert low == 0
    assert high == pytest.approx(-np.log(0.025) / 20)


def test_interval_of_ten_candidates_is_garwoods():
    """Tables of exact Poisson limits give 4.795 to 18.39 for ten events."""
    low, high = mean_interval([1, 2, 3, 4])
    assert 4 * low == pytest.approx(4.795, abs=0.001)
    assert 4 * high == pytest.approx(18.390, abs=0.001)


def test_no_counts_have_no_interval():
    with pytest.raises(ValueError, match="no counts"):
        mean_interval([])
