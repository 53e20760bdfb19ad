"""Groups by mean colour, on images of which some are tinted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.detectors.colour import colour_clusters
from spurview.core.material import ClassMaterial, f1
from tests.core import pools


def tinted(tint, opacity=0.3):
    """Grey content in three channels, and a tint over a fifth of the pool; who has it, (N,)."""
    clean = pools.planted(0, in_pool=0, in_training=0.0).material
    hits = clean.pool & (np.random.default_rng(5).random(len(clean.images)) < 0.2)
    images = np.repeat(clean.images.reshape(-1, *pools.SHAPE), 3, axis=3)
    blended = np.float32(1 - opacity) * images[hits] + np.float32(opacity) * np.float32(tint)
    images[hits] = blended
    coloured = replace(clean, shape=(12, 12, 3), images=images.reshape(len(images), -1))
    return replace(coloured, predicted=np.where(hits, 1, clean.predicted).astype(np.int32)), hits


def best(material, hits):
    found = ClassMaterial(material, 1)
    proposals = colour_clusters(found)
    assert {p.detector for p in proposals} == {"colour"}
    return max(f1(p.members, hits[found.members_a]) for p in proposals)


def test_tinted_images_are_a_group():
    assert best(*tinted((0.9, 0.3, 0.2))) > 0.95


def test_a_tint_as_bright_as_the_image_is_a_group():
    """Told by the colour, since the mean over the channels stays."""
    assert best(*tinted((0.7, 0.5, 0.3))) > 0.9


def test_grey_over_a_few_is_no_group_of_its_own():
    """Nothing but brightness varies, and that is the content's."""
    assert best(*tinted((0.5, 0.5, 0.5), 0.02)) < 0.6


def test_images_of_one_channel_have_no_colour():
    assert colour_clusters(ClassMaterial(pools.planted().material, 1)) == []
