"""Images that were read already, changed: fewer of them, or with other pixels."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spurview.sources.spec import ImagesProduct


def only_images(product: ImagesProduct, kept: NDArray[np.bool_]) -> ImagesProduct:
    """The product with the images of `kept` (n,) alone, in their order."""
    arrays = product.arrays
    ends = arrays["/images/keys_end"]
    keys = np.split(arrays["/images/keys"], ends[:-1])
    chosen = [key for key, keep in zip(keys, kept, strict=True) if keep]
    # Every array but the keys, which are joined bytes, has one row per image.
    by_image = [name for name in arrays if name not in ("/images/keys", "/images/keys_end")]
    thin = {name: arrays[name][kept] for name in by_image}
    thin["/images/keys"] = np.concatenate([*chosen, np.empty(0, np.uint8)])
    thin["/images/keys_end"] = np.cumsum([len(key) for key in chosen]).astype(np.int64)
    sources = [
        replace(source, images=int((thin["/images/source"] == index).sum()))
        for index, source in enumerate(product.sources)
    ]
    return replace(product, arrays=thin, sources=sources)


def with_pixels(
    product: ImagesProduct, rows: NDArray[np.intp], pixels: NDArray[np.uint8]
) -> ImagesProduct:
    """The product with other pixels (n, H, W, C) in `rows` (n,), and the digests of those."""
    arrays = product.arrays
    changed, digest = arrays["/images/pixels"].copy(), arrays["/images/digest"].copy()
    changed[rows] = pixels
    for row in rows:
        new = hashlib.blake2b(changed[row].tobytes(), digest_size=16).digest()
        digest[row] = np.frombuffer(new, np.uint8)
    return replace(product, arrays=arrays | {"/images/pixels": changed, "/images/digest": digest})
