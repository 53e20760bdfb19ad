"""What was added to images whose values end at 0 and 1, by censored least absolute deviations.

Where images are dark what is taken off is lost, where they are bright what is added is, so that a
difference of means has less of a pattern wherever images differ much. Quantiles of the images with
the pattern and of those without it differ by what was added, each of them, unless it was cut off:
one at 1 says that at least so much was added, one at 0 that at most so much. The shift that fits
them best is Powell's estimator, after "Least absolute deviations estimation for the censored
regression model", Journal of Econometrics 25 (1984).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_QUANTILES = np.arange(0.05, 1.0, 0.05)
# Half a step of 8-bit values.
_AT_END = 0.5 / 255
# A quantile that can move by less shows nothing.
_LEAST_ROOM = 0.02
# Between shifts that fit as well the smallest is taken.
_PREFERS_SMALL = 1e-6


def censored_shift(shifted: Floats, images: Floats) -> Floats:
    """Values (D,) b for which clip(x + b, 0, 1) of the images x has the quantiles of the shifted.

    shifted: (m, D); images: (n, D), in 0..1, not the same ones and in no order.
    """
    seen = np.quantile(shifted, _QUANTILES, axis=0).astype(np.float32)
    moved = seen - np.quantile(images, _QUANTILES, axis=0).astype(np.float32)
    at_top, at_bottom = seen > 1 - _AT_END, seen < _AT_END
    best = np.zeros(seen.shape[1], np.float32)
    least = np.full(seen.shape[1], np.inf, np.float32)
    for shift in (np.zeros_like(best), *moved):
        missing = np.abs(moved - shift)
        missing[at_top & (moved < shift)] = 0
        missing[at_bottom & (moved > shift)] = 0
        loss = missing.sum(0) + np.float32(_PREFERS_SMALL) * np.abs(shift)
        better = loss < least
        best[better], least[better] = shift[better], loss[better]
    return best


def support(shift: Floats, shifted: Floats, images: Floats) -> Floats:
    """Share (D,) of the quantiles that show the shift: that move by half of what they could.

    Arrays as of `censored_shift`. A quantile can move by the shift, or to 0 or 1 at the most. What
    was put in shows in all images that have room for it; a stroke that some images more than others
    have shows in few.
    """
    seen = np.quantile(shifted, _QUANTILES, axis=0).astype(np.float32)
    base = np.quantile(images, _QUANTILES, axis=0).astype(np.float32)
    room = np.minimum(np.where(shift > 0, 1 - base, base), np.abs(shift))
    shows = ((seen - base) * np.sign(shift) > room / 2) & (room >= _LEAST_ROOM)
    share: Floats = shows.mean(0, dtype=np.float32)
    return share


def explained(shift: Floats, shifted: Floats, images: Floats) -> float:
    """Share of the squared difference of means that the shift, put into the images, brings about.

    Arrays as of `censored_shift`. At most 1; below 0 where it makes the difference larger.
    """
    without = images.mean(0)
    wanted = shifted.mean(0) - without
    brought = np.clip(images + shift, 0, 1).mean(0) - without
    whole = float(np.square(wanted).sum())
    return 1 - float(np.square(wanted - brought).sum()) / whole if whole > 0 else 0.0
