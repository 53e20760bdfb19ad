"""Each dataset of the format, of a constructed project; `every_field` has the JSON beside them.

Coloured, with a candidate of each family, two made by hand, and all that is optional. No part of
it was computed, so what stands in one need not follow from what stands in another.
"""

from __future__ import annotations

import numpy as np

from spurview.core.arrays import Array
from spurview.core.evidence import (
    CandidateRecord,
    ChanceRecord,
    ClassRecord,
    Family,
    InsertionRecord,
    Kind,
    Outcome,
    RemovalRecord,
    VerificationRecord,
)
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, HandResult
from tests.constructed import as_json

CLASSES = ["cat", "Hündin", "猫"]
N_TRAIN, N_TEST, N_POOL, SIDE = 18, 6, 66, 12
N = N_TRAIN + N_TEST + N_POOL
FOUND: tuple[tuple[str, Family, Outcome, Kind | None], ...] = (
    ("0-0a0a0a0a", "local", "alarm", "pattern"),
    ("1-1b1b1b1b", "moved", "suspect", "place-free"),
    ("2-2c2c2c2c", "whole", "candidate", "texture"),
    ("0-3d3d3d3d", "literal", "candidate", None),
)
OWN: tuple[tuple[str, Family, Outcome, Kind | None], ...] = (
    ("2-4e4e4e4e", "local", "suspect", "colour"),
    ("0-5f5f5f5f", "moved", "candidate", None),
)


def arrays() -> dict[str, Array]:
    """Every dataset of the format but the three trees of JSON, by name."""
    rng = np.random.default_rng(1)
    return (
        _images(rng)
        | _networks(rng)
        | _positions(rng)
        | _candidates(rng)
        | _verification(rng)
        | _by_hand(rng)
        | {"/chance/record": as_json(ChanceRecord(counts=[2, 0, 1], found=4, interval=(0.1, 2.5)))}
    )


def _images(rng: np.random.Generator) -> dict[str, Array]:
    keys = [f"interest/{CLASSES[i % 3]}/{i:02}.png".encode() for i in range(N_TRAIN + N_TEST)]
    keys += [f"pool/deep/er/{i:02}.jpg".encode() for i in range(N_POOL - 2)]
    keys += [b"pool/100%.png", b"pool/not-utf-8-\xff.png"]
    source = np.r_[np.zeros(N_TRAIN + N_TEST), np.ones(40), np.full(N_POOL - 40, 2)]
    roles = [INTEREST_TRAIN] * N_TRAIN + [INTEREST_TEST] * N_TEST + [POOL] * N_POOL
    return {
        "/images/pixels": rng.integers(0, 256, (N, SIDE, SIDE, 3), np.uint8),
        "/images/role": np.array(roles, np.uint8),
        "/images/label": np.r_[np.arange(N_TRAIN + N_TEST) % 3, rng.integers(-1, 4, N_POOL)].astype(
            np.int32
        ),
        "/images/source": source.astype(np.int32),
        "/images/digest": rng.integers(0, 256, (N, 16), np.uint8),
        "/images/keys": np.frombuffer(b"".join(keys), np.uint8).copy(),
        "/images/keys_end": np.cumsum([len(key) for key in keys]).astype(np.int64),
    }


def _networks(rng: np.random.Generator) -> dict[str, Array]:
    return {
        "/classifier/weights/fc.weight": _floats(rng, 3, 4),
        "/classifier/weights/bn.num_batches_tracked": np.array(7, np.int64),
        "/classifier/curve": _floats(rng, 2, 3),
        "/classifier/trial_rows": rng.integers(0, N, 5).astype(np.int32),
        "/classifier/trial_logits": _floats(rng, 5, 3),
        "/predictions/logits": _floats(rng, N, 3).astype(np.float16),
        "/predictions/class": rng.integers(0, 3, N).astype(np.int32),
        "/embedding/weights/encoder.0.weight": _floats(rng, 2, 3, 1, 1),
        "/embedding/curve": _floats(rng, 2, 2),
        "/embedding/error": _floats(rng, N),
        "/embedding/neighbours": rng.integers(N - N_POOL, N, (N, 3)).astype(np.int32),
        "/embedding/sample_rows": np.array([0, 30, 60], np.int32),
        "/embedding/sample_pixels": rng.integers(0, 256, (3, SIDE, SIDE, 3), np.uint8),
    }


def _positions(rng: np.random.Generator) -> dict[str, Array]:
    return {
        "/latents": _floats(rng, N, 4),
        "/layout/content": _floats(rng, N, 2),
        "/layout/residual": _floats(rng, N, 2),
    }


