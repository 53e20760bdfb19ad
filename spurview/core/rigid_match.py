"""A pattern that hides what it covers, sought where an image comes closest to it.

What replaces pixels is the same wherever it stands, whatever it covers. A filter answers to bright
strokes as to a bright square; the distance to the square is near nothing at the square alone. The
score is the log of the mean squared distance, which for noise of unknown variance is the
likelihood ratio (Kay 1998, Detection Theory, 9.4), from 0, the median image, to 1, the typical
member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from spurview.core.correlation import correlation
from spurview.core.material import Bools, Floats
from spurview.core.pixel_map import Mask
from spurview.core.registration import BEYOND_PX, FEWEST, Offsets

# A hit lies so far from the median image towards the typical member.
THRESHOLD = 0.7
# Two steps of 8-bit values: what comes as close as that is the same.
_SAME = (2 / 255) ** 2
# Values that differ by no more than this agree.
_ALIKE = 0.1
_LEAST_AGREEING = 0.99
_MOST_OF_CORE = 0.95
# Each pixel beyond the border counts as so much of that.
_PREFERS_WITHIN = 0.05
# Members must be so many times as close as the median image.
LEAST_CONTRAST = float(np.log(5))
# What is the same is as close as this.
CLOSEST = float(-np.log(_SAME))
# Distances that are held at once.
_MOST_HELD = 2**22


@dataclass(frozen=True)
class RigidMatch:
    """How to score images: the pattern (h, w, C), its mask, and the log distances of 0 and 1."""

    template: Floats
    mask: Mask
    absent: float
    typical: float

    @classmethod
    def drawn(
        cls,
        windows: Floats,
        mask: Mask,
        images: Floats,
        others: Bools,
        *,
        shape: tuple[int, int, int],
        trimmed: bool = False,
    ) -> tuple[Self, Floats, Offsets] | None:
        """From members' windows (m, h, w, C), with the scores and places (n, 2) of images.

        images: (n, H W C); others: (n,) which of them are mostly without the pattern.
        trimmed: of the mask only that on which as good as all agree who have the half of it on
        which most do; what stands around a pattern is often, not always, alike. None where there
        are too few members, or they come no closer than others do.
        """
        if trimmed:
            agreeing = _agreeing(windows)
            rate = agreeing.mean(0)
            core = mask & (rate >= np.median(rate[mask]))
            windows = windows[agreeing[:, core].mean(1) >= _MOST_OF_CORE]
            if len(windows) < FEWEST:
                return None
            mask = mask & (_agreeing(windows).mean(0) >= _LEAST_AGREEING)
            if not mask.any():
                return None
        template = np.median(windows, axis=0).astype(np.float32)
        own = np.square((windows - template) * mask[..., None]).sum((1, 2, 3))
        typical = float(np.median(_closeness(own, mask.sum() * shape[2])))
        close, where = closest(images, shape, template[None], mask[None])
        absent = float(np.median(close[others]))
        if typical - absent < LEAST_CONTRAST:
            return None
        match = cls(template, mask, absent, typical)
        return match, match._scored(close[:, 0]), where[:, 0]

    def scores(self, images: Floats, shape: tuple[int, int, int]) -> tuple[Floats, Offsets]:
        """Scores (n,) of images (n, H W C), and where each comes closest (n, 2)."""
        close, where = closest(images, shape, self.template[None], self.mask[None])
        return self._scored(close[:, 0]), where[:, 0]

    def _scored(self, close: Floats) -> Floats:
        return (close - self.absent) / (self.typical - self.absent)


def _agreeing(windows: Floats) -> Bools:
    """Where (m, h, w) each has about the value that the median window has."""
    near: Bools = np.abs(windows - np.median(windows, axis=0)).max(3) <= _ALIKE
    return near


@torch.no_grad()
def closest(
    images: Floats, shape: tuple[int, int, int], templates: Floats, masks: Mask
) -> tuple[Floats, Offsets]:
    """How close images come to patterns anywhere, and the places of their windows there.

    images: (n, H W C); templates: (F, h, w, C); masks: (F, h, w). Returns -log of the mean squared
    distance on the mask (n, F), and (n, F, 2) where the window lies, which may reach `BEYOND_PX`
    beyond the border, whose pixels are then repeated.
    """
    weights = torch.from_numpy(np.ascontiguousarray(masks[..., None] * templates))
    kernels = weights.permute(0, 3, 1, 2)
    covered = torch.from_numpy(masks.astype(np.float32))[:, None]
    own = weights.square().sum((1, 2, 3))[:, None, None]
    n_values = masks.sum((1, 2)) * shape[2]
    per_pixel = torch.from_numpy(_PREFERS_WITHIN * _SAME * n_values)[:, None, None].float()
    close, where = [], []
    block = max(1, _MOST_HELD // (len(templates) * shape[0] * shape[1]))
    for part in np.array_split(images, max(1, -(-len(images) // block))):
        pixels = torch.tensor(part.reshape(-1, *shape)).permute(0, 3, 1, 2)
        pixels = torch.nn.functional.pad(pixels, [BEYOND_PX] * 4, mode="replicate")
        energy = correlation(pixels.square().sum(1, keepdim=True), covered)
        distance = energy - 2 * correlation(pixels, kernels) + own
        distance += per_pixel * _beyond(distance.shape[2], distance.shape[3])
        best, index = distance.flatten(2).min(2)
        columns = distance.shape[3]
        close.append(_closeness(best.numpy(), n_values))
        where.append(torch.stack([index // columns, index % columns], 2).numpy())
    return np.concatenate(close), np.concatenate(where) - BEYOND_PX


def _beyond(rows: int, columns: int) -> torch.Tensor:
    """(rows, columns) by how many pixels a window there reaches over the border.

    What stands at the border comes as close beyond it, whose pixels are the same.
    """
    far = [
        torch.maximum(BEYOND_PX - at, at - (n - 1 - BEYOND_PX)).clamp(min=0)
        for n, at in ((rows, torch.arange(rows)), (columns, torch.arange(columns)))
    ]
    return (far[0][:, None] + far[1][None]).float()


def _closeness(distances: NDArray[np.floating], n_values: NDArray[np.integer] | int) -> Floats:
    closeness: Floats = -np.log(np.maximum(distances, 0) / n_values + _SAME).astype(np.float32)
    return closeness
