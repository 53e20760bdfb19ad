"""A candidate while it is being searched: who carries the pattern, and how surely."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spurview.core.evidence import Family
from spurview.core.material import Bools, Rows, f1
from spurview.core.pixel_map import Mask
from spurview.core.surplus import surplus, worth


@dataclass(frozen=True)
class Candidate:
    """One pattern of one class, with its scores over all N images.

    hits: (N,) bool, the pattern is present; linear: (N,) matched-filter scores over the typical
    member's (1 = typical, 0 = absent); threshold: of `linear`; mask: (H, W) bool where the
    pattern lies, all True for the whole-image family; agreement: F1 of the linear hits and the
    hits within the class; key: how it is preferred to others of like members, from half A alone;
    contribution: (H, W) what each pixel adds to the typical score, of the whole-image family;
    places: (N, 2) int16, of a pattern that moves how far (down, right) in pixels from `mask` each
    image has it, or would have it where it matches best;
    box: (2 C,) float32, of a tint told by the bounds of its colours (`colour_box`);
    in_pieces: the mask has all pieces of a pattern in one place, the letters of a word for one.
    """

    class_index: int
    family: Family
    detectors: frozenset[str]
    mask: Mask
    hits: Bools
    linear: NDArray[np.float32]
    threshold: float
    agreement: float
    key: float
    contribution: NDArray[np.float64] | None = None
    places: NDArray[np.int16] | None = None
    box: NDArray[np.float32] | None = None
    in_pieces: bool = False


def of_rows(candidate: Candidate, rows: Rows) -> Candidate:
    """The candidate as it stands in a part of the images, rows (n,)."""
    return replace(
        candidate,
        hits=candidate.hits[rows],
        linear=candidate.linear[rows],
        places=None if candidate.places is None else candidate.places[rows],
    )


def candidate_id(class_index: int, members: Rows) -> str:
    """The class and the first 8 hex digits of the digest of the members, in any order."""
    digest = hashlib.blake2b(np.sort(members).astype("<i8").tobytes(), digest_size=16)
    return f"{class_index}-{digest.hexdigest()[:8]}"


def without_duplicates(
    candidates: list[Candidate], scope: Bools, most: int, *, alike: float = 0.5
) -> list[Candidate]:
    """The best by key, one of each group whose members within `scope` have F1 > `alike`.

    scope: (N,) bool, pool images of the class in half A. By members, never by maps: patterns in
    one place may be two, and one pattern may give two maps.
    """
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: -c.key):
        twin = next(
            (i for i, k in enumerate(kept) if f1(candidate.hits & scope, k.hits & scope) > alike),
            None,
        )
        if twin is None:
            kept.append(candidate)
        else:
            merged = kept[twin].detectors | candidate.detectors
            kept[twin] = replace(kept[twin], detectors=merged)
    return kept[:most]


def discovery_key(hits: Bools, mine: Bools, discover: Bools, agreement: float, gap: float) -> float:
    """agreement * enrichment z / (.15 + valley), on half A. All arrays (N,) bool."""
    return worth(agreement * surplus_in(discover, hits, mine), gap)


def surplus_in(scope: Bools, hits: Bools, mine: Bools) -> float:
    """`surplus` of the class among the hits within `scope`. All arrays (N,) bool."""
    n, n_own = int((hits & scope).sum()), int((hits & scope & mine).sum())
    return surplus(n_own, n, mine[scope].mean())
