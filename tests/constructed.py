"""A constructed project with a known pattern: arrays and info, no training, made in milliseconds.

Three classes (a, b, c); a bright 3x3 patch at rows 1-3, columns 1-3 stands in 30 of the 90 pool
images predicted b. Candidate 0 is that patch (alarm), candidate 1 is a weak one of class a.
`moved` has the patch in another place in each image.
"""

from __future__ import annotations

import msgspec
import numpy as np

from spurview.core.arrays import Array
from spurview.core.evidence import (
    CandidateRecord,
    ChanceRecord,
    ClassRecord,
    Family,
    InsertionRecord,
    RemovalRecord,
    VerificationRecord,
)
from spurview.core.settings import Settings
from spurview.project.model import (
    INTEREST_TEST,
    INTEREST_TRAIN,
    POOL,
    ProjectInfo,
    SourceRecord,
    StageRecord,
)

CLASS_NAMES = ["a", "b", "c"]
N_INTEREST, N_POOL, SIDE = 60, 240, 16
CARRIERS = np.arange(N_INTEREST, N_INTEREST + 30)
PATCH = (slice(1, 4), slice(1, 4))


def as_json(value: object) -> Array:
    """A struct or list of structs as the bytes a project keeps."""
    return np.frombuffer(msgspec.json.encode(value), np.uint8).copy()


def arrays() -> dict[str, Array]:
    """All arrays of the constructed project, by name."""
    rng = np.random.default_rng(0)
    n = N_INTEREST + N_POOL
    pixels = rng.integers(0, 90, (n, SIDE, SIDE, 1), np.uint8)
    predicted = np.concatenate([np.arange(N_INTEREST) % 3, rng.permutation(np.arange(N_POOL) % 3)])
    predicted[CARRIERS] = 1
    spare = np.setdiff1d(np.flatnonzero(predicted == 1), np.r_[CARRIERS, :N_INTEREST])
    predicted[spare[60:]] = 0
    pixels[CARRIERS, PATCH[0], PATCH[1]] = 255
    training_carriers = np.flatnonzero(predicted[:50] == 1)
    pixels[training_carriers, PATCH[0], PATCH[1]] = 255
    logits = rng.normal(0, 0.5, (n, 3)).astype(np.float16)
    logits[np.arange(n), predicted] += 3
    keys = [f"interest/{CLASS_NAMES[i % 3]}/{i:03}.png" for i in range(N_INTEREST)]
    keys += [f"pool/{i:03}.png" for i in range(N_POOL)]
    encoded = [key.encode() for key in keys]
    made: dict[str, Array] = {
        "/images/pixels": pixels,
        "/images/role": np.r_[
            np.full(50, INTEREST_TRAIN), np.full(10, INTEREST_TEST), np.full(N_POOL, POOL)
        ].astype(np.uint8),
        "/images/label": np.r_[np.arange(N_INTEREST) % 3, np.full(N_POOL, -1)].astype(np.int32),
        "/images/source": np.r_[np.zeros(N_INTEREST), np.ones(N_POOL)].astype(np.int32),
        "/images/digest": rng.integers(0, 256, (n, 16), np.uint8),
        "/images/keys": np.frombuffer(b"".join(encoded), np.uint8).copy(),
        "/images/keys_end": np.cumsum([len(key) for key in encoded]).astype(np.int64),
        "/classifier/weights/fc.weight": rng.normal(size=(3, 8)).astype(np.float32),
        "/classifier/weights/fc.bias": np.zeros(3, np.float32),
        "/classifier/curve": np.array([[1.0, 0.6, 0.5], [0.4, 0.9, 0.8]], np.float32),
        "/predictions/logits": logits,
        "/predictions/class": predicted.astype(np.int32),
        "/embedding/weights/encoder.weight": rng.normal(size=(4, 8)).astype(np.float32),
        "/embedding/curve": np.array([[200.0, 210.0], [120.0, 130.0]], np.float32),
        "/embedding/error": rng.random(n).astype(np.float32) * 0.02,
        "/embedding/neighbours": rng.integers(N_INTEREST, n, (n, 10)).astype(np.int32),
        "/embedding/sample_rows": np.arange(N_INTEREST, N_INTEREST + 6, dtype=np.int32),
        "/embedding/sample_pixels": pixels[N_INTEREST : N_INTEREST + 6].copy(),
        "/latents": rng.normal(size=(n, 4)).astype(np.float32),
        "/layout/content": rng.normal(size=(n, 2)).astype(np.float32),
        "/layout/residual": _residual_layout(rng, n),
    }
    return made | _candidates(rng, n, predicted, training_carriers)


