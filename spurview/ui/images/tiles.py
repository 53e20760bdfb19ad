"""Composed pictures of images: what is shown of them, highlighted, zoomed; kept in a bounded cache.

Reads pixels on demand through the document's reader, a few rows at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from spurview.core.arrays import Reader
from spurview.core.shared_pixels import (
    SMOOTH_FROM_PX,
    Highlight,
    agreement,
    compose,
    residual_picture,
)
from spurview.pipeline.places import scores_of, shared_maps
from spurview.project.model import POOL
from spurview.ui.document import Document
from spurview.ui.widgets.pictures import to_qimage

What = Literal["original", "residual", "reference"]
WHATS: tuple[What, ...] = ("original", "residual", "reference")
CACHE_BYTES = 48 * 2**20
MOST_COMPARED = 200_000
# How small and how large the tiles of small images may be.
_LEAST_PX, _MOST_PX = 40, 256


@dataclass(frozen=True)
class Look:
    """How tiles look; `zoom` is in device pixels per image pixel."""

    what: What = "original"
    highlight: Highlight = field(default_factory=Highlight)
    zoom: float = 3.0
    candidate_id: str | None = None


def references(
    reader: Reader, rows: Sequence[int], carriers: NDArray[np.bool_] | None = None
) -> NDArray[np.float32] | None:
    """Mean of each row's content neighbours, (n, H, W, C) in 0..255; None before Embedding.

    carriers: (N,) images with the focused pattern. They are left out where two neighbours or more
    remain: the latent knows strong patterns, and neighbours that carry one would hide it.
    """
    if not reader.has("/embedding/neighbours"):
        return None
    near = reader.read_rows("/embedding/neighbours", rows)
    needed, places = np.unique(near, return_inverse=True)
    pixels = reader.read_rows("/images/pixels", needed.tolist()).astype(np.float32)
    counted = np.ones(near.shape, np.float32)
    if carriers is not None:
        without = ~carriers[near]
        enough = without.sum(axis=1) >= 2
        counted[enough] = without[enough]
    counted /= counted.sum(axis=1, keepdims=True)
    mean = np.einsum("nk,nkhwc->nhwc", counted, pixels[places.reshape(near.shape)])
    return np.asarray(mean, np.float32)


def nearest_elsewhere(reader: Reader, row: int, most: int = 8) -> NDArray[np.intp]:
    """Pool rows nearest in the content latent that got another class than `row`, nearest first.

    In huge pools only the stored neighbours are looked through.
    """
    classes = reader.read("/predictions/class")
    if reader.shape("/latents")[0] > MOST_COMPARED:
        near = reader.read_rows("/embedding/neighbours", [row])[0].astype(np.intp)
        return near[classes[near] != classes[row]][:most]
    others = np.flatnonzero((classes != classes[row]) & (reader.read("/images/role") == POOL))
    latents = reader.read("/latents")
    away = ((latents[others] - latents[row]) ** 2).sum(axis=1)
    return others[np.argsort(away, kind="stable")[:most]]


def whole_factors(height: int, width: int) -> list[float]:
    """Zooms the size slider snaps to: whole factors of small images, steps of 32 px of others."""
    side = max(height, width)
    if side < SMOOTH_FROM_PX:
        whole = [float(z) for z in range(1, 33) if _LEAST_PX <= z * side <= _MOST_PX]
        return whole or [max(1.0, float(round(_LEAST_PX / side)))]
    return [size / side for size in range(64, max(_MOST_PX, side) + 1, 32)]


class Tiles:
    """Makes and keeps the pictures of rows in one look; bounded by the bytes they take."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._kept: OrderedDict[tuple[int, Look], QImage] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """Drop everything: the project's arrays have changed."""
        self._kept.clear()
        self._bytes = 0

    def pictures(self, rows: Sequence[int], look: Look) -> list[QImage]:
        """The pictures of rows, those not kept composed together."""
        wanted = list(dict.fromkeys(row for row in rows if (row, look) not in self._kept))
        made = dict(zip(wanted, self._compose(wanted, look), strict=True)) if wanted else {}
        result = [made[row] if row in made else self._use(row, look) for row in rows]
        for row, image in made.items():
            self._keep(row, look, image)
        return result

    def _use(self, row: int, look: Look) -> QImage:
        self._kept.move_to_end((row, look))
        return self._kept[row, look]

    def _keep(self, row: int, look: Look, image: QImage) -> None:
        self._kept[row, look] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > CACHE_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.sizeInBytes()

    def _compose(self, rows: list[int], look: Look) -> list[QImage]:
        reader = self._document.reader
        images = _shown(reader, rows, look.what, self._carriers(look.candidate_id))
        shared, agreed = self._shared(rows, images.shape[1:3], look.candidate_id)
        pictures = compose(images, shared, agreed, look.highlight, look.zoom)
        return [to_qimage(picture) for picture in pictures]

    def _carriers(self, candidate_id: str | None) -> NDArray[np.bool_] | None:
        """Images (N,) with the candidate's pattern."""
        known = self._document.rows_of(candidate_id)
        if known is None:
            return None
        return self._document.reader.read("/candidates/hits", known.index, known.index + 1)[0] == 1

    def _shared(
        self, rows: list[int], size: tuple[int, int], candidate_id: str | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The candidate's map and how far each row agrees (n,); zeros where there is none.

        The map is (H, W), or (n, H, W) of a pattern that moves. A candidate without a stable place
        has none to show.
        """
        document = self._document
        known = document.rows_of(candidate_id)
        finding = document.finding(candidate_id)
        if known is None or (finding is not None and not finding.localised):
            return np.zeros(size, np.float32), np.zeros(len(rows), np.float32)
        reader, at = document.reader, known.index
        return shared_maps(reader, at, rows), agreement(scores_of(reader, at)[rows])


def _shown(
    reader: Reader, rows: list[int], what: What, carriers: NDArray[np.bool_] | None
) -> NDArray[np.uint8]:
    """(n, H, W, C) uint8 of what is shown; the image itself where there is no reference yet."""
    images = reader.read_rows("/images/pixels", rows)
    if what == "original":
        return images
    reference = references(reader, rows, carriers)
    if reference is None:
        return images
    if what == "residual":
        return residual_picture(images, reference)
    return np.rint(reference).astype(np.uint8)
