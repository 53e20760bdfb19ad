"""Which place of the class palette each class has: the same in every view and export.

Beyond ten classes the palette goes to the nine that most of the pool was given; the rest share
the grey of "other".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.project.model import POOL

PLACES = 10
OTHER = -1


def class_places(reader: Reader, n_classes: int) -> list[int]:
    """The place of each class in the palette, OTHER for grey; by its number where all have one."""
    if n_classes <= PLACES or not reader.has("/predictions/class"):
        return by_number(n_classes)
    pool = reader.read("/images/role") == POOL
    return by_size(reader.read("/predictions/class")[pool], n_classes)


def by_number(n_classes: int) -> list[int]:
    """The first ten, where there are no more; else the first nine."""
    shown = n_classes if n_classes <= PLACES else PLACES - 1
    return [k if k < shown else OTHER for k in range(n_classes)]


def by_size(classes: NDArray[np.integer], n_classes: int) -> list[int]:
    """As `by_number`, for the nine largest of classes (n,) where there are more than ten.

    The first of equal ones goes before; the places follow the order of the classes.
    """
    if n_classes <= PLACES:
        return by_number(n_classes)
    counts = np.bincount(classes[classes >= 0], minlength=n_classes)
    largest = np.sort(np.argsort(-counts, kind="stable")[: PLACES - 1]).tolist()
    return [largest.index(k) if k in largest else OTHER for k in range(n_classes)]
