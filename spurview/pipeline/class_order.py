"""The order in which a network is taken to count classes that nobody named in its order."""

from __future__ import annotations

import numpy as np

from spurview.project.codec import key_text
from spurview.sources import ImagesProduct
from spurview.sources.class_list import ClassList, class_list
from spurview.sources.originals import FOLDERS


def usual_order(product: ImagesProduct) -> ClassList:
    """The classes of interest as who trained on these very sources most likely counted them.

    Folders by their names as text, 10 before 2, as torchvision's ImageFolder does, whatever a file
    calls their classes; elsewhere numbers count as numbers.
    """
    sources = [source for source in product.sources if source.role == "interest"]
    names = list(product.class_names)
    if not sources or any(source.kind not in FOLDERS for source in sources):
        return class_list(names, "the images of interest, in their order")
    at = 2 if len(sources) > 1 else 1
    folder = {name: _a_key(product, number).split("/")[at] for number, name in enumerate(names)}
    ordered = sorted(names, key=lambda name: folder[name])
    return class_list(ordered, "the folders of interest, in alphabetical order")


def _a_key(product: ImagesProduct, label: int) -> str:
    """The key of the first image of interest of a class; those come before the pool."""
    row = int(np.flatnonzero(product.arrays["/images/label"] == label)[0])
    ends = product.arrays["/images/keys_end"]
    start = int(ends[row - 1]) if row else 0
    return key_text(product.arrays["/images/keys"][start : int(ends[row])].tobytes())
