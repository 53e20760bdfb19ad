"""Groups of latents within a class: what an encoder puts side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spurview.core.detectors.latents import latent_clusters
from spurview.core.material import ClassMaterial, f1
from tests.core import pools


def best(material):
    found = ClassMaterial(material, 1)
    proposals = latent_clusters(found)
    assert {p.detector for p in proposals} == {"latents"}
    return max(f1(p.members, pools.planted().carriers[found.members_a]) for p in proposals)


@pytest.mark.parametrize("seen", [True, False])
def test_carriers_are_a_group_where_the_encoder_sees_the_pattern_and_only_there(seen):
    planted = pools.planted()
    latents = planted.material.latents.copy()
    latents[planted.carriers] = 0.3 * latents[planted.carriers] + 5 * seen
    found = best(replace(planted.material, latents=latents))
    assert found > 0.95 if seen else found < 0.85


def test_latents_of_content_alone_do_not_tell_the_carriers():
    assert best(pools.planted().material) < 0.7
