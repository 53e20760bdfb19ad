"""What a job computes of candidates made by hand, made up in no time for tests of the window."""

from __future__ import annotations

import msgspec
import numpy as np

from spurview.core.evidence import CandidateRecord, VerificationRecord
from spurview.pipeline.by_hand import hand_mark
from spurview.pipeline.hand_reader import Made
from spurview.project.model import HandMade, HandResult, ProjectInfo
from tests import constructed

ARRAYS = constructed.arrays()


def made_of(own: HandMade, info: ProjectInfo, *, mark: str = "") -> Made:
    """The choice with the evidence of the constructed alarm, its own rows as its carriers."""
    candidate = msgspec.json.decode(
        ARRAYS["/candidates/records"].tobytes(), type=list[CandidateRecord]
    )[0]
    verified = msgspec.json.decode(
        ARRAYS["/verification/records"].tobytes(), type=list[VerificationRecord]
    )[0]
    n = len(ARRAYS["/images/role"])
    hits = np.zeros(n, np.uint8)
    hits[own.members] = 1
    class_index = info.class_names.index(own.class_name)
    result = HandResult(
        fingerprint=mark or hand_mark(info),
        candidate=msgspec.structs.replace(
            candidate, id=own.id, class_index=class_index, detectors=["by hand"]
        ),
        verified=msgspec.structs.replace(verified, id=own.id, score=0.9),
    )
    arrays = {
        "template": ARRAYS["/candidates/template"][0],
        "mask": ARRAYS["/candidates/mask"][0],
        "map": ARRAYS["/candidates/map"][0],
        "places": np.zeros((n, 2), np.int16),
        "scores": hits.astype(np.float32),
        "hits": hits,
        # More pairs than the constructed project has of its own.
        "pair_rows": np.full(6, -1, np.int32),
        "pair_class": np.full((6, 2), -1, np.int32),
        "pair_confidence": np.zeros(6, np.float32),
        "pair_places": np.zeros((6, 2), np.int16),
    }
    return Made(result, arrays, np.array(own.members, np.int32))
