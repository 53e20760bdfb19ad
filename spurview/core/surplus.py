"""How much more often images with a pattern got the class than others, and what that promises.

Cheap, and asked of every guess of the search; what counts as evidence is `enrichment`.
"""

from __future__ import annotations

import numpy as np

# What an empty valley counts, and the most that a full one does.
_EMPTY, _FULL = 0.15, 3.0


def surplus(n_own: int, n: int, share: float) -> float:
    """z of n_own of n images in the class, against its share of all, 0..1.

    (n_own - share n) / sqrt(share (1 - share) n + 1): the 1 keeps a few images from counting much.
    """
    return float((n_own - share * n) / np.sqrt(share * (1 - share) * n + 1))


def worth(z: float, gap: float) -> float:
    """z / (.15 + valley), the valley of the scores counted up to 3.

    Something planted is there or not; strokes pass over into one another.
    """
    return z / (_EMPTY + min(gap, _FULL))