def _candidates(rng: np.random.Generator) -> dict[str, Array]:
    classes = [
        ClassRecord(class_index=0, pool=30, searched=True),
        ClassRecord(class_index=1, pool=25, searched=True),
        ClassRecord(class_index=2, pool=11, searched=False, reason="only 11 pool images"),
    ]
    return {
        "/candidates/records": as_json([_record(id, family) for id, family, *_ in FOUND]),
        "/candidates/classes": as_json(classes),
        **_patterns(rng, "/candidates/", [family for _, family, *_ in FOUND]),
    }


def _patterns(rng: np.random.Generator, prefix: str, families: list[Family]) -> dict[str, Array]:
    count = len(families)
    places = rng.integers(-SIDE + 1, SIDE, (count, N, 2)).astype(np.int16)
    places[[family != "moved" for family in families]] = 0
    members = [rng.permutation(np.arange(N - N_POOL, N))[: 6 + index] for index in range(count)]
    return {
        f"{prefix}template": _floats(rng, count, SIDE, SIDE, 3),
        f"{prefix}mask": _floats(rng, count, SIDE, SIDE),
        f"{prefix}map": _floats(rng, count, SIDE, SIDE),
        f"{prefix}places": places,
        f"{prefix}scores": _floats(rng, count, N),
        f"{prefix}hits": rng.integers(0, 2, (count, N), np.uint8),
        f"{prefix}members": np.concatenate(members).astype(np.int32),
        f"{prefix}members_end": np.cumsum([len(m) for m in members]).astype(np.int64),
    }


def _verification(rng: np.random.Generator) -> dict[str, Array]:
    verified = [
        _verified(id, rank, outcome, kind)
        for rank, (id, _, outcome, kind) in enumerate(FOUND, start=1)
    ]
    return {
        "/verification/records": as_json(verified),
        **_pairs(rng, "/verification/", [family for _, family, *_ in FOUND], each=4),
    }


def _pairs(
    rng: np.random.Generator, prefix: str, families: list[Family], *, each: int
) -> dict[str, Array]:
    """Before-and-after pairs; the last of each candidate is none."""
    count = len(families)
    rows = rng.integers(0, N, (count, each)).astype(np.int32)
    classes = rng.integers(0, 3, (count, each, 2)).astype(np.int32)
    places = rng.integers(-SIDE + 1, SIDE, (count, each, 2)).astype(np.int16)
    rows[:, -1], classes[:, -1] = -1, -1
    places[[family != "moved" for family in families]] = 0
    return {
        f"{prefix}pair_rows": rows,
        f"{prefix}pair_class": classes,
        f"{prefix}pair_confidence": _floats(rng, count, each),
        f"{prefix}pair_places": places,
    }


def _by_hand(rng: np.random.Generator) -> dict[str, Array]:
    results = [
        HandResult(
            fingerprint="ab" * 16,
            candidate=_record(id, family),
            verified=_verified(id, 1, outcome, kind),
        )
        for id, family, outcome, kind in OWN
    ]
    families: list[Family] = [family for _, family, *_ in OWN]
    return {
        "/manual/records": as_json(results),
        **_patterns(rng, "/manual/", families),
        **_pairs(rng, "/manual/", families, each=3),
    }


def _record(candidate_id: str, family: Family) -> CandidateRecord:
    known = family != "literal"
    return CandidateRecord(
        id=candidate_id,
        class_index=int(candidate_id[0]),
        family=family,
        detectors=["residual", "windows"] if known else ["latents"],
        opacity=0.75,
        localised=family == "local",
        matching=19,
        of_class=15,
        expected=6.25,
        lift=2.4 if known else None,
        z=5.5,
        p=1e-9,
        q=3e-9,
        agreement=0.875,
        valley_pool=0.125,
        valley_training=0.0625 if known else None,
        training_rates=[0.9, 0.05, 0.0] if known else None,
        training_q=1e-12 if known else None,
        content_dependence=0.55 if family == "local" else None,
    )


def _verified(
    candidate_id: str, rank: int, outcome: Outcome, kind: Kind | None
) -> VerificationRecord:
    missing = {"kind": "it has no effect", "insertion": "no network", "removal": "no network"}
    insertion = InsertionRecord(
        flip=0.62,
        null_control=0.02,
        scrambled=0.5,
        rolled=0.03,
        n=100,
        interval=(0.52, 0.71),
        margin=4.5,
        null_margin=0.25,
        flat=0.125,
        grey=0.375,
    )
    return VerificationRecord(
        id=candidate_id,
        rank=rank,
        outcome=outcome,
        kind=kind,
        score=0.875 if outcome == "alarm" else 0.625,
        ratios={"enrichment": 2.5, "insertion": 6.0},
        insertion=insertion if kind else None,
        removal=RemovalRecord(drop=0.7, control=0.01, n=30, interval=(0.5, 0.85)) if kind else None,
        missing={} if kind else missing,
    )


def _floats(rng: np.random.Generator, *shape: int) -> Array:
    return rng.random(shape, np.float32)
