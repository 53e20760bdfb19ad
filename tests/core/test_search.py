"""The whole search on a pool with a known patch, on the same pool without it, and its edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core import search as search_module
from spurview.core.errors import Cancelled
from spurview.core.material import f1
from spurview.core.progress import silent
from spurview.core.search import FEWEST_IN_CLASS, search
from spurview.core.settings import CandidatesSettings, VerificationSettings
from spurview.core.verification import Suspect, verify_all
from tests.core import known, moved_pools, pools


def searched(planted, **settings):
    return search(
        planted.material, None, settings=CandidatesSettings(**settings), seed=0, report=silent
    )


def verified(planted, found, logits=pools.logits):
    records, _ = verify_all(
        planted.material,
        [Suspect(f.record, f.candidate, f.template) for f in found],
        logits,
        settings=VerificationSettings(insertions=200, controls=4),
        seed=0,
        report=silent,
    )
    return records


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def found(planted):
    return searched(planted)[0]


@pytest.fixture(scope="module")
def first(planted, found):
    """The candidate that verification ranks first, and its record."""
    records = verified(planted, found)
    return next((f, r) for f, r in zip(found, records, strict=True) if r.rank == 1)


def test_the_planted_patch_comes_first_and_is_an_alarm(planted, first):
    candidate, record = first
    assert record.outcome == "alarm"
    assert f1(candidate.candidate.hits, planted.carriers) > 0.95
    assert candidate.record.class_index == pools.TARGET


def test_the_planted_patch_is_found_pixel_by_pixel(planted, first):
    assert np.array_equal(first[0].template.mask > 0, planted.mask)
    assert first[1].kind == "pattern"


def test_nothing_else_is_an_alarm(planted, found):
    assert sum(r.outcome == "alarm" for r in verified(planted, found)) == 1


def test_the_same_pool_without_the_patch_raises_no_alarm():
    clean = pools.planted(in_pool=0, in_training=0.0)
    records = verified(clean, searched(clean)[0])
    assert records
    assert all(r.outcome != "alarm" for r in records)


def test_members_are_pool_images_of_the_class_most_typical_first(planted, found):
    for item in found:
        mine = planted.material.of_class(item.record.class_index)
        assert np.array_equal(np.sort(item.members), np.flatnonzero(item.candidate.hits & mine))
        assert (np.diff(item.candidate.linear[item.members]) <= 0).all()


def test_ids_are_of_the_class_and_unlike(found):
    ids = [item.record.id for item in found]
    assert len(set(ids)) == len(ids)
    assert all(
        i.startswith(f"{item.record.class_index}-") for i, item in zip(ids, found, strict=True)
    )


def test_q_values_are_over_all_candidates(found):
    p = np.array([item.record.p for item in found])
    q = np.array([item.record.q for item in found])
    assert q.max() == pytest.approx(p.max())
    assert q.min() == pytest.approx((np.sort(p) * len(p) / np.arange(1, len(p) + 1)).min())


def test_at_most_so_many_per_class(planted, found):
    per_class = np.bincount([item.record.class_index for item in found])
    assert per_class.max() <= CandidatesSettings().per_class


def test_the_literal_method_clusters_latents(planted):
    found, classes = searched(planted, method="literal", per_class=3)
    assert {item.record.family for item in found} == {"literal"}
    assert max(np.bincount([item.record.class_index for item in found])) <= 3
    assert [c.searched for c in classes] == [True, True]
    assert len(verified(planted, found)) == len(found)


def test_the_literal_method_finds_a_cluster_of_latents():
    """A tight group far away; the ball around its centre holds three quarters of its members."""
    planted = pools.planted()
    latents = planted.material.latents.copy()
    group = planted.material.of_class(1) & (np.arange(len(latents)) % 4 == 0)
    latents[group] = latents[group] * 0.1 + 9
    moved = replace(planted, material=replace(planted.material, latents=latents))
    found, _ = searched(moved, method="literal", per_class=20)
    inside = [f.candidate.hits & moved.material.discover for f in found]
    of_group = [hits for hits in inside if group[hits].all()]
    assert max(f1(hits, group & moved.material.discover) for hits in of_group) > 0.8


def test_a_class_of_too_few_images_cannot_tell(planted):
    predicted = planted.material.predicted.copy()
    pool = np.flatnonzero(planted.material.pool)
    predicted[pool] = 0
    predicted[pool[: FEWEST_IN_CLASS - 1]] = 1
    few = replace(planted, material=replace(planted.material, predicted=predicted))
    _, classes = searched(few, method="literal")
    assert [c.searched for c in classes] == [True, False]
    assert f"only {FEWEST_IN_CLASS - 1} pool images got this class" in classes[1].reason


def test_a_class_that_fell_into_the_other_half_says_so(planted):
    """To say that 28 images are needed would be odd where there are 28."""
    material = planted.material
    in_a, in_b = np.flatnonzero(material.discover)[:8], np.flatnonzero(material.confirm)[:22]
    predicted = np.zeros_like(material.predicted)
    predicted[np.r_[in_a, in_b]] = 1
    uneven = replace(planted, material=replace(material, predicted=predicted))
    _, classes = searched(uneven, method="literal")
    assert not classes[1].searched
    assert classes[1].reason.startswith("only 8 of 30 pool images of this class are in the half")


def test_a_class_without_images_cannot_tell(planted):
    three = replace(planted.material, n_classes=3)
    _, classes = searched(replace(planted, material=three), method="literal")
    assert classes[2].pool == 0
    assert classes[2].reason.startswith("no pool image got this class")


@pytest.mark.parametrize("n_others", [0, 1, 5])
def test_a_network_that_nearly_always_gives_one_class_cannot_tell(planted, n_others):
    """There is nothing to compare that class with, and too little in the others."""
    predicted = np.ones_like(planted.material.predicted)
    predicted[np.flatnonzero(planted.material.pool)[:n_others]] = 0
    one = replace(planted, material=replace(planted.material, predicted=predicted))
    found, classes = searched(one)
    assert found == []
    assert [c.searched for c in classes] == [False, False]
    assert all(c.reason for c in classes)


def test_progress_only_rises_and_names_the_class(planted):
    told = []
    search(
        planted.material,
        None,
        settings=CandidatesSettings(method="literal"),
        seed=0,
        report=lambda done, total, message: told.append((done / total, message)),
    )
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert told[-1][0] == 1


def test_cancelling_passes_through(planted):
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        search(planted.material, None, settings=CandidatesSettings(), seed=0, report=stop)


def best_alarm(planted, logits):
    """The candidate that verification ranks first, which must be an alarm, and its record."""
    found = searched(planted)[0]
    records = verified(planted, found, logits)
    (first,) = [(f, r) for f, r in zip(found, records, strict=True) if r.rank == 1]
    assert first[1].outcome == "alarm"
    return first


def test_a_pattern_that_moves_is_an_alarm_and_is_known_in_each_image():
    moved = moved_pools.moved()
    item, record = best_alarm(moved, moved_pools.logits)
    assert (item.record.family, record.kind) == ("moved", "place-free")
    assert f1(item.candidate.hits, moved.carriers) > 0.95
    rows = np.flatnonzero(item.candidate.hits & moved.carriers)
    mask = np.argwhere(item.template.mask > 0).min(0)
    right = (item.candidate.places[rows] + mask == moved.places[rows]).all(1)
    assert right.mean() > 0.95
    assert (item.template.mask > 0).sum() == moved_pools.SIDE_PX**2


def test_a_pattern_in_large_coloured_images_is_found_pixel_by_pixel():
    """34 pixels a side are searched at half their size, and drawn at the full one."""
    large = moved_pools.moved(stays=True, size_px=34, channels=3, step_px=2)
    item, _ = best_alarm(large, lambda images, _: moved_pools.logits(images[:, ::2, ::2]))
    assert f1(item.candidate.hits, large.carriers) > 0.95
    assert item.template.values.shape == (34, 34, 3)
    mask = np.zeros((34, 34), bool)
    mask[12:20, 12:20] = True
    assert np.array_equal(item.template.mask > 0, mask)


def marking(monkeypatch, name):
    """Have a step of the search leave its name among the detectors of what it gives."""
    step = getattr(search_module, name)

    def marked(*args):
        told = step(*args)
        if isinstance(told, list):
            return [replace(c, detectors=c.detectors | {name}) for c in told]
        return replace(told, detectors=told.detectors | {name})

    monkeypatch.setattr(search_module, name, marked)


def giving(monkeypatch, name, hits):
    """Have a step of the search give one candidate with these hits, and its name for detector."""
    made = known.candidate(hits, detectors=frozenset({name}), key=1e3)
    monkeypatch.setattr(search_module, name, lambda *_: [made])


def test_what_is_found_came_through_every_step(planted, monkeypatch):
    """By its reach, the best told again; pieces of the whole image and training images propose."""
    marking(monkeypatch, "as_they_reach")
    marking(monkeypatch, "rematched")
    giving(monkeypatch, "pieces_of", planted.carriers)
    without = []
    residual = search_module.residuals_without
    monkeypatch.setattr(search_module, "is_hidden", lambda *_: True)
    monkeypatch.setattr(
        search_module, "residuals_without", lambda *args: without.append(1) or residual(*args)
    )
    found = [item.candidate.detectors for item in searched(planted)[0]]
    assert all("as_they_reach" in detectors for detectors in found)
    for name in ("rematched", "pieces_of", "training"):
        assert any(name in detectors for detectors in found), name
    # Patterns that move are sought in the residuals without what hides them.
    assert without


def test_groups_of_the_whole_pool_propose_too(planted, monkeypatch):
    """Where no other detector proposes."""
    for name in ("local_proposals", "whole_image_proposals", "training_proposals"):
        monkeypatch.setattr(search_module, name, lambda *_: [])
    found, _ = searched(planted)
    of_pool = [item for item in found if item.candidate.detectors == {"reverse"}]
    assert max(f1(item.candidate.hits, planted.carriers) for item in of_pool) > 0.95


def test_tints_are_sought_in_coloured_images_and_in_those_alone(planted, monkeypatch):
    grey = planted.material
    images = np.repeat(grey.images.reshape(-1, 12, 12, 1), 3, axis=3)
    coloured = replace(grey, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    odd = np.arange(len(images)) % 2 == 1
    giving(monkeypatch, "search_colours", planted.carriers & odd)
    giving(monkeypatch, "search_boxes", planted.carriers & ~odd)
    for name in ("local_proposals", "whole_image_proposals", "training_proposals"):
        monkeypatch.setattr(search_module, name, lambda *_: [])
    for material, is_coloured in ((coloured, True), (grey, False)):
        found, _ = searched(replace(planted, material=material))
        detectors = set().union(*(item.candidate.detectors for item in found))
        assert ({"search_colours", "search_boxes"} <= detectors) == is_coloured


def test_what_training_images_alone_carry_is_no_candidate(planted, monkeypatch):
    """There is no pool image to draw it from."""
    giving(monkeypatch, "refine_all", planted.carriers & planted.material.training)
    for name in ("search_all", "whole_image_proposals"):
        monkeypatch.setattr(search_module, name, lambda *_: [])
    assert searched(planted)[0] == []
