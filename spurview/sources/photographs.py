"""Random crops of the photographs that scikit-image ships, as the source `photographs:`.

The class of a crop is the photograph it was cut from; every crop is seen in a light of its own.
scikit-image is an optional dependency and nothing is ever downloaded: only photographs that lie in
its wheel are named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spurview.core.errors import InputError

# Names of functions of skimage.data; from brick on they are grey, repeated to three channels.
PHOTOGRAPHS = (
    "astronaut", "chelsea", "coffee", "hubble_deep_field", "immunohistochemistry", "retina",
    "rocket", "stereo_motorcycle", "brick", "camera", "cell", "coins", "grass", "gravel", "moon",
    "page", "text",
)  # fmt: skip
SIDE_PX = 48
CROPS_EACH = 400
# Side of a crop over the photograph's shorter side: enough of it to show something.
CROP_SHARE = (0.25, 0.5)
# Colours alone would tell most photographs apart, and no network would learn a pattern beside them:
# so every crop is seen in another light.
LIGHT = (0.5, 1.3)
# Keeps the draw of crops apart from every other use of a seed.
_CROP_STREAM = 303


def load_photographs(
    names: Sequence[str] = PHOTOGRAPHS, *, seed: int = 0, each: int = CROPS_EACH
) -> tuple[NDArray[np.uint8], list[str]]:
    """Crops (n, 48, 48, 3) u8, `each` of every photograph in the order of names, and their names.

    A photograph's crops depend on the seed and its name alone. Raises InputError where
    scikit-image is missing.
    """
    parts = [_crops(name, seed, each) for name in names]
    return np.concatenate(parts), [name for name in names for _ in range(each)]


def _crops(name: str, seed: int, each: int) -> NDArray[np.uint8]:
    photograph = _photograph(name)
    rng = np.random.default_rng([seed, _CROP_STREAM, PHOTOGRAPHS.index(name)])
    shorter = min(photograph.size)
    crops = np.empty((each, SIDE_PX, SIDE_PX, 3), np.uint8)
    for crop in crops:
        side = min(shorter, max(SIDE_PX, round(shorter * rng.uniform(*CROP_SHARE))))
        left = int(rng.integers(photograph.width - side + 1))
        top = int(rng.integers(photograph.height - side + 1))
        cut = photograph.resize(
            (SIDE_PX, SIDE_PX),
            Image.Resampling.BOX,
            box=(left, top, left + side, top + side),
        )
        pixels = np.asarray(cut)
        crop[:] = _lit(pixels[:, ::-1] if rng.random() < 0.5 else pixels, rng)
    return crops


def _lit(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W, 3) u8 in another light: channels in another order, each brighter or darker."""
    gains = rng.uniform(*LIGHT, 3)
    lit = pixels[..., rng.permutation(3)] * gains
    return np.rint(np.clip(lit, 0, 255)).astype(np.uint8)


@cache
def _photograph(name: str) -> Image.Image:
    """The photograph as RGB."""
    try:
        import skimage.data
    except ImportError as error:
        raise InputError(
            "The photographs need scikit-image: install it with pip install 'spurview[photos]'."
        ) from error
    loaded = getattr(skimage.data, name)()
    # A stereo pair comes with its disparity: the left picture is the photograph.
    pixels = loaded[0] if isinstance(loaded, tuple) else loaded
    return Image.fromarray(pixels).convert("RGB")
