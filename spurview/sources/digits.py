"""The real digits that ship with spurview, as the source `digits:`."""

from __future__ import annotations

from importlib import resources

import numpy as np
from numpy.typing import NDArray


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (10000, 28, 28, 1) u8 and labels (10000,) u8, zeros first, always in this order."""
    packed = resources.files("spurview.resources").joinpath("digits.npz")
    with packed.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["images"][..., None], arrays["labels"]
