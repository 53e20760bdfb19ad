"""A pattern that moves: drawn, put in, controlled and taken out at each image's own place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.bench import Bench
from spurview.core.extraction import extract
from spurview.core.insertion import insertion
from spurview.core.null_controls import null_templates
from spurview.core.removal import removal
from spurview.core.specificity import kind_of
from spurview.core.template import cut
from tests.core import moved_pools
from tests.core.moved_candidates import HOME, known_candidate
from tests.core.moved_pools import PATCH, SIDE_PX


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


@pytest.fixture(scope="module")
def candidate(planted):
    return known_candidate(planted)


@pytest.fixture(scope="module")
def template(planted, candidate):
    return extract(planted.material, candidate)


def rng():
    return np.random.default_rng(5)


def bench_of(planted, candidate, logits=moved_pools.logits, n=60):
    return Bench(planted.material, candidate, logits, n, rng())


def windows(images):
    """All 4x4 windows of images (n, 20, 20, 1)."""
    return np.lib.stride_tricks.sliding_window_view(images[..., 0], PATCH.shape, axis=(1, 2))


def patch_anywhere(images, rows=None):
    """(n, 2) logits of a network that sees nothing but the patch, wherever it is."""
    evidence = 0.15 - np.abs(windows(images) - PATCH).mean((3, 4)).min((1, 2))
    return np.stack([-4 * evidence, 4 * evidence], 1).astype(np.float32)


def test_the_template_is_the_patch_in_one_place(template):
    mask = np.zeros((20, 20), bool)
    mask[HOME[0] : HOME[0] + SIDE_PX, HOME[1] : HOME[1] + SIDE_PX] = True
    assert np.array_equal(template.mask > 0, mask)
    assert template.values[mask].ravel() == pytest.approx(PATCH.ravel(), abs=0.05)
    assert template.opacity > 0.95


def test_a_few_wrong_places_do_not_smear_the_template(planted, candidate):
    """One carrier in ten has its patch elsewhere than the search believes."""
    places = candidate.places.copy()
    wrong = np.flatnonzero(planted.carriers)[::10]
    places[wrong] = -places[wrong]
    found = extract(planted.material, replace(candidate, places=places))
    home = np.s_[HOME[0] : HOME[0] + SIDE_PX, HOME[1] : HOME[1] + SIDE_PX]
    drawn = found.values[home][..., 0]
    assert np.corrcoef(drawn.ravel(), PATCH.ravel())[0, 1] > 0.98
    assert drawn == pytest.approx(PATCH, abs=0.25)


def test_without_its_places_the_patch_would_be_lost(planted, candidate):
    found = extract(planted.material, replace(candidate, places=0 * candidate.places))
    assert np.abs(found.values).max() < 0.6


def test_the_template_keeps_where_its_carriers_have_it(planted, candidate, template):
    rows = np.flatnonzero(planted.carriers & planted.material.of_class(1))
    assert np.array_equal(template.offsets, candidate.places[rows])


def test_insertion_puts_it_where_some_carrier_has_it(planted, candidate, template):
    bench = bench_of(planted, candidate)
    changed = np.abs(bench.inserted(template) - bench.images)[..., 0] > 1e-6
    allowed = {tuple(place + HOME) for place in template.offsets.tolist()}
    tops = [tuple(np.argwhere(one).min(0)) for one in changed]
    # A pixel that was as the patch is does not change, so a corner may be missed by a little.
    assert np.mean([top in allowed for top in tops]) > 0.8
    assert len(set(tops)) > 20
    assert changed.sum((1, 2)).max() <= SIDE_PX**2


def test_insertion_flips_and_null_controls_do_not(planted, candidate, template):
    bench = bench_of(planted, candidate, patch_anywhere)
    record = insertion(planted.material, candidate, template, bench, 6, rng())
    assert (record.flip, record.null_control) == (1.0, 0.0)
    assert record.margin > record.null_margin + 1


def test_what_works_anywhere_is_free_of_place(planted, candidate, template):
    bench = bench_of(planted, candidate, patch_anywhere)
    record = insertion(planted.material, candidate, template, bench, 0, rng())
    assert (record.scrambled, record.rolled) == (0.0, 1.0)
    assert kind_of(record) == "place-free"


def test_what_works_where_carriers_have_it_alone_is_a_pattern(planted, candidate, template):
    """A network that looks into the upper left, and carriers that have the patch there."""

    def upper_left(images, rows):
        return patch_anywhere(images[:, :8, :8])

    there = replace(template, offsets=template.offsets % 4 - 8)
    bench = bench_of(planted, candidate, upper_left)
    record = insertion(planted.material, candidate, there, bench, 0, rng())
    assert record.flip == 1.0
    assert record.rolled < 0.5
    assert kind_of(record) == "pattern"


def test_null_templates_move_and_change_images_no_more(planted, candidate, template):
    bench = bench_of(planted, candidate)
    nulls = null_templates(planted.material, candidate, template, bench, 6, rng())
    assert len(nulls) == 6
    for null, strength in nulls:
        assert len(np.unique(null.offsets, axis=0)) > 5
        assert not np.array_equal(null.offsets, template.offsets)
        assert (null.mask > 0).sum() == (template.mask > 0).sum()
        moved = bench.inserted(null, strength) - bench.images
        assert np.square(moved).sum((1, 2, 3)).mean() <= bench.energy(template) * 1.01


def test_removal_takes_it_out_at_each_images_place(planted, candidate, template):
    record = removal(planted.material, candidate, template, patch_anywhere, rng())
    assert record.drop == 1.0
    assert record.control < 0.2


def test_removal_at_one_place_would_leave_the_others(planted, candidate, template):
    still = replace(candidate, places=0 * candidate.places)
    assert removal(planted.material, still, template, patch_anywhere, rng()).drop < 0.3


def test_registered_carriers_are_alike_at_home(planted, candidate):
    """What the tests above build on: shifted by its place, each carrier has the patch at home."""
    rows = np.flatnonzero(planted.carriers)
    images = planted.material.images[rows].reshape(-1, 20, 20, 1)
    home = cut(images, candidate.places[rows].astype(np.int64) + HOME, (SIDE_PX, SIDE_PX))
    assert np.array_equal(home[..., 0], np.broadcast_to(PATCH, (len(rows), SIDE_PX, SIDE_PX)))
