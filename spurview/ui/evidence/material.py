"""What the evidence of one candidate is told from, with the document it was read from."""

from __future__ import annotations

from dataclasses import dataclass

from spurview.pipeline.evidence import Evidence
from spurview.project.model import POOL
from spurview.ui.document import Document


@dataclass(frozen=True)
class Material(Evidence):
    """A finding, the arrays behind it, and the document that has both."""

    document: Document


def material(document: Document, candidate_id: str | None) -> Material | None:
    """What is known of a candidate; None until it is verified."""
    finding = document.finding(candidate_id)
    rows = document.rows_of(candidate_id)
    if finding is None or rows is None:
        return None
    return Material(document.reader, document.info, document.keys, finding, rows, document)


def n_pool(document: Document) -> int:
    """How many images the pool has."""
    return int((document.reader.read("/images/role") == POOL).sum())
