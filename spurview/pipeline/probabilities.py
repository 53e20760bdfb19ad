"""Probabilities and logits, each from the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array
from spurview.core.network import Logits

# What is less counts as this, so that the logarithm is finite; as in `core.sized_network`.
_LEAST = 1e-12


def logits_of(probabilities: Array) -> Logits:
    """Logits (n, K) float32 of probabilities (n, K): their logarithms."""
    return np.log(np.maximum(probabilities, _LEAST)).astype(np.float32)


def probabilities_of(logits: Array) -> NDArray[np.float64]:
    """Probabilities (n, K) of logits (n, K) of any float type."""
    powers: NDArray[np.float64] = np.exp(
        logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    )
    powers /= powers.sum(axis=1, keepdims=True)
    return powers
