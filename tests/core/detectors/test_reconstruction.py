"""Groups of what a decoder misses, of which one is known."""

from __future__ import annotations

from dataclasses import replace

from spurview.core.detectors.reconstruction import reconstruction_clusters
from spurview.core.material import ClassMaterial
from tests.core import pools
from tests.core.detectors.agreement import best


def test_what_the_vae_fails_to_rebuild_finds_the_carriers(carriers):
    """A decoder that knows content only gives back the image without its patch."""
    clean = pools.planted(0, in_pool=0, in_training=0.0).material.images
    material = replace(pools.planted().material, rebuilt=clean)
    assert best(reconstruction_clusters(ClassMaterial(material, 1)), carriers) > 0.9


def test_without_reconstructions_nothing_is_proposed_from_them(found):
    assert reconstruction_clusters(found) == []
