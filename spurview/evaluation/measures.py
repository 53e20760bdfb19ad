"""What a finished run says of each planted pattern: found or not, and how well.

Reads the products of the pipeline by name, as any view does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.core.evidence import CandidateRecord, VerificationRecord
from spurview.core.metrics import agreement, average_precision, best_ncc, iou, matched, ncc
from spurview.core.template import insert, shifted
from spurview.evaluation.planting import Case, Truth, carriers
from spurview.pipeline.findings import candidate_records, verification_records
from spurview.project.model import POOL

# Logits (n, K) of images (n, H, W, C).
Logits = Callable[[NDArray[Any]], NDArray[np.float32]]
Bools = NDArray[np.bool_]

FOUND_F1 = 0.5
LEARNT_FLIP = 0.2
# What planting changes by less than this on average is no part of the pattern that can be seen.
LEAST_CHANGE = 0.02
SHARED = 0.5
_SAMPLE = 200
_MEASURE_STREAM = 606


class Outcome:
    """The candidates of a finished run and what is true of its pool."""

    def __init__(self, case: Case, reader: Reader) -> None:
        self.case, self.reader = case, reader
        self.records: list[CandidateRecord] = candidate_records(reader)
        self.verified: list[VerificationRecord] = verification_records(reader)
        self.predicted = reader.read("/predictions/class")
        self.pool: Bools = reader.read("/images/role") == POOL
        self.hits: Bools = reader.read("/candidates/hits") == 1
        self.carried = carriers(case.truths, len(self.pool))

    @cached_property
    def member_f1(self) -> NDArray[np.float64]:
        """(K, M) F1 of the members of each candidate against each pattern's; 0 of another class.

        Members are pool images that got the class and carry the pattern.
        """
        table = np.zeros((len(self.case.truths), len(self.records)))
        for k, truth in enumerate(self.case.truths):
            for m, record in enumerate(self.records):
                if record.class_index == truth.class_index:
                    mine = self.pool & (self.predicted == record.class_index)
                    table[k, m] = agreement(self.hits[m] & mine, self.carried[k] & mine).f1
        return table

    @cached_property
    def found(self) -> dict[int, int]:
        """Pattern to the candidate that is it."""
        return matched(self.member_f1, FOUND_F1)

    @cached_property
    def is_false(self) -> Bools:
        """(M,) whether a candidate matches no planted pattern."""
        if not len(self.member_f1):
            return np.ones(len(self.records), bool)
        false: Bools = self.member_f1.max(0) < FOUND_F1
        return false

    @cached_property
    def is_alarm(self) -> Bools:
        """(M,) whether a candidate is an alarm."""
        return np.array([v.outcome == "alarm" for v in self.verified], bool)

    def least_ratio(self, candidate: int) -> float | None:
        """The smallest evidence over threshold of a candidate."""
        return min(self.verified[candidate].ratios.values(), default=None)

    def array(self, name: str, candidate: int) -> NDArray[Any]:
        """One candidate's row of `/candidates/<name>`."""
        row: NDArray[Any] = self.reader.read(f"/candidates/{name}", candidate, candidate + 1)[0]
        return row

    def places(self, candidate: int) -> NDArray[np.int64]:
        """(N, 2) offset (down, right) of the candidate's pattern in each image, 0 where fixed."""
        if not self.reader.has("/candidates/places"):
            return np.zeros((len(self.pool), 2), np.int64)
        return self.array("places", candidate).astype(np.int64)


@dataclass(frozen=True)
class Learnt:
    """Share of clean pool images of other classes that the true pattern moves to its class."""

    flip: float

    @property
    def is_learnt(self) -> bool:
        """Whether the network has learnt the pattern."""
        return self.flip >= LEARNT_FLIP


def learnt(outcome: Outcome, truth: Truth, logits: Logits) -> Learnt:
    """What the true pattern does to all pool images that carry none and got another class."""
    rows = outcome.case.clean_pool
    rows = rows[outcome.predicted[rows] != truth.class_index]
    if not len(rows):
        return Learnt(0.0)
    rng = np.random.default_rng([outcome.case.cell.seed, _MEASURE_STREAM])
    planted = truth.apply(outcome.case.product.arrays["/images/pixels"][rows], rng)
    return Learnt(float((logits(planted).argmax(1) == truth.class_index).mean()))


def carrier_measures(outcome: Outcome, pattern: int, candidate: int) -> dict[str, float]:
    """How the candidate's hits and scores tell the carriers, over the whole pool."""
    pool = outcome.pool
    found = agreement(outcome.hits[candidate][pool], outcome.carried[pattern][pool])
    scores = outcome.array("scores", candidate)
    return {
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "carrier_ap": average_precision(scores[pool], outcome.carried[pattern][pool]),
        "member_f1": float(outcome.member_f1[pattern, candidate]),
    }


def pixel_measures(outcome: Outcome, truth: Truth, candidate: int) -> dict[str, float | None]:
    """How the map tells the pixels that planting changed.

    Of a moved pattern in each image's own frame, the mean over carriers that were found; a pattern
    of which none was found has no such measure.
    """
    shared = outcome.array("map", candidate)
    changed = truth.change() > LEAST_CHANGE
    if not truth.planting.is_moved:
        return _pixels(shared, changed)
    places = outcome.places(candidate)
    seen = np.flatnonzero((outcome.pool & outcome.hits[candidate])[truth.rows])[:_SAMPLE]
    each = [
        _pixels(shifted(shared, places[truth.rows[i]]), shifted(changed, truth.places[i]))
        for i in seen
    ]
    names = ("pixel_ap", "iou")
    return {name: float(np.mean([e[name] for e in each])) if each else None for name in names}


def _pixels(shared: NDArray[Any], changed: Bools) -> dict[str, float | None]:
    return {
        "pixel_ap": average_precision(shared.ravel(), changed.ravel()),
        "iou": iou(shared >= SHARED, changed),
    }


def template_measures(outcome: Outcome, truth: Truth, candidate: int) -> dict[str, float]:
    """Correlation of what the extracted pattern changes with what the true one does."""
    rows = outcome.case.clean_pool[:_SAMPLE]
    pixels = outcome.case.product.arrays["/images/pixels"]
    images = pixels[rows].astype(np.float32) / np.float32(255)
    true = (truth.pattern.apply(images) - images).mean(0)
    values, mask = outcome.array("template", candidate), outcome.array("mask", candidate)
    opacity = outcome.records[candidate].opacity
    extracted = (insert(images, values, mask, opacity) - images).mean(0)
    return {"ncc": (best_ncc if truth.planting.is_moved else ncc)(extracted, true)}


def verdict_measures(outcome: Outcome, candidate: int, flip: float) -> dict[str, Any]:
    """What the run says of the candidate; `flip` is the true pattern's."""
    record, verified = outcome.records[candidate], outcome.verified[candidate]
    inserted = verified.insertion
    return {
        "rank": float(verified.rank),
        "outcome": verified.outcome,
        "found_kind": verified.kind,
        "effect": inserted.flip / flip if inserted is not None and flip > 0 else None,
        "least_ratio": outcome.least_ratio(candidate),
        "detectors": "+".join(record.detectors),
    }
