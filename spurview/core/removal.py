"""Removal: the pattern taken out of its carriers, against as much taken out elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from spurview.core.bench import Logits
from spurview.core.candidate import Candidate
from spurview.core.evidence import RemovalRecord
from spurview.core.extraction import Template
from spurview.core.material import Floats, Material, Rows
from spurview.core.specificity import FEW_CONTROLS, copies_elsewhere
from spurview.core.template import moved_masks, remove

# Carriers whose neighbours are in memory at once.
_AT_ONCE = 50


def removal(
    material: Material,
    candidate: Candidate,
    template: Template,
    logits: Logits,
    rng: np.random.Generator,
) -> RemovalRecord | None:
    """Carriers of half B in the class with the pattern taken out, and with as much elsewhere."""
    mine = material.of_class(candidate.class_index)
    rows = np.flatnonzero(candidate.hits & mine & material.confirm)[:500]
    if len(rows) < 5:
        return None
    images = material.images[rows].reshape(-1, *material.shape)
    near = material.matcher.without(candidate.hits)[rows]
    reference = _mean_of_each(material, near).reshape(images.shape)
    if template.localised:
        mask = template.mask
        if candidate.places is not None:
            mask = moved_masks(mask, candidate.places[rows])
        cleaned = remove(images, reference, mask)
        elsewhere = [
            remove(images, reference, other.mask)
            for other in copies_elsewhere(template, FEW_CONTROLS, rng)
        ]
    else:
        cleaned = _without(images, template)
        change = (images - cleaned).mean(0)
        elsewhere = [
            np.clip(images - _with_random_signs(change, rng), 0, 1) for _ in range(FEW_CONTROLS)
        ]
    n = len(rows)
    drop = _left(logits(cleaned, rows), candidate.class_index)
    control = max((_left(logits(x, rows), candidate.class_index) for x in elsewhere), default=0.0)
    interval = stats.binomtest(round(drop * n), n).proportion_ci(0.95, "wilson")
    return RemovalRecord(
        drop=drop, control=control, n=n, interval=(float(interval.low), float(interval.high))
    )


def _mean_of_each(material: Material, near: Rows) -> Floats:
    """(n, D) mean of the images of each row of `near` (n, k); of some at a time, not n k images."""
    parts = np.array_split(near, -(-len(near) // _AT_ONCE))
    means: Floats = np.concatenate([material.images[part].mean(1) for part in parts])
    return means


def _without(images: Floats, template: Template) -> Floats:
    """Images (n, H, W, C) with a pattern over the whole image taken off: insertion backwards."""
    kept = max(1 - template.opacity, 0.1)
    cleaned: Floats = np.clip((images - template.values) / np.float32(kept), 0, 1)
    return cleaned


def _with_random_signs(change: Floats, rng: np.random.Generator) -> Floats:
    """A change (H, W, C) with random signs: as much of it, in no direction that means anything."""
    signed: Floats = change * rng.choice(np.array([-1, 1], np.float32), change.shape)
    return signed


def _left(logits: NDArray[np.float32], class_index: int) -> float:
    return float((logits.argmax(1) != class_index).mean())
