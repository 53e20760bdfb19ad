"""Looks into one HDF5 file of images; run as a program, in a child process, as `structure` is.

`FILE table` prints JSON: shape and type of `images`, the values of `labels` and `class_names`, or
{"problem": "..."}. `FILE rows START STOP` writes the bytes of those images to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # The interpreter is isolated (-I): it does not find spurview where it is not installed.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from spurview.project import hdf5
from spurview.project.structure import LIBRARY_ERRORS, Refused, limit_this_process

h5py = hdf5.load()
from h5py import h5d, h5f, h5l, h5o, h5p  # noqa: E402  # after hdf5.load()

# deflate, shuffle, fletcher32, and lzf, which h5py brings along.
_FILTERS = {1, 2, 3, 32000}
_MOST_LABELS = 1 << 24


def main(arguments: list[str]) -> None:
    """Print what is asked for, or why the file is refused."""
    limit_this_process()
    path, command, *numbers = arguments
    try:
        if command == "rows":
            start, stop = (int(number) for number in numbers)
            sys.stdout.buffer.write(rows(path, start, stop))
            return
        answer = table(path)
    except Refused as error:
        answer = {"problem": str(error)}
    except LIBRARY_ERRORS as error:
        answer = {"problem": f"{type(error).__name__}: {error}"[:2000]}
    if command == "rows":
        sys.exit(str(answer["problem"]))
    print(json.dumps(answer))


def table(path: str) -> dict[str, Any]:
    """Shape and type of the images, and the lists beside them; Refused where they are strange."""
    with _opened(path) as file:
        images = _dataset(file, "images")
        if images is None:
            raise Refused("it has no dataset 'images'")
        if images.dtype.kind not in "iufb":
            raise Refused(f"its images are {images.dtype}, not numbers")
        answer = {"shape": list(images.shape), "dtype": images.dtype.newbyteorder("<").str}
        for name in ("labels", "class_names"):
            found = _dataset(file, name)
            answer[name] = None if found is None else _list(found, name)
        return answer


def rows(path: str, start: int, stop: int) -> bytes:
    """The bytes of some images, little-endian, row by row."""
    with _opened(path) as file:
        images = _dataset(file, "images")
        if images is None or not 0 <= start < stop <= len(images):
            raise Refused("it does not hold these images any more")
        block = images[start:stop]
        plain: bytes = block.astype(block.dtype.newbyteorder("<")).tobytes()
        return plain


def _opened(path: str) -> Any:
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_file_locking(False, True)
    return h5py.File(h5f.open(os.fsencode(path), h5f.ACC_RDONLY, access))


def _dataset(file: Any, name: str) -> Any:
    """The dataset of this name in the root, None where there is none; no byte of it is read."""
    root, key = file["/"].id, name.encode()
    if key not in root:
        return None
    if root.links.get_info(key).type != h5l.TYPE_HARD:
        raise Refused(f"{name} is a soft or external link")
    if h5o.get_info(root, key).type != h5o.TYPE_DATASET:
        raise Refused(f"{name} is no dataset")
    plain = h5d.open(root, key)
    plist = plain.get_create_plist()
    if plist.get_layout() not in (h5d.CONTIGUOUS, h5d.CHUNKED, h5d.COMPACT):
        raise Refused(f"{name} is put together from other files")
    if plist.get_external_count():
        raise Refused(f"{name} is stored in another file")
    filters = {plist.get_filter(index)[0] for index in range(plist.get_nfilters())}
    if filters - _FILTERS:
        raise Refused(f"{name} is packed with a filter that is not read: save it with gzip")
    return h5py.Dataset(plain)


def _list(dataset: Any, name: str) -> list[Any]:
    if len(dataset.shape) != 1 or dataset.shape[0] > _MOST_LABELS:
        raise Refused(f"{name} is no list")
    if h5py.check_string_dtype(dataset.dtype) is not None:
        return [str(text)[:1000] for text in dataset.asstr(errors="replace")[:]]
    if dataset.dtype.kind not in "iu":
        raise Refused(f"{name} is {dataset.dtype}, neither whole numbers nor text")
    return [int(number) for number in dataset[:]]


if __name__ == "__main__":
    main(sys.argv[1:])
