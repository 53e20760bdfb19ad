"""From carriers to the pattern itself: template, mask, opacity and the map of shared pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.candidate import Candidate
from spurview.core.censored_shift import censored_shift, explained, support
from spurview.core.colour_box import opacity_of
from spurview.core.material import Floats, Material, Rows
from spurview.core.neighbours import nearest_among
from spurview.core.pixel_map import (
    REACH_PX,
    Mask,
    divergence_map,
    most_typical,
    places,
    shared_pixel_map,
    shifted_part,
    split_mask,
    strength_mask,
)
from spurview.core.template import brought_home
from spurview.core.whole_family import free_neighbours, mean_residual

# A pattern is localised when its piece holds this share of the divergence above noise.
LOCALISED_SHARE = 0.5
# A larger piece is no place but the image.
LARGEST_PIECE = 0.25
_NEIGHBOURS = 4
_FEWEST = 5
# Less than this is no blend but the error of two variances.
_LEAST_OPACITY = 0.1
# Neighbours of which quantiles are taken, at most.
_MOST_COMPARED = 1000
# Where all members have it by pixels, what was added explains so much of the difference of means.
_LEAST_EXPLAINED = 0.5
# Of what does not cover the image, pixels count at which so many of the quantiles show it, and so
# much of its strongest one.
_LEAST_SUPPORT = 0.6
_LEAST_STRENGTH = 0.2
_COVERS = 0.4
# Less than this, of values in 0..1, nobody sees.
_LEAST_CHANGE = 0.02
# A divergence estimated from m members is about this over m where there is none.
_NOISE = 3.0


@dataclass(frozen=True)
class Template:
    """x' = clip((1 - opacity mask) x + values, 0, 1).

    values: (H, W, C) float32, zero off the mask; mask: (H, W) float32 in 0..1;
    opacity: in 0..1; shared: (H, W) float32 map in 0..1; localised: it has one place;
    offsets: (m, 2) of a pattern that moves, how far (down, right) its carriers have it from here.
    """

    values: Floats
    mask: Floats
    opacity: float
    shared: Floats
    localised: bool
    offsets: NDArray[np.int16] | None = None


def extract(material: Material, candidate: Candidate) -> Template:
    """The pattern that the candidate's pool members share."""
    rows = typical_rows(material, candidate)
    if candidate.family in ("local", "moved"):
        return _local(material, candidate, rows)
    return _whole(material, candidate, rows)


def typical_rows(material: Material, candidate: Candidate) -> Rows:
    """Pool members with at least half a typical score, or all where those are too few.

    Of both halves: what gates an alarm puts the pattern into images without it, so nothing
    that it is tested on is used to draw it. (Removal, which gates nothing, does use carriers.)
    """
    scope = candidate.hits & material.of_class(candidate.class_index)
    sure = np.flatnonzero(scope & (candidate.linear > 0.5))
    return sure if len(sure) > _FEWEST else np.flatnonzero(scope)


def piece_of(candidate: Candidate) -> Mask | None:
    """The one piece (H, W) that makes up a whole-image candidate's score, None where none does."""
    if candidate.contribution is None:
        return None
    strength = np.maximum(candidate.contribution, 0)
    piece = strength_mask(strength)
    near = ndimage.binary_dilation(piece, np.ones((3, 3)), iterations=2)
    concentrated = strength[near].sum() >= LOCALISED_SHARE * strength.sum()
    return piece if concentrated and piece.mean() <= LARGEST_PIECE else None


def mask_around(material: Material, candidate: Candidate, core: Mask) -> Mask:
    """The pixels (H, W) around `core` that the candidate's members share."""
    rows = typical_rows(material, candidate)
    divergence, _, _ = _divergence(material, replace(candidate, mask=core), rows)
    return split_mask(divergence, core)


def all_pieces(material: Material, candidate: Candidate) -> Mask:
    """The mask (H, W) and all that its members share within reach of it, and of that, and so on.

    What diverges half as much as the mask does, by sqrt(log(1 + divergence)) as in `split_mask`.
    """
    divergence, _, _ = _divergence(material, candidate, typical_rows(material, candidate))
    strength = np.sqrt(np.log1p(divergence))
    strong = strength > 0.5 * np.median(strength[candidate.mask])
    mask = candidate.mask
    while True:
        near = ndimage.binary_dilation(mask, iterations=REACH_PX)
        wider = mask | (near & strong)
        if np.array_equal(wider, mask):
            return mask
        mask = wider


def _divergence(
    material: Material, candidate: Candidate, rows: Rows
) -> tuple[Floats, Floats, Floats]:
    """Divergence map (H, W) above noise, the typical members (m, D), their neighbours (n, D)."""
    free = np.flatnonzero(material.pool & ~candidate.hits)
    near = nearest_among(material.latents, free, _NEIGHBOURS, rows)
    members = _at_home(material, candidate, rows, rows)
    typical = members[most_typical(members, candidate.mask, material.shape[2])]
    neighbours = _at_home(material, candidate, near.ravel(), np.repeat(rows, near.shape[1]))
    divergence = divergence_map(typical, neighbours, material.shape)
    return np.maximum(divergence - _NOISE / len(typical), 0), typical, neighbours


