"""Which pixels a group of images shares that images of like content do not.

Arrays of D values are (H W C) flattened, channels last; maps and masks are (H, W).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Variance floor of a pixel: a patch that never changes has none of its own.
VARIANCE_FLOOR = 0.004
# Share of members kept for the map: 3-4 % of strangers are enough to spoil a variance.
TYPICAL_SHARE = 0.85
SURE_SHARE = 0.3
_ERROR_FLOOR = 1e-4
# A t above this leaves no doubt, however much stronger other pixels are.
_SURE = 12.0
_SMOOTH_PX = 0.6
# How far beyond its core a pattern is looked for.
REACH_PX = 3
# Of the filled piece.
_LARGEST_HOLE = 0.2
_SQUARE = np.ones((3, 3))


def by_pixel(values: NDArray[np.floating], shape: tuple[int, int, int]) -> NDArray[np.floating]:
    """(H, W) sums over the channels of (D,) values."""
    summed: NDArray[np.floating] = values.reshape(shape).sum(2)
    return summed


def places(mask: Mask, channels: int) -> NDArray[np.intp]:
    """Places among the D values that the mask covers, in all channels."""
    return np.flatnonzero(np.repeat(mask.ravel(), channels))


def peak_mask(strength: NDArray[np.floating]) -> Mask:
    """The connected piece around the smoothed peak of a map (H, W) of absolute strengths."""
    smooth = ndimage.gaussian_filter(strength, _SMOOTH_PX)
    piece = _piece_at_peak(smooth, smooth > 0.45 * smooth.max())
    mask: Mask = piece & (strength > 0.3 * strength[piece].max())
    return mask if mask.any() else piece


def strength_mask(strength: NDArray[np.floating]) -> Mask:
    """The connected piece around the peak of a smoothed map (H, W), above .3 of the peak."""
    smooth = ndimage.gaussian_filter(strength, 1.0)
    return _piece_at_peak(smooth, smooth > 0.3 * smooth.max())


def split_mask(divergence: NDArray[np.floating], core: Mask) -> Mask:
    """The connected pixels around `core` whose divergence is of the upper of two kinds, (H, W).

    Otsu's split (1979) of sqrt(log(1 + divergence)) within three pixels of the core: a share of
    the peak would lose the pixels of a patch that lie on strokes, where much varies anyway.
    """
    strength = np.sqrt(np.log1p(np.maximum(divergence, 0)))
    near = ndimage.binary_dilation(core, iterations=REACH_PX)
    wide = near & (strength > otsu_threshold(strength[near], bins=32))
    smooth = np.where(near, ndimage.gaussian_filter(np.square(strength), _SMOOTH_PX), 0)
    piece = _piece_at_peak(np.where(wide, smooth, 0), wide)
    return _filled(ndimage.binary_closing(np.pad(piece, 2), _SQUARE)[2:-2, 2:-2])


def shifted_part(mask: Mask, members: Floats, neighbours: Floats) -> Mask:
    """The pixels of a mask (H, W) whose mean is surely another, and what they enclose.

    members: (m, D); neighbours: (n, D). Around a pattern much varies less than usual because its
    carriers are few: that raises the divergence, but moves no mean. |t| of Welch's test above
    `SURE_SHARE` of the median of the strongest third; gaps of up to four pixels are closed, since
    some pixels of a patch are as bright as what they hide.
    """
    shape = (*mask.shape, members.shape[1] // mask.size)
    error = members.var(0) / len(members) + neighbours.var(0) / len(neighbours) + _ERROR_FLOOR
    moved = np.abs(members.mean(0) - neighbours.mean(0)) / np.sqrt(error)
    strength = moved.reshape(shape).max(2)
    strongest = np.sort(strength[mask])[-max(4, int(mask.sum()) // 3) :]
    sure = mask & (strength > min(SURE_SHARE * float(np.median(strongest)), _SURE))
    closed = ndimage.binary_closing(np.pad(sure, 4), np.ones((5, 5)))[4:-4, 4:-4]
    part: Mask = mask & _filled(closed)
    return part if part.any() else mask


def _filled(piece: Mask) -> Mask:
    """The piece with its small holes filled: what lies within a frame is not the frame."""
    filled: Mask = ndimage.binary_fill_holes(piece)
    holes, _ = ndimage.label(filled & ~piece)
    sizes = np.bincount(holes.ravel())
    with_small: Mask = piece | (filled & (sizes[holes] <= _LARGEST_HOLE * filled.sum()))
    return with_small


def otsu_threshold(values: NDArray[np.floating], bins: int) -> float:
    """The value that splits a histogram into the two sides farthest apart (Otsu 1979)."""
    counts, edges = np.histogram(values, bins)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * centres)
    mean_below = mass / np.maximum(below, 1)
    mean_above = (mass[-1] - mass) / np.maximum(above, 1)
    between = below * above * (mean_below - mean_above) ** 2
    return float(edges[1 + int(between.argmax())])


def _piece_at_peak(smooth: NDArray[np.floating], wide: Mask) -> Mask:
    peak = np.unravel_index(smooth.argmax(), smooth.shape)
    wide = wide.copy()
    wide[peak] = True
    labels, _ = ndimage.label(wide, structure=_SQUARE)
    piece: Mask = labels == labels[peak]
    return piece


def most_typical(members: Floats, mask: Mask, channels: int) -> Mask:
    """Which members (m, D) are most like their median patch on and near the mask, (m,) bool."""
    near = places(ndimage.binary_dilation(mask, iterations=2), channels)
    patches = members[:, near]
    distance = np.square(patches - np.median(patches, axis=0)).sum(1)
    typical: Mask = distance <= np.quantile(distance, TYPICAL_SHARE)
    return typical


def divergence_map(
    members: Floats, neighbours: Floats, shape: tuple[int, int, int]
) -> NDArray[np.floating]:
    """Kullback-Leibler divergence (H, W) of members from their neighbours, pixel by pixel.

    members: (m, D); neighbours: (n, D). Both are taken as Gaussian; mean and variance count, since
    a rigid pattern shows in the variance where it is as bright as what it hides. A pixel that
    only varies more than usual, at the usual mean, counts a quarter.
    """
    var_m = members.var(0) + VARIANCE_FLOOR
    var_n = neighbours.var(0) + VARIANCE_FLOOR
    shift = members.mean(0) - neighbours.mean(0)
    divergence = 0.5 * (var_m / var_n + shift**2 / var_n - 1 - np.log(var_m / var_n))
    rigid = (var_m < 1.15 * var_n) | (np.abs(shift) > 0.1)
    return by_pixel(divergence * np.where(rigid, 1, 0.25), shape)


def shared_pixel_map(divergence: NDArray[np.floating], mask: Mask) -> Floats:
    """The map people see, (H, W) in 0..1: at least .5 on the mask, below .5 off it."""
    strength = np.log1p(np.maximum(divergence, 0))
    inside = strength / max(float(strength[mask].max(initial=0)), 1e-9)
    outside = strength / max(float(strength.max()), 1e-9)
    shared: Floats = np.where(mask, 0.5 + 0.5 * inside, 0.49 * outside).astype(np.float32)
    return np.clip(shared, 0, 1)
