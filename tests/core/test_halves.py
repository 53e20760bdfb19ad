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

    def spy_on_scorer(module, scorer):
        class Spied(scorer):
            def __init__(self, seen, mask, members, rest, *others):
                drawn.setdefault(module.__name__, []).extend([members, rest])
                super().__init__(seen, mask, members, rest, *others)

        monkeypatch.setattr(module, scorer.__name__, Spied)

    one_round = whole_family._one_round

    def spied(found, rows, rest, near):
        drawn.setdefault(whole_family.__name__, []).extend([rows, rest])
        return one_round(found, rows, rest, near)

    monkeypatch.setattr(whole_family, "_one_round", spied)
    for module in (local_family, moved_family, rematching):
        spy_on_scorer(module, MatchedFilter)
        spy_on_scorer(module, ConditionalScorer)
    search(material, None, settings=CandidatesSettings(), seed=0, report=silent)
    discovering = material.discover | material.training_discover
    assert {"spurview.core.local_family", "spurview.core.rematching"} <= drawn.keys()
    for module, rows in drawn.items():
        assert discovering[np.concatenate(rows)].all(), module
