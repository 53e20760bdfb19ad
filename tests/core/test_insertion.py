"""The pattern put into images, against controls, where the network's answer is known."""

from __future__ import annotations

import pytest

from tests.core import pools
from tests.core.experiments import (
    inserted,
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


def test_insertion_flips_and_null_controls_do_not(planted, candidate, template):
    record = inserted(planted, candidate, template, lambda x, _: two_classes(of_order_and_place(x)))
    assert record.flip == 1.0
    assert record.null_control == 0.0
    assert record.interval[1] == pytest.approx(1.0)
    assert record.interval[0] > 0.9
