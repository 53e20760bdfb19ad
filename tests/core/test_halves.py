"""What a pattern is drawn from: half A of the pool, and half the training images, nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core import local_family, moved_family, rematching, whole_family
from spurview.core.progress import silent
from spurview.core.scorers import ConditionalScorer, MatchedFilter
from spurview.core.search import search
from spurview.core.settings import CandidatesSettings
from tests.core import moved_pools, pools
from tests.core.detectors.test_colour import tinted


def moved():
    return moved_pools.moved().material


def coloured():
    return tinted((0.9, 0.3, 0.2))[0]


def seen_by_the_encoder():
    """The patch, and latents that put its carriers side by side: they are told again."""
    planted = pools.planted()
    material = planted.material
    near = material.neighbours.copy()
    carriers = np.flatnonzero(planted.carriers & material.pool)
    near[carriers, :4] = np.random.default_rng(0).choice(carriers, (len(carriers), 4))
    return replace(material, neighbours=near)


@pytest.mark.parametrize("made", [seen_by_the_encoder, moved, coloured], ids=lambda f: f.__name__)
def test_patterns_are_drawn_from_the_half_that_discovers(made, monkeypatch):
    """Members and what they are told from, of every scorer and filter in a whole search."""
    material, drawn = made(), {}

    def spy(module, name):
        step = getattr(module, name)

        def spied(first, *args):
            # (mask, members, rest, ...) of the scorers, (rows, rest, ...) of the filter.
            members, rest = args[1:3] if isinstance(step, type) else args[:2]
            drawn.setdefault(module.__name__, []).extend([members, rest])
            return step(first, *args)

        monkeypatch.setattr(module, name, spied)

    for module in (local_family, moved_family, rematching):
        spy(module, MatchedFilter.__name__)
        spy(module, ConditionalScorer.__name__)
    spy(whole_family, "_one_round")
    search(material, None, settings=CandidatesSettings(), seed=0, report=silent)
    discovering = material.discover | material.training_discover
    assert {"spurview.core.local_family", "spurview.core.rematching"} <= drawn.keys()
    for module, rows in drawn.items():
        assert discovering[np.concatenate(rows)].all(), module