def _blended(material: Material, rows: Rows, near: Rows) -> float:
    """The opacity of a coloured pattern over the whole image; 0 for what is added to grey ones."""
    if material.shape[2] == 1:
        return 0.0
    opacity = _opacity(material.images[rows], material.images[near[rows].ravel()])
    return opacity if opacity >= _LEAST_OPACITY else 0.0


def _at_home(material: Material, candidate: Candidate, rows: Rows, carriers: Rows) -> Floats:
    """Images (n, D) of the rows, shifted as brings the pattern of each carrier to its mask."""
    if candidate.places is None:
        return material.images[rows]
    whole = material.images[rows].reshape(-1, *material.shape)
    return brought_home(whole, candidate.places[carriers]).reshape(len(rows), -1)


def offsets_of(material: Material, candidate: Candidate) -> NDArray[np.int16] | None:
    """(m, 2) where the typical members of a pattern that moves have it, else None."""
    if candidate.places is None:
        return None
    return candidate.places[typical_rows(material, candidate)]


def _local(material: Material, candidate: Candidate, rows: Rows) -> Template:
    divergence, members, neighbours = _divergence(material, candidate, rows)
    near = candidate.mask if candidate.in_pieces else split_mask(divergence, candidate.mask)
    mask = shifted_part(near, members, neighbours)
    on_mask = places(mask, material.shape[2])
    opacity = _opacity(members[:, on_mask], neighbours[:, on_mask])
    values = np.zeros(members.shape[1], np.float32)
    blended = members.mean(0) - (1 - opacity) * neighbours.mean(0)
    values[on_mask] = blended[on_mask]
    return Template(
        values=values.reshape(material.shape),
        mask=mask.astype(np.float32),
        opacity=opacity,
        shared=shared_pixel_map(divergence, mask),
        localised=True,
        offsets=offsets_of(material, candidate),
    )


def _opacity(members: Floats, neighbours: Floats) -> float:
    """a of x' = (1 - a) x + b: what is blended over keeps (1 - a)^2 of its variance."""
    natural = float(neighbours.var(0).sum())
    if natural < 0.05:
        return 1.0
    return float(np.clip(1 - np.sqrt(members.var(0).sum() / natural), 0, 1))


def _whole(material: Material, candidate: Candidate, rows: Rows) -> Template:
    near = free_neighbours(material, candidate.hits)
    opacity = _blended(material, rows, near) if candidate.box is None else opacity_of(candidate.box)
    difference = _added(material, rows, near) if opacity == 0 else None
    if difference is None:
        rest = np.flatnonzero(material.discover & ~material.hiding(candidate.hits))
        difference = mean_residual(material, rows, near) - mean_residual(material, rest, near)
    # What is blended in moves images towards it from where those of like content are on average.
    values = (difference + opacity * material.images[near[rows].ravel()].mean(0)).reshape(
        material.shape
    )
    divergence, _, _ = _divergence(material, candidate, rows)
    changed = _changed(material, difference)
    return Template(
        values=values.astype(np.float32),
        mask=np.ones(material.shape[:2], np.float32),
        opacity=opacity,
        shared=shared_pixel_map(divergence, changed),
        localised=False,
    )


def sparse_mask(material: Material, candidate: Candidate) -> Mask | None:
    """The pixels (H, W) of a whole-image candidate that has but few, wherever they lie, or None.

    A line, a frame, specks: what makes up a place or less, and does not lie in one.
    """
    rows = typical_rows(material, candidate)
    near = free_neighbours(material, candidate.hits)
    if candidate.box is not None or _blended(material, rows, near) > 0:
        return None
    added = _added(material, rows, near)
    if added is None:
        return None
    mask = _changed(material, added)
    return mask if 0 < mask.mean() <= LARGEST_PIECE else None


def _changed(material: Material, difference: Floats) -> Mask:
    changed: Mask = np.abs(difference).reshape(material.shape).max(2) > _LEAST_CHANGE
    return changed


def _added(material: Material, rows: Rows, near: Rows) -> Floats | None:
    """What was added (D,) to what the rows show; None where they do not share it by pixels.

    Carriers of a pattern that covers little of the image differ from their neighbours by content
    too, and more widely: there only what most of them show is the pattern.
    """
    compared = near[rows].ravel()
    compared = compared[:: -(-len(compared) // _MOST_COMPARED)]
    members, neighbours = material.images[rows], material.images[compared]
    added = censored_shift(members, neighbours)
    if explained(added, members, neighbours) < _LEAST_EXPLAINED:
        return None
    strength = np.where(support(added, members, neighbours) >= _LEAST_SUPPORT, np.abs(added), 0)
    shown = strength > _LEAST_STRENGTH * strength.max()
    return added if shown.mean() >= _COVERS else np.where(shown, added, np.float32(0))
