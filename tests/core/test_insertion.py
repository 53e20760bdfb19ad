"""The pattern put into images, against controls, where the network's answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core import insertion
from tests.core import pools
from tests.core.experiments import (
    bench_of,
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


def patch_alone(images, rows):
    return two_classes(of_order_and_place(images))


def test_the_strongest_control_counts(planted, candidate, template, monkeypatch):
    """One control does nothing, one is the pattern itself, one is put in at half its strength."""
    nothing = replace(template, values=0 * template.values, opacity=0.0)
    given = [(nothing, 1.0), (template, 1.0), (template, 0.5)]
    monkeypatch.setattr(insertion, "null_templates", lambda *_: given)
    record = inserted(planted, candidate, template, patch_alone)
    assert (record.flip, record.null_control) == (1.0, 1.0)
    assert record.null_margin == pytest.approx(record.margin)
    bench = bench_of(planted, candidate, patch_alone)
    assert bench.effect(nothing).margin == pytest.approx(0, abs=1e-6)
    assert record.margin > 1


def never(images):
    return -np.ones(len(images))


@pytest.mark.parametrize(("evidence", "tried"), [(of_order_and_place, 7), (never, 2)])
def test_all_controls_are_tried_of_what_has_an_effect(
    planted, candidate, template, monkeypatch, evidence, tried
):
    """What turns no image stays below every threshold, whatever the controls do."""
    asked = []
    monkeypatch.setattr(insertion, "null_templates", lambda *args: asked.append(args[4]) or [])
    inserted(planted, candidate, template, lambda x, _: two_classes(evidence(x)), controls=7)
    assert asked == [tried]
