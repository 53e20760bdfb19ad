"""Groups of the whole pool, and the class that got too many of one."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.detectors.clustering import least_members
from spurview.core.detectors.reverse import groups_of_pool, reverse_proposals
from spurview.core.material import ClassMaterial, f1
from tests.core import pools


@pytest.fixture(scope="module")
def material():
    return pools.planted().material


@pytest.fixture(scope="module")
def found(material):
    return ClassMaterial(material, 1)


@pytest.fixture(scope="module")
def groups(material):
    return groups_of_pool(material, np.random.default_rng(0))


def group_of(material, own, others):
    """So many images of half A that got class 1, and so many that did not."""
    half_a = material.discover
    group = np.zeros(len(half_a), bool)
    group[np.flatnonzero(half_a & (material.predicted == 1))[:own]] = True
    group[np.flatnonzero(half_a & (material.predicted != 1))[:others]] = True
    return group


def test_what_is_alike_in_the_pool_is_a_group_whatever_its_class(material, groups):
    carriers = pools.planted().carriers & material.discover
    assert max(f1(group, carriers) for group in groups) > 0.9


def test_groups_are_of_half_a(material, groups):
    assert groups
    assert not any((group & ~material.discover).any() for group in groups)


def test_groups_of_many_images_are_of_a_sample(material, monkeypatch):
    monkeypatch.setattr("spurview.core.detectors.reverse._MOST_ROWS", 120)
    groups = groups_of_pool(material, np.random.default_rng(0))
    assert 0 < np.logical_or.reduce(groups).sum() <= 120


def test_the_carriers_are_proposed_to_the_class_they_got(found, groups):
    carriers = pools.planted().carriers[found.members_a]
    proposals = reverse_proposals(found, groups)
    assert {p.detector for p in proposals} == {"reverse"}
    assert max(f1(p.members, carriers) for p in proposals) > 0.9


def test_a_group_that_the_class_got_too_often_is_proposed(material, found):
    group = group_of(material, own=40, others=4)
    (proposal,) = reverse_proposals(found, [group])
    assert np.array_equal(found.members_a[proposal.members], np.flatnonzero(
        group & found.mine
    ))  # fmt: skip


def test_the_deviation_is_counted_by_hand(material, found):
    """Of 104 in 200 the share is .52; 30 images give 15.6 +- sqrt(.52 * .48 * 30 + 1) = 2.91."""
    assert (len(found.members_a), material.discover.sum()) == (104, 200)
    least = int(np.ceil(0.52 * 30 + 3 * np.sqrt(0.52 * 0.48 * 30 + 1)))
    assert least == 25
    assert reverse_proposals(found, [group_of(material, least, 30 - least)])
    assert not reverse_proposals(found, [group_of(material, least - 1, 31 - least)])


def test_too_few_of_the_class_are_no_proposal(material, found, monkeypatch):
    """Three images are never three deviations away; so the deviation is asked for less here."""
    monkeypatch.setattr("spurview.core.detectors.reverse._LEAST_Z", 0.1)
    least = least_members(len(found.members_a))
    assert reverse_proposals(found, [group_of(material, least, 0)])
    assert not reverse_proposals(found, [group_of(material, least - 1, 0)])


@pytest.mark.parametrize("class_index", [0, 1])
def test_groups_that_have_nothing_to_do_with_the_class_are_not_proposed(material, class_index):
    rng = np.random.default_rng(11)
    groups = []
    for _ in range(60):
        group = np.zeros(len(material.images), bool)
        group[rng.permutation(np.flatnonzero(material.discover))[: rng.integers(15, 80)]] = True
        groups.append(group)
    assert reverse_proposals(ClassMaterial(material, class_index), groups) == []


def test_a_group_that_the_class_got_too_seldom_is_not_proposed(material, found):
    assert reverse_proposals(found, [group_of(material, own=20, others=70)]) == []
