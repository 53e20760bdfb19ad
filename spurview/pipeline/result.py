"""What a run found, as plain dataclasses and arrays, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array, Reader
from spurview.core.errors import InputError
from spurview.core.template import insert
from spurview.pipeline import findings as records
from spurview.pipeline.findings import (
    ClassFinding,
    Findings,
    Insertion,
    Pool,
    Removal,
    Training,
    candidate_records,
    candidate_rows,
)
from spurview.pipeline.findings_html import result_html
from spurview.pipeline.findings_text import finding_text, findings_table
from spurview.pipeline.places import offsets
from spurview.project.model import POOL

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]
# What a finding has under the same name and in the same form in the record.
_AS_RECORDED = (
    *("id", "rank", "outcome", "alarm", "kind", "score", "localised"),
    *("pool", "training", "insertion", "removal"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Finding:
    """One pattern with its evidence; print it for the evidence in words.

    outcome: alarm, suspect or candidate; kind: pattern, texture, place-free, colour or None.
    members, matches: indices of pool images, in the order in which the pool was given; those it
    was found in, most typical first, and all that have the pattern, best first. training_matches:
    indices of images of interest that have it, those of the class first.
    template (H, W, C), mask (H, W) and opacity are how it is put into an image (see `inserted`);
    map (H, W) tells how surely a pixel belongs to it, 0 to 1. places (matches, 2): how far down and
    right of the mask each match has it, in pixels; None where it stays in one place.
    pool, training, insertion, removal: the effects that were measured, None where one is not known
    and `missing` says why.
    """

    id: str
    class_name: str
    class_index: int
    rank: int
    outcome: str
    alarm: bool
    kind: str | None
    score: float
    localised: bool
    members: Indices
    matches: Indices
    training_matches: Indices
    template: Floats
    mask: Floats
    map: Floats
    opacity: float
    places: NDArray[np.int16] | None
    pool: Pool
    training: Training | None
    insertion: Insertion | None
    removal: Removal | None
    missing: dict[str, str]
    sentences: tuple[str, ...]

    def inserted(self, images: NDArray[Any]) -> Floats:
        """Images (n, H, W, C), u8 or 0..1, with the pattern put in, float32 in 0..1.

        Raises InputError for images of another size.
        """
        if images.shape[1:] != self.template.shape:
            raise InputError(
                f"The pattern is {_by(self.template.shape)}, the images are "
                f"{_by(images.shape[1:])}: give images (n, {', '.join(map(str, self.map.shape))}, "
                f"{self.template.shape[2]})."
            )
        floats = images.astype(np.float32)
        if images.dtype == np.uint8:
            floats /= np.float32(255)
        return insert(floats, self.template, self.mask, self.opacity)

    def __repr__(self) -> str:
        return "\n".join(self.sentences)


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """All that was found, ranked; print it for a short table.

    predicted (n_pool,): class index of every pool image; logits (n_pool, K). per_class: what came
    of each class, with the reason where nothing can be told. model_score, 0 to 1: how strongly
    the network as a whole looks spurious. notes: what to know before trusting it. record: the same
    in the shape of ``spurview findings --json``.
    """

    class_names: tuple[str, ...]
    findings: tuple[Finding, ...]
    per_class: tuple[ClassFinding, ...]
    predicted: Indices
    logits: Floats
    interest_keys: tuple[str, ...]
    pool_keys: tuple[str, ...]
    model_score: float
    notes: tuple[str, ...]
    record: Findings

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """The findings that are alarms."""
        return tuple(finding for finding in self.findings if finding.alarm)

    def to_json(self) -> str:
        """The findings as ``spurview findings --json`` prints them."""
        return records.to_json(self.record)

    def __repr__(self) -> str:
        return "\n".join([*findings_table(self.record), *self.notes])

    def _repr_html_(self) -> str:
        """For notebooks: the table, each finding with a picture of its pattern."""
        return result_html(self.record, [f.map for f in self.findings], self.notes)


def result_of(
    reader: Reader, record: Findings, keys: Sequence[str], notes: Sequence[str] = ()
) -> Result:
    """The findings of a project, given in the shape of the contract, with their arrays.

    keys: one per image.
    """
    is_pool = reader.read("/images/role") == POOL
    pool = np.flatnonzero(is_pool)
    return Result(
        class_names=tuple(record.classes),
        findings=_Arrays(reader, record, is_pool).findings(),
        per_class=tuple(record.per_class),
        predicted=reader.read("/predictions/class")[pool].astype(np.int64),
        logits=reader.read("/predictions/logits")[pool].astype(np.float32),
        interest_keys=tuple(keys[int(i)] for i in np.flatnonzero(~is_pool)),
        pool_keys=tuple(keys[int(i)] for i in pool),
        model_score=record.model_score,
        notes=tuple(notes),
        record=record,
    )


class _Arrays:
    """Joins the records of findings with their arrays, rows counted within pool and interest."""

    def __init__(self, reader: Reader, record: Findings, is_pool: Array) -> None:
        self._reader, self._record = reader, record
        self._rows = candidate_rows(reader)
        self._opacity = {c.id: c.opacity for c in candidate_records(reader)}
        # Of each image: how many of its own kind come before it.
        self._index = np.where(is_pool, np.cumsum(is_pool), np.cumsum(~is_pool)) - 1

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._finding(found) for found in self._record.findings)

    def _finding(self, found: records.Finding) -> Finding:
        rows = self._rows[found.id]
        return Finding(
            **{name: getattr(found, name) for name in _AS_RECORDED},
            class_name=found.class_,
            class_index=self._record.classes.index(found.class_),
            members=self._index[rows.members],
            matches=self._index[rows.matches],
            training_matches=self._index[rows.training],
            template=self._array("template", rows.index),
            mask=self._array("mask", rows.index),
            map=self._array("map", rows.index),
            opacity=self._opacity[found.id],
            places=offsets(self._reader, rows.index, rows.matches),
            missing=dict(found.missing),
            sentences=tuple(finding_text(found, self._record)),
        )

    def _array(self, name: str, index: int) -> Floats:
        values: Floats = self._reader.read(f"/candidates/{name}", index, index + 1)[0]
        return values.copy()


def _by(shape: Sequence[int]) -> str:
    return "×".join(str(length) for length in shape)
