"""How well each image has a candidate's pattern, and where: at its map's place, or moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.core.template import moved_masks

_PLACES = "/candidates/places"


def offsets(reader: Reader, index: int, rows: Sequence[int] | Array) -> Array | None:
    """How far (down, right) in pixels the images have the pattern from its map, (n, 2) int16.

    index: position of the candidate along the first axis of `/candidates/*`; rows: of the
    project. None for a pattern that stays where its map is.
    """
    if not reader.has(_PLACES):
        return None
    everywhere = reader.read(_PLACES, index, index + 1)[0]
    return everywhere[np.asarray(rows, np.intp)] if everywhere.any() else None


def scores_of(reader: Reader, index: int) -> Array:
    """How well each image of the project has the candidate's pattern, (N,) float32."""
    scores: Array = reader.read("/candidates/scores", index, index + 1)[0]
    return scores


def shared_maps(reader: Reader, index: int, rows: Sequence[int] | Array) -> Array:
    """The candidate's shared-pixel map on the images of the project's `rows`, float32 in 0..1.

    (H, W), the same for all, or (n, H, W), each at the image's own place, of one that moves.
    """
    shared = reader.read("/candidates/map", index, index + 1)[0]
    moved = offsets(reader, index, rows)
    return shared if moved is None else moved_masks(shared, moved)
