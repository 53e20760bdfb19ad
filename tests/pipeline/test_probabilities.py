"""Probabilities and logits, each from the other."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.pipeline.probabilities import logits_of, probabilities_of


def test_probabilities_come_back_from_their_logits() -> None:
    probabilities = np.array([[0.25, 0.75, 0.0], [0.0, 0.0, 1.0]], np.float32)
    logits = logits_of(probabilities)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()
    assert probabilities_of(logits) == pytest.approx(probabilities, abs=1e-6)


def test_large_logits_of_half_precision_make_finite_probabilities() -> None:
    logits = np.array([[60_000, -60_000], [0, 0]], np.float16)
    assert probabilities_of(logits).tolist() == [[1.0, 0.0], [0.5, 0.5]]
