"""What the evidence of one candidate is told from, read once from the document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.shared_pixels import Pictures, pattern_picture, rgb
from spurview.core.template import insert_moved
from spurview.pipeline.findings import CandidateRows, Finding, candidate_records
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.ui.document import Document


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
class Material:
    """A finding and the arrays behind it."""

    document: Document
    finding: Finding
    rows: CandidateRows
    class_index: int

    def pattern(self) -> tuple[Pictures, NDArray[np.float32] | None]:
        """The pattern on a check (H, W, 3) with its mask (H, W).

        Where it has no stable place, the members' plain mean and no mask.
        """
        if not self.finding.localised:
            pixels = self.document.reader.read_rows("/images/pixels", self.rows.members[:200])
            mean = np.rint(pixels.mean(axis=0)).astype(np.uint8)
            return rgb(mean[None])[0], None
        template, mask, opacity = self._template()
        return pattern_picture(template, mask, opacity), mask

    def pairs(self, most: int = 12) -> list[Pair]:
        """Images before and after, as verification kept them."""
        reader, at = self.document.reader, self.rows.index
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
        labels = self.document.reader.read_rows("/images/label", self.rows.matches)
        names = self.document.info.label_names
        found, counts = np.unique(labels[labels >= 0], return_counts=True)
        return {names[k]: int(n) for k, n in zip(found.tolist(), counts.tolist(), strict=True)}

    def carriers_elsewhere(self) -> NDArray[np.intp]:
        """Pool rows with the pattern that were not given the class."""
        matches = self.rows.matches
        predicted = self.document.reader.read_rows("/predictions/class", matches)
        return matches[predicted != self.class_index]

    def training_elsewhere(self) -> NDArray[np.intp]:
        """Training rows of other classes with the pattern."""
        training = self.rows.training
        labels = self.document.reader.read_rows("/images/label", training)
        return training[labels != self.class_index]

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
        reader = self.document.reader
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
        reader, at = self.document.reader, self.rows.index
        template = reader.read("/candidates/template", at, at + 1)[0]
        mask = reader.read("/candidates/mask", at, at + 1)[0]
        return template, mask, candidate_records(reader)[at].opacity


def material(document: Document, candidate_id: str | None) -> Material | None:
    """What is known of a candidate; None until it is verified."""
    finding = document.finding(candidate_id)
    rows = document.rows.get(candidate_id) if candidate_id is not None else None
    if finding is None or rows is None:
        return None
    return Material(document, finding, rows, document.info.class_names.index(finding.class_))


def n_pool(document: Document) -> int:
    """How many images the pool has."""
    return int((document.reader.read("/images/role") == POOL).sum())
