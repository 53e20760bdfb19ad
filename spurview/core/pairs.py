"""Before and after: the images that a pattern turned, to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.bench import Bench, Logits
from spurview.core.extraction import Template
from spurview.core.material import Floats, Rows

N_PAIRS = 8


@dataclass(frozen=True)
class Pairs:
    """Images before and after insertion: rows (P,), predicted class before and after (P, 2),
    probability of the class after (P,); -1 where there are fewer. offsets: (P, 2) of a pattern
    that moves, how far (down, right) from its mask it was put in, else None."""

    rows: NDArray[np.int32]
    classes: NDArray[np.int32]
    confidence: Floats
    offsets: NDArray[np.int16] | None = None


def pairs(bench: Bench, template: Template, logits: Logits, class_index: int) -> Pairs:
    """The images that the pattern turned most clearly, before and after."""
    after = logits(bench.inserted(template), bench.rows)
    exponent = np.exp(after - after.max(1, keepdims=True))
    probability = (exponent / exponent.sum(1, keepdims=True))[:, class_index]
    turned = np.flatnonzero(after.argmax(1) == class_index)
    best = turned[np.argsort(-probability[turned], kind="stable")]
    best = _of_many_classes(best, bench.before.argmax(1))[:N_PAIRS]
    rows = np.full(N_PAIRS, -1, np.int32)
    classes = np.full((N_PAIRS, 2), -1, np.int32)
    confidence = np.zeros(N_PAIRS, np.float32)
    rows[: len(best)] = bench.rows[best]
    classes[: len(best), 0] = bench.before[best].argmax(1)
    classes[: len(best), 1] = class_index
    confidence[: len(best)] = probability[best]
    where = bench.offsets(template)
    if where is None:
        return Pairs(rows, classes, confidence)
    offsets = np.zeros((N_PAIRS, 2), np.int16)
    offsets[: len(best)] = where[best]
    return Pairs(rows, classes, confidence, offsets)


def _of_many_classes(best: Rows, before: NDArray[np.int64]) -> Rows:
    """The same rows, each class's first ones ahead, so that no class fills the strip."""
    seen: dict[int, int] = {}
    turn = []
    for row in best:
        turn.append(seen.get(int(before[row]), 0))
        seen[int(before[row])] = turn[-1] + 1
    ordered: Rows = best[np.argsort(turn, kind="stable")]
    return ordered