def stage(**facts: float | int | str) -> StageRecord:
    """The record of a stage that has run with other settings than now."""
    return StageRecord(
        fingerprint="0" * 32,
        finished="2026-01-02T03:04:05Z",
        seconds=1.0,
        device="cpu",
        spurview="0.1.0",
        facts=facts,
    )


def with_chance() -> dict[str, Array]:
    """`arrays()` with the product of the optional stage: 2 candidates in 5 repeats, 1 found."""
    record = ChanceRecord(counts=[0, 1, 0, 1, 0], found=1, interval=(0.05, 1.44))
    return arrays() | {"/chance/record": as_json(record)}


def moved() -> dict[str, Array]:
    """`arrays()` with candidate 0 moved in each image that has it; `/candidates/places` says how.

    By -1 to 10 pixels down and right, never by less than 3 in both.
    """
    made = arrays()
    with_it = np.flatnonzero(made["/candidates/hits"][0])
    places = np.zeros((2, N_INTEREST + N_POOL, 2), np.int16)
    pixels = made["/images/pixels"]
    for row in with_it:
        down, right = 5 * row % 12 - 1, 7 * row % 12 - 1
        if max(abs(down), abs(right)) < 3:
            right += 5
        places[0, row] = down, right
        pixels[row, PATCH[0], PATCH[1]] = 40
        pixels[row, 1 + down : 4 + down, 1 + right : 4 + right] = 255
    records = [_record("1-aaaaaaaa", 1, family="moved"), _record("0-bbbbbbbb", 0)]
    pair_places = np.zeros((2, 4, 2), np.int16)
    pair_places[0] = [(5, 0), (0, 6), (7, 7), (-1, 9)]
    return made | {
        "/candidates/places": places,
        "/candidates/records": as_json(records),
        "/verification/pair_places": pair_places,
    }


def info() -> ProjectInfo:
    """The info that goes with `arrays()`."""
    return ProjectInfo(
        project_id="5f0c8a5e9f0b4d6c8e7a1b2c3d4e5f60",
        revision=1,
        created="2026-01-02T03:04:05Z",
        modified="2026-01-02T03:04:05Z",
        spurview="0.1.0",
        sources=[
            SourceRecord(role="interest", kind="folder", location="photos", images=N_INTEREST),
            SourceRecord(role="pool", kind="folder", location="pool", images=N_POOL),
        ],
        class_names=CLASS_NAMES,
        label_names=CLASS_NAMES,
        settings=Settings(),
        stages={
            "images": stage(images=N_INTEREST + N_POOL, height=SIDE, width=SIDE),
            "classifier": stage(test_accuracy=0.9),
            "predictions": stage(pool=N_POOL, training_accuracy=1.0, test_accuracy=0.9),
            "embedding": stage(dims=4),
            "candidates": stage(found=2),
            "verification": stage(alarms=1),
            "layout": stage(),
        },
    )


def _residual_layout(rng: np.random.Generator, n: int) -> Array:
    positions = rng.normal(size=(n, 2)).astype(np.float32)
    positions[CARRIERS] = positions[CARRIERS] * 0.2 + (6, 0)
    return positions


