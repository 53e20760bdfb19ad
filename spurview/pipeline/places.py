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


def best_first(rows: Array, scores: Array) -> Array:
    """The rows (n,) by the scores (N,) of all images, highest first, equal ones mixed."""
    return mixed(rows[np.argsort(-scores[rows], kind="stable")], scores)


def mixed(rows: Array, scores: Array) -> Array:
    """The rows (n,) as they are, but those of one score that follow one another in mixed order.

    scores: (N,) of all images. Images come folder by folder: as they come, equal ones would show
    one content alone.
    """
    run = np.cumsum(np.diff(scores[rows], prepend=scores[rows][:1]) != 0)
    order = np.lexsort((np.random.default_rng(0).permutation(len(rows)), run))
    in_order: Array = rows[order]
    return in_order
