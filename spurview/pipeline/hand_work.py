"""The work on candidates made by hand: their pattern, carriers and experiments.

As the stages candidates and verification do it, for one proposal each: the person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.core.by_hand import DETECTOR, FEWEST_TO_DRAW, Moved, candidate_by_hand, to_draw
from spurview.core.errors import StageError
from spurview.core.material import Material
from spurview.core.pairs import Pairs
from spurview.core.search import FEWEST_OTHERS, Found, weighed
from spurview.core.verification import Suspect, verify_all
from spurview.pipeline.by_hand import hand_mark
from spurview.pipeline.findings import candidate_records
from spurview.pipeline.hand_reader import Made
from spurview.pipeline.run import Work
from spurview.pipeline.search_stages import material_of
from spurview.pipeline.training_stages import network_of
from spurview.project.model import HandMade, HandResult


def compute_by_hand(work: Work, choices: Sequence[HandMade]) -> list[Made]:
    """What the choices share and what speaks for it, in their order.

    Raises StageError for a choice that shares nothing or has too few images to draw it from, and
    Cancelled from the report.
    """
    material = material_of(work)
    found = [_drawn(work, material, choice) for choice in choices]
    network = network_of(work)
    records, pairs = verify_all(
        material,
        [Suspect(f.record, f.candidate, f.template) for f in found],
        None if network is None else network.logits,
        settings=work.settings.verification,
        seed=work.settings.seed,
        report=work.report,
    )
    mark = hand_mark(work.info)
    return [
        Made(
            HandResult(fingerprint=mark, candidate=f.record, verified=record),
            _arrays(f, pair, material),
            f.members.astype(np.int32),
        )
        for f, record, pair in zip(found, records, pairs, strict=True)
    ]


def _drawn(work: Work, material: Material, choice: HandMade) -> Found:
    class_index = work.info.class_names.index(choice.class_name)
    rows = np.array(choice.members)
    n_drawing = len(to_draw(material, class_index, rows))
    if n_drawing < FEWEST_TO_DRAW:
        raise StageError(
            f"Only {n_drawing} of these images are in the half of the pool that draws patterns, "
            f"{FEWEST_TO_DRAW} are needed: choose more images of class {choice.class_name}."
        )
    n_others = int((material.pool & ~material.of_class(class_index)).sum())
    if n_others < FEWEST_OTHERS:
        raise StageError(
            f"Nearly all pool images got class {choice.class_name}: these are compared with images "
            f"of other classes, of which there are {n_others}, and {FEWEST_OTHERS} are needed."
        )
    moved = moved_from(work.reader, choice, len(material.images))
    candidate = candidate_by_hand(material, class_index, rows, work.report, moved=moved)
    if candidate is None:
        raise StageError(
            f"These images of class {choice.class_name} share nothing that tells them from "
            "others of like content: choose other images."
        )
    found = weighed(material, candidate)
    record = msgspec.structs.replace(found.record, id=choice.id, detectors=[DETECTOR])
    # The person's choice stays as it is; who carries the pattern is in the hits.
    members = rows[np.argsort(-found.candidate.linear[rows], kind="stable")]
    return replace(found, record=record, members=members)


def moved_from(reader: Reader, choice: HandMade, n_images: int) -> Moved | None:
    """What the choice was made from, where that moves: itself as last computed, or a parent.

    Of several parents the one with the most images.
    """
    if not reader.has("/candidates/places"):
        return None
    index = {record.id: i for i, record in enumerate(candidate_records(reader))}
    parents = sorted(choice.replaces, key=lambda i: -len(choice.replaces[i]))
    for place in (index[i] for i in (choice.id, *parents) if i in index):
        offsets = reader.read("/candidates/places", place, place + 1)[0]
        mask = reader.read("/candidates/mask", place, place + 1)[0] > 0
        if len(offsets) == n_images and offsets.any() and mask.any():
            return Moved(mask, offsets)
    return None


def _arrays(found: Found, pair: Pairs, material: Material) -> dict[str, Array]:
    """One entry of each array that is kept of a candidate, by its name below `/manual`."""
    candidate, template = found.candidate, found.template
    n_images, most = len(material.images), np.array(template.mask.shape) - 1
    places = candidate.places
    still = np.zeros((n_images, 2), np.int16)
    return {
        "template": template.values.astype(np.float32),
        "mask": template.mask.astype(np.float32),
        "map": template.shared.astype(np.float32),
        "places": still if places is None else np.clip(places, -most, most).astype(np.int16),
        "scores": candidate.linear.astype(np.float32),
        "hits": candidate.hits.astype(np.uint8),
        "pair_rows": pair.rows,
        "pair_class": pair.classes,
        "pair_confidence": pair.confidence,
        "pair_places": (
            np.zeros((len(pair.rows), 2), np.int16) if pair.offsets is None else pair.offsets
        ),
    }
