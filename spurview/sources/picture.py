"""One image file, safely: by content, from an allow-list of formats, its first frame alone.

Every way in which a file can be unusable ends in `Unusable` with a reason a person understands.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from spurview.core.network_description import Fit

# Pillow knows some forty formats, EPS among them, which would start Ghostscript.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_FILE_BYTES = 512 * 2**20
MID_GREY = (128, 128, 128, 255)
# For what others may have put there: nobody waits for the other end of a named pipe.
READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")

_READ_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    MemoryError,
    struct.error,
    EOFError,
    OverflowError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class Unusable(Exception):
    """This file cannot be used; the message is the reason."""


@dataclass(frozen=True)
class FileBytes:
    """The content of a regular file and its BLAKE2b-128 digest."""

    data: bytes
    digest: bytes


def read_file(path: Path) -> FileBytes:
    """The bytes of a regular file. Raises Unusable for all else, and never waits for a pipe."""
    try:
        with open(os.open(path, READ_ONLY), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise Unusable("not a regular file")
            if found.st_size > MAX_FILE_BYTES:
                raise Unusable("the file is larger than 512 MB")
            # Python makes room for as many bytes as it is asked for, whatever there is.
            data = file.read(found.st_size)
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:
        raise Unusable("not a file name") from error
    return of_bytes(data)


def unreadable(error: OSError) -> Unusable:
    """What an image is whose file, or part of one, could not be read."""
    return Unusable(f"cannot be read: {(error.strerror or str(error)).lower()}")


def of_bytes(data: bytes) -> FileBytes:
    """The content with its digest."""
    return FileBytes(data, hashlib.blake2b(data, digest_size=16).digest())


def decode(data: bytes, size: tuple[int, int] | None, aspect: Fit = "crop") -> NDArray[np.uint8]:
    """The upright first frame as (H, W, 3) or, where it is grey, (H, W, 1) u8. Raises Unusable.

    size: (height, width) to bring it to as `aspect` says; None keeps it. crop: the shorter side
    first, then cut at the centre; pad: all of it, mid-grey beside; stretch: each side for itself.
    """
    with _reading(), _opened(data) as opened:
        if size is not None:
            # JPEG can decode at a fraction of its size; twice the target leaves the filter room.
            opened.draft(opened.mode, (2 * size[1], 2 * size[0]))
        opened.load()
        image = _plain(ImageOps.exif_transpose(opened) if _orientation(opened) > 1 else opened)
        pixels: NDArray[np.uint8] = np.asarray(_fitted(image, size, aspect))
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return pixels[..., :1] if (pixels[..., :1] == pixels).all() else pixels


def size_of(data: bytes) -> tuple[int, int]:
    """Height and width of the upright image, from its head alone. Raises Unusable."""
    with _reading(), _opened(data) as opened:
        width, height = opened.size
        return (width, height) if _orientation(opened) > 4 else (height, width)


def resized(
    pixels: NDArray[np.uint8], size: tuple[int, int] | None, aspect: Fit = "crop"
) -> NDArray[np.uint8]:
    """(H, W, C) u8 brought to `size` as `decode` does; grey where no pixel has a colour."""
    if size is not None and pixels.shape[:2] != size:
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        pixels = np.asarray(_fitted(image, size, aspect))
        pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    return pixels[..., :1] if (pixels[..., :1] == pixels).all() else pixels


def _fitted(image: Image.Image, size: tuple[int, int] | None, aspect: Fit) -> Image.Image:
    """An L or RGB image at (height, width)."""
    if size is None or image.size == (size[1], size[0]):
        return image
    target, filtered = (size[1], size[0]), Image.Resampling.LANCZOS
    if aspect == "stretch":
        return image.resize(target, filtered)
    if aspect == "pad":
        grey = MID_GREY[0] if image.mode == "L" else MID_GREY[:3]
        return ImageOps.pad(image, target, filtered, color=grey)
    return ImageOps.fit(image, target, filtered)


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        if data.startswith(_BEGINNINGS):
            raise Unusable("damaged: the file begins as an image and cannot be read on") from error
        raise


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where it is missing, unknown or damaged."""
    try:
        value = image.getexif().get(0x0112, 1)
    except _READ_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _plain(image: Image.Image) -> Image.Image:
    """The image as 8-bit L or RGB; what is transparent shows mid-grey."""
    if image.mode in _SIXTEEN_BIT:
        # convert() would clip at 255 instead of scaling.
        return Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.mode == "I":
        values = np.asarray(image)
        fits = values.min() >= 0 and values.max() <= 65535
        return Image.fromarray((values >> 8).astype(np.uint8) if fits else _scaled(values))
    if image.mode == "F":
        return Image.fromarray(_scaled(np.asarray(image)))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        shown = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", shown.size, MID_GREY), shown).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _scaled(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Least to greatest finite value brought to 0..255; what is not finite counts as the least."""
    numbers = values.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.zeros(numbers.shape, np.uint8)
    low, high = numbers[finite].min(), numbers[finite].max()
    span = high - low if high > low else 1.0
    grey: NDArray[np.uint8] = np.rint(np.where(finite, (numbers - low) / span, 0) * 255).astype(
        "u1"
    )
    return grey


@contextmanager
def _reading() -> Iterator[None]:
    """Turns everything Pillow raises on bad files into Unusable with a plain reason."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except _READ_ERRORS as error:
            raise Unusable(_reason(error)) from error


def _reason(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "not an image (JPEG, PNG, WebP, GIF, BMP or TIFF)"
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return "too large: more than 89 million pixels"
    if isinstance(error, MemoryError):
        return "too large for the memory"
    return f"damaged: {error}".rstrip(".")
