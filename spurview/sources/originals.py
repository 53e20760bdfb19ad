"""Images at the size of a network: from the original files where they are, else from the project.

Knows where files lie and how Pillow cuts; nothing of networks themselves.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spurview.core.arrays import Reader
from spurview.core.network_description import Fit, Preprocessing
from spurview.core.placing import box_within, seen_box
from spurview.core.sized_network import View
from spurview.sources.picture import Unusable, decode, read_file
from spurview.sources.spec import readable

# Kinds of sources whose keys are paths below a folder, which begin with that of a class.
FOLDERS = ("folder", "imagefolder", "imagenet")
_LISTS = ("csv", "parquet")
_KEPT_BYTES = 384 << 20
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


class _Source(Protocol):
    """What is known of where images came from."""

    @property
    def role(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def moved(self) -> Mapping[str, str]: ...


class SourceFolder(NamedTuple):
    """The folder below which a source's files lie, and how its keys begin.

    drops_class: whether a class that is no folder stands before a key's path; moved: paths that
    files have now, by the path in their key.
    """

    folder: Path
    prefix: bytes
    drops_class: bool = False
    moved: Mapping[str, str] = {}

    def path(self, key: bytes) -> Path | None:
        """The file behind a key; None for a key of another source."""
        below = self.below(key)
        if below is None:
            return None
        moved = self.moved.get(readable(below))
        name = os.fsdecode(below) if moved is None else moved
        return self.folder / name

    def below(self, key: bytes) -> bytes | None:
        """The path below the folder that a key tells of."""
        if not key.startswith(self.prefix):
            return None
        below = key[len(self.prefix) :]
        return below.partition(b"/")[2] if self.drops_class else below


def source_folders(sources: Sequence[_Source], project_dir: Path) -> list[SourceFolder | None]:
    """Per source its folder and how its keys begin; None for a source without files."""
    roles = Counter(source.role for source in sources)
    seen: Counter[str] = Counter()
    folders: list[SourceFolder | None] = []
    for source in sources:
        seen[source.role] += 1
        number = f"{seen[source.role]}/" if roles[source.role] > 1 else ""
        prefix = f"{source.role}/{number}".encode()
        path = project_dir / source.location
        if source.kind in _LISTS:
            listed_class = source.role == "interest"
            folders.append(SourceFolder(path.parent, prefix, listed_class, source.moved))
        elif source.kind in FOLDERS:
            folders.append(SourceFolder(path, prefix, False, source.moved))
        else:
            folders.append(None)
    return folders


class Original:
    """Where the original file of each row lies, and whether it is still the same file.

    folders: per source the folder and the beginning of its keys; None for sources without files.
    """

    def __init__(self, reader: Reader, folders: Sequence[SourceFolder | None]) -> None:
        self._folders = folders
        self._source = reader.read("/images/source")
        self._digests = reader.read("/images/digest")
        self._keys = reader.read("/images/keys").tobytes()
        self._ends = reader.read("/images/keys_end")

    def path(self, row: int) -> Path | None:
        """The file that the row was read from; None where it comes from no file."""
        place = self._folders[self._source[row]]
        start = int(self._ends[row - 1]) if row else 0
        key = self._keys[start : int(self._ends[row])]
        return None if place is None else place.path(key)

    def pixels(self, row: int) -> NDArray[np.uint8] | None:
        """The original (H, W, C) u8; None where it is gone or another than was read."""
        path = self.path(row)
        if path is None:
            return None
        try:
            content = read_file(path)
            if content.digest != self._digests[row].tobytes():
                return None
            return decode(content.data, None)
        except Unusable:
            return None


class NetworkViews:
    """The project's images at a network's size, the last few hundred megabytes of them kept.

    missing: rows so far whose original was not there; their working images stood in.
    """

    def __init__(
        self, reader: Reader, original: Original, preprocessing: Preprocessing, fit: Fit = "crop"
    ) -> None:
        self._reader, self._original = reader, original
        self._steps, self._fit = preprocessing, fit
        self._size = preprocessing.height, preprocessing.width
        self._kept: OrderedDict[int, View] = OrderedDict()
        shape = reader.shape("/images/pixels")
        self._working_size, self._channels = (shape[1], shape[2]), shape[3]
        self.missing: set[int] = set()

    def view(self, row: int) -> View:
        """The image of the row as the network sees it."""
        if row in self._kept:
            self._kept.move_to_end(row)
            return self._kept[row]
        made = self._made(row)
        self._kept[row] = made
        while len(self._kept) * made.pixels.nbytes > _KEPT_BYTES:
            self._kept.popitem(last=False)
        return made

    def working(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The working images (n, H, W, C) of the rows."""
        return self._reader.read_rows("/images/pixels", rows.tolist())

    def _made(self, row: int) -> View:
        pixels, fit = self._original.pixels(row), self._fit
        if pixels is None:
            self.missing.add(row)
            pixels, fit = self._reader.read("/images/pixels", row, row + 1)[0], "stretch"
        size = pixels.shape[0], pixels.shape[1]
        outer = seen_box(size, self._size, self._steps.fit, self._steps.resize)
        inner = seen_box(size, self._working_size, fit)
        cut = cut_out(pixels, outer, self._size, self._steps.interpolation)
        return View(with_channels(cut, self._channels), box_within(inner, outer, self._size))


def cut_out(
    pixels: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    interpolation: str,
) -> NDArray[np.uint8]:
    """The part `box` (top, left, bottom, right) of (H, W, C) resized to `size`; black beyond it."""
    height, width, channels = pixels.shape
    inside = max(box[0], 0.0), max(box[1], 0.0), min(box[2], height), min(box[3], width)
    top, left, bottom, right = box_within(inside, box, size)
    image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    shown = image.resize(
        (max(right - left, 1), max(bottom - top, 1)),
        _FILTERS[interpolation],
        box=(inside[1], inside[0], inside[3], inside[2]),
    )
    canvas = np.zeros((*size, channels), np.uint8)
    canvas[top:bottom, left:right] = np.asarray(shown).reshape(shown.height, shown.width, channels)
    return canvas


def with_channels(pixels: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """(h, w, C) with one channel, its brightness, or with three."""
    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, 2)
    return np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
