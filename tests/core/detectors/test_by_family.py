"""Who proposes what, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.detectors.by_family import (
    local_proposals,
    training_proposals,
    whole_image_proposals,
)
from spurview.core.material import ClassMaterial, f1
from tests.core import pools


def even_slopes(rows, class_index):
    return np.ones((len(rows), 144), np.float32)


def rng():
    return np.random.default_rng(0)


def rebuilt():
    material = pools.planted().material
    return ClassMaterial(replace(material, rebuilt=0 * material.images), 1)


def test_for_one_place_all_that_look_at_places_propose():
    detectors = {p.detector for p in local_proposals(rebuilt(), even_slopes, rng())}
    assert detectors == {
        "class", "residual", "latents", "reconstruction", "gradient", "windows"
    }  # fmt: skip


def test_without_a_network_nothing_follows_its_gradient(found):
    detectors = {p.detector for p in local_proposals(found, None, rng())}
    assert detectors == {"class", "residual", "latents", "windows"}


def test_for_whole_images_none_that_looks_at_places_proposes():
    detectors = {p.detector for p in whole_image_proposals(rebuilt())}
    assert detectors == {"class", "residual", "latents", "reconstruction"}


def test_coloured_images_are_grouped_by_colour_as_well(found):
    grey = found.material
    images = np.repeat(grey.images.reshape(-1, *pools.SHAPE), 3, axis=3)
    coloured = replace(grey, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    detectors = {p.detector for p in whole_image_proposals(ClassMaterial(coloured, 1))}
    assert detectors == {"class", "residual", "latents", "colour"}


def test_every_guess_is_about_the_same_members(found):
    proposals = local_proposals(found, None, rng()) + whole_image_proposals(found)
    assert {p.members.shape for p in proposals} == {found.members_a.shape}


def test_what_training_images_propose_says_so():
    taught = ClassMaterial(pools.planted().material, 1).from_training()
    proposals = training_proposals(taught)
    assert {p.detector for p in proposals} == {"training"}
    carriers = pools.planted().carriers[taught.members_a]
    assert max(f1(p.members, carriers) for p in proposals) > 0.9
