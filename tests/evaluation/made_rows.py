"""Rows made by hand, of which every figure can be counted on one's fingers."""

from __future__ import annotations

from typing import Any

import msgspec

from spurview.evaluation.rows import COLUMNS, NO_CLASS, Row

_RUN: dict[str, Any] = {
    "kind": "strong",
    "group": "planted",
    "source": "digits:",
    "seed": 0,
    "commit": "abc1234",
    "version": "0.1.0",
    "finished": "2026-01-02T03:04:05Z",
    "seconds": 30.0,
    "height": 28,
    "width": 28,
    "channels": 1,
    "n_train": 4500,
    "n_pool": 5000,
    "n_classes": 5,
    "interest": "0 2 4 6 8",
    "test_accuracy": 0.98,
    "candidates": 12,
    "alarms": 1,
    "false_alarms": 0,
    "suspects": 2,
    "model_score": 0.8,
    "highest_false_ratio": 0.4,
    "chance_f1": 0.05,
    "discovery": 1.0,
    "false_discovery": 0.0,
}
_PATTERN: dict[str, Any] = {
    "pattern_class": "2",
    "pattern_kind": "noise-patch",
    "pattern_strength": 1.0,
    "pattern_class_share": 0.8,
    "pattern_pool_share": 0.05,
    "pattern_box": "1 2 5 5",
    "learnt": 1.0,
    "true_flip": 0.8,
    "n_carriers": 250.0,
    "rank": 1.0,
    "outcome": "alarm",
    "found_kind": "pattern",
    "precision": 1.0,
    "recall": 1.0,
    "f1": 1.0,
    "carrier_ap": 1.0,
    "member_f1": 1.0,
    "pixel_ap": 1.0,
    "iou": 0.9,
    "ncc": 0.9,
    "effect": 1.0,
    "least_ratio": 1.3,
    "detectors": "residual",
    "literal_f1": 0.25,
    "literal_best_f1": 0.5,
    "literal_rank": 4.0,
    "known_f1": 1.0,
    "known_ap": 1.0,
}
_FOUND = (
    *("rank", "outcome", "found_kind", "precision", "recall", "f1", "carrier_ap", "member_f1"),
    *("pixel_ap", "iou", "ncc", "effect", "least_ratio", "detectors"),
)
NOT_FOUND: dict[str, Any] = dict.fromkeys(_FOUND)


def planted(*patterns: dict[str, Any], **run: Any) -> Row:
    """A run of the patterns, each the usual one with changes; one usual pattern where none is."""
    made = [_PATTERN | changes for changes in patterns or ({},)]
    columns = {name: tuple(pattern[name] for pattern in made) for name in _PATTERN}
    return Row(**(_RUN | columns | run))


def clean(**run: Any) -> Row:
    """A run without a pattern and without an alarm."""
    nothing = {"kind": "clean", "group": "clean", "alarms": 0, "model_score": 0.3}
    unknown = {"chance_f1": None, "discovery": None, "false_discovery": None}
    return Row(**(_RUN | nothing | unknown | run))


def decoy(**run: Any) -> Row:
    """A clean run with a pattern that no class was trained on."""
    pattern = {"pattern_class": NO_CLASS, "learnt": 0.0, "true_flip": 0.01}
    found = planted(pattern | NOT_FOUND)
    patterns = {name: getattr(found, name) for name in COLUMNS if name in _PATTERN}
    return msgspec.structs.replace(clean(kind="decoy"), **(patterns | run))
