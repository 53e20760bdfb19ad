"""The small picture of a candidate: the mean of its members under the heat of what they share.

A pattern that moves would blur: its members are brought to one place first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.core.shared_pixels import Highlight, compose, rgb
from spurview.core.template import brought_home
from spurview.pipeline.places import offsets

# The mean of more images looks the same.
_ENOUGH = 200


def thumbnail(
    reader: Reader, index: int, members: Sequence[int], *, localised: bool
) -> NDArray[np.uint8]:
    """(H, W, 3) at working size. index: the candidate's place; members: rows, one at least."""
    rows = list(members[:_ENOUGH])
    images = reader.read_rows("/images/pixels", rows)
    moved = offsets(reader, index, rows)
    if moved is not None:
        images = brought_home(images, moved)
    mean = np.rint(images.mean(0)).astype(np.uint8)[None]
    if localised:
        shared = reader.read("/candidates/map", index, index + 1)[0]
        pictures = compose(mean, shared, np.ones(1), Highlight("heat"))
    else:
        pictures = rgb(mean)
    first: NDArray[np.uint8] = pictures[0]
    return first
