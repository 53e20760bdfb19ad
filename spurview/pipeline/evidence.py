"""What the evidence of one finding is told from: its record, and the arrays behind it.

The window and the report both read it here, so that they show the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array, Reader
from spurview.core.shared_pixels import Pictures, pattern_box, pattern_picture, rgb
from spurview.core.template import insert_moved
from spurview.pipeline.findings import (
    CandidateRows,
    Finding,
    candidate_records,
    verification_records,
)
from spurview.pipeline.wording import place
from spurview.project.model import INTEREST_TRAIN, ProjectInfo


@dataclass(frozen=True)
class Pair:
    """One image before and after the pattern was put in, (H, W, 3) uint8, and what it became."""

    row: int
    before: Pictures
    after: Pictures
    class_before: int
    class_after: int
    confidence: float


@dataclass(frozen=True)
class Occurrence:
    """Images that carry the pattern, in the class and elsewhere; totals where they are known."""

    inside: int
    outside: int
    inside_total: int | None = None
    outside_total: int | None = None
    expected: float | None = None
    lift: float | None = None
    q: float | None = None


@dataclass(frozen=True)
class Evidence:
    """A finding and the arrays behind it.

    reader: one that knows candidates made by hand (`hand_reader`); keys: one per image.
    """

    reader: Reader
    info: ProjectInfo
    keys: Sequence[str]
    finding: Finding
    rows: CandidateRows

    @property
    def class_index(self) -> int:
        """Position of the finding's class among the predicted ones."""
        return self.info.class_names.index(self.finding.class_)

    def pattern(self) -> tuple[Pictures, NDArray[np.float32] | None]:
        """The pattern on a check (H, W, 3) with its mask (H, W).

        Where it has no stable place, the members' plain mean and no mask.
        """
        if not self.finding.localised:
            pixels = self.reader.read_rows("/images/pixels", self.rows.members[:200])
            mean = np.rint(pixels.mean(axis=0)).astype(np.uint8)
            return rgb(mean[None])[0], None
        template, mask, opacity = self._template()
        return pattern_picture(template, mask, opacity), mask

    def ratios(self) -> dict[str, float]:
        """Evidence over threshold by test, those that could be made: an alarm needs 1 of each."""
        return verification_records(self.reader)[self.rows.index].ratios

    def where(self) -> str:
        """Size and place of the pattern, as `wording.place` tells them."""
        picture, mask = self.pattern()
        box = None if mask is None else pattern_box(mask)
        moves = self.finding.pixels.places is not None
        return place(box, *picture.shape[:2], moves=moves)

    def pairs(self, most: int = 12) -> list[Pair]:
        """Images before and after, as verification kept them."""
        reader, at = self.reader, self.rows.index
        if not reader.has("/verification/pair_rows"):
            return []
        rows = reader.read("/verification/pair_rows", at, at + 1)[0]
        kept = np.flatnonzero(rows >= 0)[:most]
        if not len(kept):
            return []
        classes = reader.read("/verification/pair_class", at, at + 1)[0][kept]
        shares = reader.read("/verification/pair_confidence", at, at + 1)[0][kept]
        before = reader.read_rows("/images/pixels", rows[kept].tolist())
        where = np.zeros((len(kept), 2), np.int16)
        if reader.has("/verification/pair_places"):
            where = reader.read("/verification/pair_places", at, at + 1)[0][kept]
        plain = (before / np.float32(255)).astype(np.float32)
        after = insert_moved(plain, *self._template(), where)
        shown = rgb(before), rgb(np.rint(after * 255).astype(np.uint8))
        return [
            Pair(
                row=int(rows[k]),
                before=shown[0][i],
                after=shown[1][i],
                class_before=int(classes[i, 0]),
                class_after=int(classes[i, 1]),
                confidence=float(shares[i]),
            )
            for i, k in enumerate(kept)
        ]

    def contents(self) -> dict[str, int]:
        """True label -> pool carriers with it; empty where labels are not known."""
        labels = self.reader.read_rows("/images/label", self.rows.matches)
        names = self.info.label_names
        found, counts = np.unique(labels[labels >= 0], return_counts=True)
        return {names[k]: int(n) for k, n in zip(found.tolist(), counts.tolist(), strict=True)}

    def carriers_elsewhere(self) -> Array:
        """Pool rows with the pattern that were not given the class."""
        matches = self.rows.matches
        predicted = self.reader.read_rows("/predictions/class", matches)
        elsewhere: Array = matches[predicted != self.class_index]
        return elsewhere

    def training_elsewhere(self) -> Array:
        """Training rows of other classes with the pattern."""
        training = self.rows.training
        labels = self.reader.read_rows("/images/label", training)
        elsewhere: Array = training[labels != self.class_index]
        return elsewhere

    def pool_occurrence(self) -> Occurrence:
        """In the half of the pool the pattern was not looked for in."""
        pool = self.finding.pool
        return Occurrence(
            inside=pool.of_class,
            outside=pool.matching - pool.of_class,
            expected=pool.expected,
            lift=pool.lift,
            q=pool.q,
        )

    def training_occurrence(self) -> Occurrence | None:
        """In the training images; None where there are none."""
        if self.finding.training is None:
            return None
        reader = self.reader
        labels = reader.read("/images/label")[reader.read("/images/role") == INTEREST_TRAIN]
        outside = len(self.training_elsewhere())
        total = int((labels == self.class_index).sum())
        return Occurrence(
            inside=len(self.rows.training) - outside,
            outside=outside,
            inside_total=total,
            outside_total=len(labels) - total,
            lift=self.finding.training.lift,
            q=self.finding.training.q,
        )

    def _template(self) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """Additive part (H, W, C), mask (H, W) and opacity."""
        reader, at = self.reader, self.rows.index
        template = reader.read("/candidates/template", at, at + 1)[0]
        mask = reader.read("/candidates/mask", at, at + 1)[0]
        return template, mask, candidate_records(reader)[at].opacity