def _candidates(
    rng: np.random.Generator, n: int, predicted: Array, training_carriers: Array
) -> dict[str, Array]:
    weak = np.flatnonzero((predicted == 0) & (np.arange(n) >= N_INTEREST))[:12]
    members = [CARRIERS, weak]
    masks = np.zeros((2, SIDE, SIDE), np.float32)
    masks[0][PATCH] = 1
    masks[1, 10:13, 10:13] = 1
    template = masks[..., None] * np.array([1.0, 0.4], np.float32)[:, None, None, None]
    hits = np.zeros((2, n), np.uint8)
    for index, rows in enumerate(members):
        hits[index, rows] = 1
    hits[0, training_carriers] = 1
    scores = (hits + rng.normal(0, 0.05, hits.shape)).astype(np.float32)
    pair_rows = np.setdiff1d(np.arange(N_INTEREST, n), np.flatnonzero(predicted == 1))[:4]
    return {
        "/candidates/records": as_json([_record("1-aaaaaaaa", 1), _record("0-bbbbbbbb", 0)]),
        "/candidates/classes": as_json(
            [
                ClassRecord(class_index=0, pool=70, searched=True),
                ClassRecord(class_index=1, pool=90, searched=True),
                ClassRecord(
                    class_index=2,
                    pool=11,
                    searched=False,
                    reason="only 11 pool images got this class, about 40 are needed",
                ),
            ]
        ),
        "/candidates/template": template.astype(np.float32),
        "/candidates/mask": masks,
        "/candidates/map": masks * 0.9,
        "/candidates/scores": scores,
        "/candidates/hits": hits,
        "/candidates/members": np.concatenate(members).astype(np.int32),
        "/candidates/members_end": np.cumsum([len(m) for m in members]).astype(np.int64),
        "/verification/records": as_json([_verified("1-aaaaaaaa", 1), _verified("0-bbbbbbbb", 2)]),
        "/verification/pair_rows": np.stack([pair_rows, np.full(4, -1)]).astype(np.int32),
        "/verification/pair_class": np.stack(
            [np.stack([predicted[pair_rows], np.ones(4)], 1), np.full((4, 2), -1)]
        ).astype(np.int32),
        "/verification/pair_confidence": np.array([[0.99, 0.95, 0.9, 0.8], [0] * 4], np.float32),
    }


def _record(candidate_id: str, class_index: int, *, family: Family = "local") -> CandidateRecord:
    strong = class_index == 1
    return CandidateRecord(
        id=candidate_id,
        class_index=class_index,
        family=family,
        detectors=["residual", "windows"],
        opacity=1.0,
        localised=True,
        matching=16 if strong else 9,
        of_class=15 if strong else 6,
        expected=5.1 if strong else 3.9,
        lift=2.9 if strong else 1.5,
        z=7.0 if strong else 1.1,
        p=1e-10 if strong else 0.1,
        q=2e-10 if strong else 0.1,
        agreement=0.98 if strong else 0.6,
        valley_pool=0.02 if strong else 0.8,
        valley_training=0.01 if strong else 0.9,
        training_rates=[0.0, 0.9, 0.01] if strong else [0.2, 0.1, 0.15],
        training_q=1e-20 if strong else 0.4,
    )


def _verified(candidate_id: str, rank: int) -> VerificationRecord:
    strong = rank == 1
    return VerificationRecord(
        id=candidate_id,
        rank=rank,
        outcome="alarm" if strong else "candidate",
        kind="pattern" if strong else None,
        score=0.93 if strong else 0.52,
        ratios={"enrichment": 2.0, "insertion": 6.0} if strong else {"enrichment": 0.3},
        insertion=InsertionRecord(
            flip=0.62 if strong else 0.06,
            null_control=0.02 if strong else 0.05,
            scrambled=0.1 if strong else None,
            rolled=0.03 if strong else None,
            n=100,
            interval=(0.52, 0.71) if strong else (0.02, 0.12),
            margin=5.0 if strong else 0.2,
            null_margin=0.2,
        ),
        removal=RemovalRecord(drop=0.7, control=0.01, n=30, interval=(0.5, 0.85))
        if strong
        else None,
        missing={} if strong else {"kind": "it has no effect", "removal": "too few carriers"},
    )
