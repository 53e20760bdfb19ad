"""The pattern as it is got back from its carriers, against the one that was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.candidate import Candidate
from spurview.core.extraction import extract, piece_of, typical_rows
from spurview.core.neighbours import nearest_among
from spurview.core.template import insert
from tests.core import pools


def known_candidate(planted, *, family="local", **fields):
    mask = planted.mask if family == "local" else np.ones((12, 12), bool)
    made = Candidate(
        class_index=1,
        family=family,
        detectors=frozenset({"class"}),
        mask=mask,
        hits=planted.carriers,
        linear=planted.carriers.astype(np.float32),
        threshold=0.6,
        agreement=1.0,
        key=1.0,
    )
    return replace(made, **fields)


def clean_images(material):
    """The same content without any patch: a pool of which nothing was planted."""
    bare = pools.planted(0, in_pool=0, in_training=0.0)
    return bare.material.images.reshape(-1, *material.shape)


def replanted(pattern, mask, opacity):
    """The planted material with another pattern in the place of the patch."""
    planted = pools.planted()
    images = clean_images(planted.material).copy()
    images[planted.carriers] = insert(images[planted.carriers], pattern, mask, opacity)
    material = replace(planted.material, images=images.reshape(len(images), -1))
    return replace(planted, material=material)


@pytest.fixture(scope="module")
def template():
    planted = pools.planted()
    return extract(planted.material, known_candidate(planted))


def test_template_equals_the_planted_patch(template):
    on_mask = template.values[pools.PATCH][..., 0]
    assert on_mask == pytest.approx(pools.PATCH_VALUES, abs=0.05)


def test_template_is_zero_off_its_mask(template):
    assert np.array_equal(template.mask > 0, pools.planted().mask)
    assert (template.values[template.mask == 0] == 0).all()


def test_what_replaces_has_opacity_1(template):
    assert template.opacity > 0.95


def test_the_map_is_half_or_more_exactly_on_the_mask(template):
    assert np.array_equal(template.shared >= 0.5, template.mask > 0)


def test_a_blend_has_its_opacity_and_its_additive_part():
    """x' = .5 x + .5 p: half of what is under the pattern stays."""
    planted = pools.planted()
    pattern = np.zeros(pools.SHAPE, np.float32)
    pattern[5:11, 1:7] = 0.5 * np.random.default_rng(0).choice([0.0, 1.0], (6, 6, 1))
    mask = np.zeros((12, 12), np.float32)
    mask[5:11, 1:7] = 1
    blended = replanted(pattern, mask, 0.5)
    found = extract(blended.material, known_candidate(planted, mask=mask > 0))
    assert found.opacity == pytest.approx(0.5, abs=0.12)
    inside = (found.mask > 0) & (mask > 0)
    assert inside.sum() > 25
    assert found.values[inside] == pytest.approx(pattern[inside], abs=0.12)


def test_inserting_the_template_gives_what_planting_gave(template):
    planted = pools.planted()
    images = clean_images(planted.material)[planted.carriers]
    made = insert(images, template.values, template.mask, template.opacity)
    wanted = planted.material.images[planted.carriers].reshape(made.shape)
    assert np.abs(made - wanted).mean() < 0.01


def test_noise_over_the_whole_image_is_got_back():
    planted = pools.planted()
    noise = np.random.default_rng(1).choice([-0.25, 0.25], pools.SHAPE).astype(np.float32)
    noisy = replanted(noise, np.ones((12, 12), np.float32), 0.0)
    found = extract(noisy.material, known_candidate(planted, family="whole"))
    assert np.corrcoef(found.values.ravel(), noise.ravel())[0, 1] > 0.97
    assert (found.opacity, found.localised) == (0.0, False)
    assert (found.mask == 1).all()


def test_specks_are_got_back_without_what_their_carriers_show_besides():
    """A sixth of them have a stroke that few others have."""
    planted = pools.planted()
    specks = np.zeros(pools.SHAPE, np.float32)
    specks[[1, 1, 10, 10], [1, 10, 1, 10]] = 0.4
    speckled = replanted(specks, np.ones((12, 12), np.float32), 0.0)
    images = speckled.material.images.reshape(-1, *pools.SHAPE).copy()
    images[np.flatnonzero(planted.carriers)[::6], 5] = 1
    material = replace(speckled.material, images=images.reshape(len(images), -1))
    found = extract(material, known_candidate(planted, family="whole"))
    assert found.values[specks > 0] == pytest.approx(0.4, abs=0.1)
    assert np.array_equal(found.shared >= 0.5, found.values[..., 0] != 0)
    # Without the rule, 134 of the other 140.
    assert np.count_nonzero(found.values[specks == 0]) < 10


@pytest.mark.parametrize("opacity", [0.4, 0.0])
def test_a_tint_is_got_back_with_its_opacity(opacity):
    """x' = .6 x + .4 p; what is added alone keeps the variance under it, and its opacity is 0."""
    planted = pools.planted()
    clean = np.repeat(clean_images(planted.material), 3, axis=3)
    added = np.array([0.3, 0.12, 0.06], np.float32)
    images = clean.copy()
    images[planted.carriers] = (1 - opacity) * clean[planted.carriers] + added * (opacity or 0.3)
    material = replace(planted.material, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    found = extract(material, known_candidate(planted, family="whole"))
    assert found.opacity == (pytest.approx(0.4, abs=0.1) if opacity else 0.0)
    # Wherever an image is, it becomes what the tint makes of it.
    made = insert(clean[~planted.carriers], found.values, found.mask, found.opacity)
    wanted = (1 - opacity) * clean[~planted.carriers] + added * (opacity or 0.3)
    assert np.abs(made - wanted).mean() < 0.04


def test_a_patch_lies_in_one_piece():
    planted = pools.planted()
    contribution = np.where(planted.mask, 5.0, 0.1)
    piece = piece_of(known_candidate(planted, family="whole", contribution=contribution))
    assert piece is not None
    assert piece[planted.mask].all()
    assert piece.sum() <= 4 * planted.mask.sum()


def test_noise_over_the_whole_image_has_no_piece():
    planted = pools.planted()
    contribution = np.random.default_rng(1).random((12, 12))
    whole = known_candidate(planted, family="whole", contribution=contribution)
    assert piece_of(whole) is None


def test_typical_rows_are_pool_members_of_the_class():
    planted = pools.planted()
    material = planted.material
    rows = typical_rows(material, known_candidate(planted))
    wanted = planted.carriers & material.pool & (material.predicted == 1)
    assert np.array_equal(rows, np.flatnonzero(wanted))


def test_members_of_low_score_are_left_out_while_enough_remain():
    planted = pools.planted()
    linear = planted.carriers.astype(np.float32)
    rows = typical_rows(planted.material, known_candidate(planted))
    linear[rows[0]] = 0.3
    assert rows[0] not in typical_rows(planted.material, known_candidate(planted, linear=linear))
    linear[rows] = 0.3
    assert np.array_equal(
        typical_rows(planted.material, known_candidate(planted, linear=linear)), rows
    )


def test_neighbours_are_sought_among_images_without_the_pattern():
    """With carriers as one another's nearest the patch would cancel itself."""
    planted = pools.planted()
    material = planted.material
    latents = material.latents.copy()
    latents[planted.carriers] *= 0.01
    near = nearest_among(latents, np.flatnonzero(material.pool), 10).astype(np.int32)
    found = extract(replace(material, latents=latents, neighbours=near), known_candidate(planted))
    assert found.values[pools.PATCH][..., 0] == pytest.approx(pools.PATCH_VALUES, abs=0.1)
