"""What a search by a sample holds: what it needs; what it works out anew is what it would hold."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch

from spurview.core.coarse import blocks_of, coarse
from spurview.core.colour_family import colours_of
from spurview.core.large_pools import SampleSizes, part_of, sampled_rows, search_large
from spurview.core.pool_blocks import Block, references_of
from spurview.core.progress import silent
from spurview.core.registration import Residuals, Window, best_matches, residuals
from spurview.core.settings import CandidatesSettings
from spurview.core.template import cut
from tests.core import moved_pools, pools

SIZES = SampleSizes(half=150, training=80, floor=40)


@pytest.mark.parametrize("method", ["matched", "literal"])
def test_the_sample_is_let_go_before_all_images_are_told(method):
    material = pools.planted().material
    bare = replace(material, images=np.zeros((len(material.images), 0), np.float32))
    rows = sampled_rows(bare, SIZES, 0)
    made, alive = [], []

    def sample():
        part = part_of(bare, rows, material.images[rows])
        made.append(weakref.ref(part.images))
        return part

    def read(start, stop):
        alive.append(made[0]() is not None)
        return material.images[start:stop]

    settings = CandidatesSettings(method=method)
    found, _ = search_large(
        bare, sample(), rows, read, None, settings=settings, seed=0, report=silent
    )
    assert found
    assert alive
    assert not any(alive)


def test_what_the_search_works_out_of_the_sample_goes_with_it():
    material = pools.planted().material
    bare = replace(material, images=np.zeros((len(material.images), 0), np.float32))
    rows = sampled_rows(bare, SIZES, 0)
    part = part_of(bare, rows, material.images[rows])
    search_large(
        bare,
        part,
        rows,
        lambda start, stop: material.images[start:stop],
        None,
        settings=CandidatesSettings(),
        seed=0,
        report=silent,
    )
    assert "expected" not in vars(part)


def test_residuals_of_all_images_match_as_those_held():
    material = moved_pools.moved(in_pool=30).material
    every = residuals(material)
    held = every[np.arange(len(every))]
    filters = held[:2, :, 3:8, 2:7].permute(0, 2, 3, 1).numpy()
    ours, theirs = best_matches(every, filters), best_matches(held, filters)
    assert torch.equal(torch.cat(list(every.parts())), held)
    assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("most", [10, 10**9])
def test_a_block_has_its_residuals_however_many_they_are(most, monkeypatch):
    monkeypatch.setattr("spurview.core.pool_blocks.MOST_VALUES", most)
    material = pools.planted().material
    rows = np.arange(len(material.images))
    block = Block(material.images, material.latents, rows, references_of(material, rows))
    assert isinstance(block.residual, Residuals) == (most == 10)
    chosen = np.array([4, 90])
    wanted = (block.images - block.expected)[chosen].reshape(2, 1, 12, 12)
    assert np.array_equal(block.residual[chosen].numpy(), wanted)


@pytest.mark.parametrize("corner", [(0, 0), (3, 5), (8, 9), (0, 9)])
def test_windows_in_one_place_are_those_cut_there(corner):
    shape = (12, 14, 3)
    images = np.random.default_rng(0).random((5, 12 * 14 * 3)).astype(np.float32)
    mask = np.zeros(shape[:2], bool)
    mask[corner[0] : corner[0] + 4, corner[1] : corner[1] + 5] = True
    window = Window(shape, mask)
    places = np.repeat(np.array([corner]) - 1, 5, 0)
    wanted = cut(images.reshape(-1, *shape), places, window.shape[:2]).reshape(5, -1)
    assert np.array_equal(window.of(images), wanted)


def test_windows_of_some_images_are_those_of_their_copies():
    images = np.random.default_rng(1).random((6, 9, 9, 2)).astype(np.float32)
    of, places = np.array([5, 0, 5]), np.array([[0, 0], [-2, 4], [6, 7]])
    assert np.array_equal(cut(images, places, (3, 4), of), cut(images[of], places, (3, 4)))


def test_reconstructions_may_come_as_blocks():
    rng = np.random.default_rng(2)
    material = pools.planted().material
    shape, n = (40, 40, 1), len(material.images)
    images, rebuilt = rng.random((2, n, 1600)).astype(np.float32)
    large = replace(material, shape=shape, images=images, rebuilt=rebuilt)
    given = replace(large, rebuilt=blocks_of(rebuilt, shape))
    assert coarse(given).rebuilt.shape == (n, 400)
    assert np.array_equal(coarse(given).rebuilt, coarse(large).rebuilt)


def test_colours_do_not_depend_on_how_many_are_taken_at_once(monkeypatch):
    images = np.random.default_rng(3).random((30, 8 * 8 * 3)).astype(np.float32)
    whole = colours_of(images, 3)
    monkeypatch.setattr("spurview.core.colour_family._BLOCK", 7)
    assert np.array_equal(colours_of(images, 3), whole)


def test_block_means_do_not_depend_on_how_many_are_taken_at_once(monkeypatch):
    material = replace(pools.planted().material)
    whole = material.block_means
    monkeypatch.setattr("spurview.core.material._POOLED", 100)
    assert np.array_equal(replace(material).block_means, whole)
