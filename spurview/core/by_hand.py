"""A pattern from images that a person chose: refined and scored as a detector's proposal is.

Only those of half A draw the pattern. Who carries it in half B is told by the scorers, never by
the person's choice, so that the evidence counted there stands on images it was not drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spurview.core.candidate import Candidate
from spurview.core.coarse import coarse, to_full_size
from spurview.core.decide import PLACED, promise
from spurview.core.detectors.proposal import Proposal
from spurview.core.independence import Dependence
from spurview.core.local_family import refine_all
from spurview.core.material import Bools, ClassMaterial, Material, Rows, f1
from spurview.core.moved_family import MovedSearch
from spurview.core.pieces import pieces_of
from spurview.core.pixel_map import Mask
from spurview.core.progress import Report
from spurview.core.reach import in_one_place
from spurview.core.registration import Offsets, residuals
from spurview.core.rematching import rematched
from spurview.core.whole_family import search_all

DETECTOR = "by hand"
# Of half A, the pool images of the class it takes to draw a pattern.
FEWEST_TO_DRAW = 8
# A pattern that moves and that fewer of the chosen images carry is not what they were chosen for.
_LEAST_CARRIED = 0.5
# Candidates that fit the chosen images nearly as well as the best are preferred by their evidence.
_AS_GOOD = 0.8


def to_draw(material: Material, class_index: int, rows: Rows) -> Rows:
    """Of the chosen rows (n,) those that may draw the pattern: of half A and of the class."""
    drawing: Rows = rows[(material.of_class(class_index) & material.discover)[rows]]
    return drawing


@dataclass(frozen=True, eq=False)
class Moved:
    """A pattern that moves: its mask (H, W), and how far each image has it from there, (N, 2)."""

    mask: Mask
    places: Offsets


def candidate_by_hand(
    material: Material,
    class_index: int,
    rows: Rows,
    report: Report,
    *,
    moved: Moved | None = None,
) -> Candidate | None:
    """The pattern that the chosen rows (n,) share, None where they share nothing.

    Of all that the one proposal gives, in one place or over the whole image, what fits the chosen
    images of half A best. moved: what the rows were chosen from, where that moves from image to
    image: it goes before what fits the rows in one place, since that may fit them by chance alone
    while they have the pattern everywhere.
    """
    chosen = np.zeros(len(material.images), bool)
    chosen[to_draw(material, class_index, rows)] = True
    scope = material.of_class(class_index) & material.discover
    told = [] if moved is None else _moved(material, class_index, chosen, moved)
    told = told or _told(material, class_index, chosen, report)
    enough = 2 * material.neighbours.shape[1]
    told = [c for c in told if (material.discover & ~c.hits).sum() >= enough]
    if not told:
        return None
    fit = [f1(c.hits & scope, chosen & scope) for c in told]
    close = [c for c, value in zip(told, fit, strict=True) if value >= _AS_GOOD * max(fit)]
    dependence = Dependence(material)
    # What one place tells as well needs no whole image.
    return max(close, key=lambda c: (c.family in PLACED, promise(material, c, dependence)))


def _told(material: Material, class_index: int, chosen: Bools, report: Report) -> list[Candidate]:
    blocks = coarse(material)
    found = ClassMaterial(blocks, class_index)
    proposals = [Proposal(DETECTOR, chosen[found.members_a])]
    whole = search_all(found, proposals, report)
    pieces = [piece for w in whole for piece in pieces_of(blocks, w)]
    still = refine_all(found, proposals, report) + pieces + whole
    placed = [in_one_place(blocks, c) for c in whole]
    still += [c for c in placed if c is not None]
    still = [replace(c, mask=to_full_size(c.mask, material.shape)) for c in still]
    return still + [rematched(material, c) for c in still if c.family == "local"]


def _moved(material: Material, class_index: int, chosen: Bools, moved: Moved) -> list[Candidate]:
    rows, columns = np.flatnonzero(moved.mask.any(1)), np.flatnonzero(moved.mask.any(0))
    side = (int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1)
    at = moved.places.astype(np.int64) + np.array([rows[0], columns[0]])
    # Nothing is drawn by chance here but the places that tell what windows look like.
    search = MovedSearch(material, residuals(material), class_index, None, np.random.default_rng(0))
    found = search.drawn_from(chosen, at, side)
    return [
        replace(c, detectors=frozenset({DETECTOR}))
        for c in found
        if c.hits[chosen].mean() >= _LEAST_CARRIED
    ]
