"""Images before and after, the surest first."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.pairs import N_PAIRS, pairs
from tests.core import pools
from tests.core.experiments import (
    bench_of,
    known_candidate,
    known_template,
    of_order_and_place,
    two_classes,
)


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def candidate():
    return known_candidate()


@pytest.fixture(scope="module")
def template():
    return known_template()


def test_pairs_are_turned_images_of_the_bench_the_surest_first(planted, candidate, template):
    bench = bench_of(planted, candidate)
    shown = pairs(bench, template, pools.logits, 1)
    assert len(shown.rows) == N_PAIRS
    assert np.isin(shown.rows, bench.rows).all()
    assert (shown.classes[:, 1] == 1).all()
    assert (shown.classes[:, 0] == planted.material.predicted[shown.rows]).all()
    assert (np.diff(shown.confidence) <= 1e-6).all()


def test_pairs_are_of_several_classes_where_there_are(planted, candidate, template):
    """Half of the bench of class 0 and surer, half of class 2: both are shown in turn."""

    def logits(images, rows):
        made = np.zeros((len(images), 3), np.float32)
        made[:, 1] = 9 * (of_order_and_place(images) > 0)
        bright = images[:, 0, 0, 0] > np.median(planted.material.images[:, 0])
        made[:, 0], made[:, 2] = 1 + ~bright, 1 + 2 * bright
        return made

    bench = bench_of(planted, candidate, logits)
    shown = pairs(bench, template, logits, 1)
    assert sorted(shown.classes[:4, 0].tolist()) == [0, 0, 2, 2]


def test_pairs_are_filled_up_where_nothing_turns(planted, candidate, template):
    bench = bench_of(planted, candidate, lambda x, _: two_classes(-np.ones(len(x))))
    shown = pairs(bench, template, lambda x, _: two_classes(-np.ones(len(x))), 1)
    assert (shown.rows == -1).all()
    assert (shown.classes == -1).all()
