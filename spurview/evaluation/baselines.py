"""What the search is compared with: the report's method read literally, and an all-knowing filter.

The matched filter is told the true pattern and which pool images carry none: no search that has to
find out can be expected to beat it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.core.covariance import EXACT_VALUES, Covariance
from spurview.core.material import RIDGE
from spurview.core.metrics import agreement, average_precision
from spurview.core.plant import reach
from spurview.evaluation.planting import Case, Truth, carriers
from spurview.pipeline.findings import candidate_records
from spurview.project.model import POOL

Floats = NDArray[np.float32]
# Scores (n,) of images (n, H, W, C) float32.
Scores = Callable[[Floats], NDArray[np.float64]]
_BLOCK = 500
_FILTER_STREAM = 707


@dataclass(frozen=True)
class Literal:
    """Clusters of the literal method against one pattern's carriers, over the whole pool.

    first_f1: of the first cluster of the pattern's class, best_f1: of the cluster a person who
    knows the pattern would choose; rank: of that one among all of the network. None where the
    class has no cluster.
    """

    first_f1: float | None
    best_f1: float | None
    rank: int | None


def literal(case: Case, reader: Reader) -> list[Literal]:
    """For each pattern. reader: of a run whose candidates are those of the literal method.

    Clusters rank by the purity of their ball in the pool over the class's share, the method's own
    key (`core.literal`).
    """
    records = candidate_records(reader)
    pool = reader.read("/images/role") == POOL
    predicted = reader.read("/predictions/class")
    hits = reader.read("/candidates/hits") == 1
    carried = carriers(case.truths, len(pool))
    classes = np.array([record.class_index for record in records], int)
    keys = [_purity(hits[m] & pool, pool, predicted == c) for m, c in enumerate(classes)]
    ranks = np.empty(len(records), int)
    ranks[np.argsort(-np.array(keys), kind="stable")] = np.arange(1, len(records) + 1)
    found = []
    for k, truth in enumerate(case.truths):
        own = np.flatnonzero(classes == truth.class_index)
        f1 = {int(m): agreement(hits[m][pool], carried[k][pool]).f1 for m in own}
        if not f1:
            found.append(Literal(None, None, None))
            continue
        best = max(f1, key=lambda m: f1[m])
        first = min(f1, key=lambda m: ranks[m])
        found.append(Literal(f1[first], f1[best], int(ranks[best])))
    return found


def _purity(ball: NDArray[np.bool_], pool: NDArray[np.bool_], mine: NDArray[np.bool_]) -> float:
    return float(mine[ball].mean() / mine[pool].mean()) if ball.any() else 0.0


def known_filter(case: Case, truth: Truth) -> dict[str, float]:
    """F1 and average precision, over the pool, of a filter that knows the true pattern.

    Linear, w = (C + r I)^(-1) (mean with the pattern - mean without), on the pattern's mask, from
    pool images that carry none and the same with it planted (Kay 1998, Detection Theory, 4.4). Of
    a moved pattern the least squared distance, over all its places, between the image there and
    the mean image with the pattern: strokes answer a linear filter somewhere in most images. The
    threshold is the one with the highest F1 on the images it was made from.
    """
    arrays = case.product.arrays
    pool = np.flatnonzero(arrays["/images/role"] == POOL)
    clean = arrays["/images/pixels"][case.clean_pool]
    rng = np.random.default_rng([case.cell.seed, _FILTER_STREAM])
    make = _moved_filter if truth.planting.is_moved else _fixed_filter
    score = make(truth, _floats(clean))
    scores = score(_floats(arrays["/images/pixels"][pool]))
    true = np.isin(pool, truth.rows)
    without, planted = score(_floats(clean)), score(_floats(truth.apply(clean, rng)))
    threshold = best_threshold(without, planted, float(true.mean()))
    return {
        "known_f1": agreement(scores > threshold, true).f1,
        "known_ap": average_precision(scores, true),
    }


def _fixed_filter(truth: Truth, clean: Floats) -> Scores:
    weights = _weights(clean, truth.pattern.apply(clean), truth.pattern.mask > 0).ravel()
    return lambda images: images.reshape(len(images), -1) @ weights


def _moved_filter(truth: Truth, clean: Floats) -> Scores:
    pattern, jitter = truth.pattern, truth.planting.jitter_px
    least, most = reach(pattern, None if jitter == "free" else int(jitter))
    # Negative offsets count from the other end, which is where the transform has them.
    down, right = np.arange(least[0], most[0] + 1), np.arange(least[1], most[1] + 1)
    mask = np.broadcast_to(pattern.mask[..., None] > 0, clean.shape[1:])
    expected = pattern.apply(clean).mean(0) * mask
    energy = float(np.square(expected).sum())

    def score(images: Floats) -> NDArray[np.float64]:
        parts = []
        for start in range(0, len(images), _BLOCK):
            part = images[start : start + _BLOCK]
            distance = _correlated(part * part, mask) - 2 * _correlated(part, expected) + energy
            parts.append(-distance[:, down][:, :, right].min(axis=(1, 2)))
        return np.concatenate(parts)

    return score


def _correlated(images: Floats, kernel: NDArray[Any]) -> NDArray[np.float64]:
    """(n, H, W) sums of images (n, H, W, C) times the kernel (H, W, C) moved by every offset."""
    product = np.fft.rfft2(images, axes=(1, 2)) * np.conj(np.fft.rfft2(kernel, axes=(0, 1)))
    return np.fft.irfft2(product.sum(-1), s=images.shape[1:3], axes=(1, 2))


def _weights(clean: Floats, planted: Floats, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(H, W, C) of the filter, 0 off the mask."""
    on_mask = np.flatnonzero(np.repeat(mask.ravel(), clean.shape[3]))
    without, with_it = (x.reshape(len(x), -1)[:, on_mask] for x in (clean, planted))
    difference = with_it.mean(0) - without.mean(0)
    if len(on_mask) > EXACT_VALUES:
        solved = Covariance(without).solve(difference, RIDGE)
    else:
        # A pattern that replaces what was there takes its variance away.
        both = (_covariance(without) + _covariance(with_it)) / 2
        solved = np.linalg.solve(both + RIDGE * np.eye(len(on_mask)), difference)
    weights = np.zeros(clean[0].size)
    weights[on_mask] = solved
    return weights.reshape(clean.shape[1:])


def _covariance(rows: Floats) -> NDArray[np.float64]:
    centred = (rows - rows.mean(0)).astype(np.float64)
    covariance: NDArray[np.float64] = centred.T @ centred / len(rows)
    return covariance


def best_threshold(
    without: NDArray[np.float64], planted: NDArray[np.float64], share: float
) -> float:
    """Between two scores, where F1 is highest if so large a share carries the pattern."""
    scores = np.concatenate([without, planted])
    weight = np.repeat(
        [(1 - share) / max(len(without), 1), share / max(len(planted), 1)],
        [len(without), len(planted)],
    )
    order = np.argsort(-scores, kind="stable")
    taken = np.cumsum(weight[order])
    right = np.cumsum((weight * (np.arange(len(scores)) >= len(without)))[order])
    ordered = scores[order]
    # No threshold lies between equal scores.
    apart = np.append(ordered[:-1] > ordered[1:], True)
    best = int(np.argmax(np.where(apart, 2 * right / (taken + share), -1)))
    if best == len(ordered) - 1:
        return float(np.nextafter(ordered[-1], -np.inf))
    return float((ordered[best] + ordered[best + 1]) / 2)


def _floats(pixels: NDArray[Any]) -> Floats:
    return pixels.astype(np.float32) / np.float32(255)
