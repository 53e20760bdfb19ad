"""Of a pattern that moves and what some of its carriers have in common, the pattern."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.independence import Dependence, content_dependence
from spurview.core.neighbours import nearest_among
from spurview.core.reach import as_they_reach
from spurview.core.registration import residuals, residuals_without
from spurview.core.rematching import is_hidden
from tests.core import moved_pools, pools
from tests.core.moved_candidates import known_candidate
from tests.core.moved_pools import NEIGHBOURS, SIDE_PX, TARGET


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


def moving(planted, **fields):
    return known_candidate(planted, **({"key": 50.0} | fields))


def glimpse(planted, family="whole", key=100.0):
    """The half of the carriers that have the patch further down, as one pattern of the image."""
    low = planted.carriers & (planted.places[:, 0] > np.median(planted.places[:, 0]))
    mask = np.ones(planted.material.shape[:2], bool)
    return replace(moving(planted), family=family, hits=low, mask=mask, places=None, key=key)


def kept(material, *candidates):
    scope = material.of_class(TARGET) & material.discover
    told = as_they_reach(Dependence(material), list(candidates), scope, pools.taught(material))
    return [c.family for c in told]


def test_some_of_the_carriers_give_way_to_the_pattern_that_moves(planted):
    assert kept(planted.material, glimpse(planted), moving(planted)) == ["moved"]


def test_a_pattern_that_promises_far_less_drops_nothing(planted):
    both = kept(planted.material, glimpse(planted), moving(planted, key=10.0))
    assert both == ["whole", "moved"]


def test_other_images_of_the_class_are_another_pattern(planted):
    others = planted.material.of_class(TARGET) & ~planted.carriers
    apart = replace(glimpse(planted), hits=others)
    assert kept(planted.material, apart, moving(planted)) == ["whole", "moved"]


def test_what_its_surroundings_tell_of_drops_nothing(planted):
    """Bright images taken for carriers: wherever the mask stands, the rest is bright as well."""
    bright = planted.material.images.mean(1) > np.quantile(planted.material.images.mean(1), 0.85)
    told = moving(planted, hits=bright)
    assert content_dependence(planted.material, told) > 0.65
    some = replace(glimpse(planted), hits=bright & (np.arange(len(bright)) % 4 == 0))
    assert kept(planted.material, some, told) == ["whole", "moved"]


def test_a_place_of_its_own_stays_beside_one_that_moves(planted):
    """A place whose surroundings do not tell its carriers is a pattern, whatever else is one."""
    beside = replace(moving(planted), family="local", places=None)
    assert content_dependence(planted.material, beside) < 0.65
    assert kept(planted.material, beside, moving(planted)) == ["local", "moved"]


def in_one_place(planted, quarters=1, key=40.0):
    """So many quarters of the carriers, taken for a pattern of the one place."""
    few = planted.carriers & (np.cumsum(planted.carriers) % 4 < quarters)
    return replace(moving(planted), family="local", hits=few, places=None, key=key)


def test_the_few_that_have_it_in_one_place_give_way_to_the_pattern_that_moves(planted):
    few = in_one_place(planted)
    assert content_dependence(planted.material, few) < 0.65
    assert kept(planted.material, few, moving(planted)) == ["moved"]


def test_few_in_one_place_that_promise_more_stay(planted):
    few = in_one_place(planted, key=60.0)
    assert kept(planted.material, few, moving(planted)) == ["local", "moved"]


def test_most_of_the_members_in_one_place_stay(planted):
    most = in_one_place(planted, quarters=3)
    assert kept(planted.material, most, moving(planted)) == ["local", "moved"]


def test_a_pattern_that_carriers_hide_stands_out_without_them():
    """An encoder that sees the patch makes its carriers one another's neighbours."""
    planted = moved_pools.moved(stays=True, in_pool=30)
    material, carriers = planted.material, planted.carriers & planted.material.pool
    latents = np.column_stack([material.latents, 9 * planted.carriers.astype(np.float32)])
    near = nearest_among(latents, np.flatnonzero(material.pool), NEIGHBOURS).astype(np.int32)
    seen = replace(material, latents=latents, neighbours=near)
    assert is_hidden(seen, carriers)
    assert not is_hidden(material, carriers)
    on_patch = (slice(6, 6 + SIDE_PX), slice(6, 6 + SIDE_PX))
    hidden, shown = (
        float(residual[np.flatnonzero(carriers)][:, 0, *on_patch].abs().mean())
        for residual in (residuals(seen), residuals_without(seen, carriers))
    )
    assert hidden < 0.01
    assert shown > 0.3


def test_residuals_without_by_hand(planted):
    material, some = planted.material, glimpse(planted).hits
    row = int(np.flatnonzero(some)[0])
    near = material.matcher.without(some)[row]
    assert not some[near].any()
    wanted = material.images[row] - material.images[near].mean(0)
    got = residuals_without(material, some)[np.array([row])][0].permute(1, 2, 0).reshape(-1).numpy()
    assert got == pytest.approx(wanted, abs=1e-5)
