"""A file of predictions: a class or probabilities for every image, by key. No network behind it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.sources.network_file import NetworkFile
from spurview.sources.spec import natural_key

_KEY, _CLASS = "key", "class"
_MOST_ROWS = 1 << 24


@dataclass(frozen=True)
class Predictions:
    """What a file says of images.

    keys: (n,) as `findings --json` shows them; names: the classes in the file's order;
    classes: (n,) index in `names`; probabilities: (n, K) float32; None where the file gives
    classes alone.
    """

    keys: list[str]
    names: list[str]
    classes: NDArray[np.int32]
    probabilities: NDArray[np.float32] | None


def read_predictions(file: NetworkFile) -> Predictions:
    """From CSV (a column key, then class, or a column of probabilities for each class) or npz.

    npz: keys, and classes or probabilities with class_names. Raises InputError.
    """
    found = _npz(file) if file.path.suffix.lower() == ".npz" else _csv(file)
    if not found.keys:
        raise InputError(f"{file.shown} holds no predictions: it needs a line for every image.")
    first, times = Counter(found.keys).most_common(1)[0]
    if times > 1:
        raise InputError(f"{file.shown} has the key {first} more than once: keep one line of it.")
    return found


def in_order(found: Predictions, keys: list[str], shown: str) -> NDArray[np.int64]:
    """The file's line of every image. Raises InputError, naming what is missing."""
    line = {key: index for index, key in enumerate(found.keys)}
    missing = [key for key in keys if key not in line]
    if missing:
        raise InputError(
            f"{shown} has no prediction for {len(missing)} of {len(keys)} images, the first "
            f"{missing[0]}; its own first key is {found.keys[0]}."
        )
    return np.array([line[key] for key in keys], np.int64)


def _csv(file: NetworkFile) -> Predictions:
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file.shown} is no CSV in UTF-8: save it as one.") from error
    try:
        header, *rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row
        ]
    except (ValueError, csv.Error) as error:
        raise _no_table(file, "it is empty or no CSV") from error
    if _KEY not in header or len(header) < 2:
        raise _no_table(file, f"its first line is {', '.join(header[:6])}")
    wrong = next((n for n, row in enumerate(rows, 2) if len(row) != len(header)), None)
    if wrong is not None:
        raise InputError(
            f"Line {wrong} of {file.shown} has {len(rows[wrong - 2])} values where {len(header)} "
            "are expected."
        )
    at = header.index(_KEY)
    keys = [row[at] for row in rows]
    if _CLASS in header:
        return _by_class(keys, [row[header.index(_CLASS)].strip() for row in rows])
    names = [name for n, name in enumerate(header) if n != at]
    try:
        values = np.array([[v for n, v in enumerate(row) if n != at] for row in rows], np.float32)
    except ValueError as error:
        raise InputError(f"{file.shown} has probabilities that are no numbers: {error}.") from error
    return _by_probability(file, keys, names, values.reshape(len(keys), len(names)))


def _npz(file: NetworkFile) -> Predictions:
    try:
        with np.load(io.BytesIO(file.data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError, KeyError, MemoryError) as error:
        raise InputError(
            f"{file.shown} is no npz of plain arrays: save it with np.savez.", details=str(error)
        ) from error
    keys = arrays.get("keys")
    if keys is None or keys.ndim != 1 or keys.dtype.kind not in "US" or len(keys) > _MOST_ROWS:
        raise InputError(
            f"{file.shown} holds {', '.join(sorted(arrays)) or 'nothing'}; expected are keys "
            "(text) and classes, or probabilities with class_names."
        )
    names = [str(name) for name in np.ravel(arrays.get("class_names", np.zeros(0, "U1")))]
    texts = [
        k.decode("utf-8", "replace") if isinstance(k, bytes) else str(k) for k in keys.tolist()
    ]
    if "probabilities" in arrays:
        values = arrays["probabilities"]
        if values.shape != (len(texts), len(names)) or values.dtype.kind not in "fiu":
            raise InputError(
                f"{file.shown}: probabilities have shape {values.shape} where "
                f"({len(texts)}, {len(names)}) is expected, keys by class_names."
            )
        return _by_probability(file, texts, names, values.astype(np.float32))
    return _by_listed_class(file, texts, names, arrays.get("classes"))


def _by_listed_class(
    file: NetworkFile, texts: list[str], names: list[str], classes: NDArray[Any] | None
) -> Predictions:
    """From a class for each key: a name, or where there are class_names a number in them."""
    if classes is None or classes.shape != (len(texts),) or classes.dtype.kind not in "USiu":
        raise InputError(
            f"{file.shown} needs classes, one for each of its {len(texts)} keys, or probabilities."
        )
    if names and classes.dtype.kind in "iu":
        if len(classes) and not 0 <= classes.min() <= classes.max() < len(names):
            raise InputError(f"{file.shown} has a class beyond its {len(names)} class_names.")
        return Predictions(texts, names, classes.astype(np.int32), None)
    return _by_class(
        texts, [c.decode() if isinstance(c, bytes) else str(c) for c in classes.tolist()]
    )


def _by_class(keys: list[str], predicted: list[str]) -> Predictions:
    names = sorted(set(predicted), key=natural_key)
    index = {name: k for k, name in enumerate(names)}
    return Predictions(keys, names, np.array([index[p] for p in predicted], np.int32), None)


def _by_probability(
    file: NetworkFile, keys: list[str], names: list[str], values: NDArray[np.float32]
) -> Predictions:
    if len(set(names)) < len(names):
        raise InputError(f"{file.shown} names a class twice: give each its own column.")
    good = np.isfinite(values).all() and (values >= 0).all()
    if not good or (len(values) and (np.abs(values.sum(1) - 1) > 0.02).any()):
        raise InputError(
            f"{file.shown} has probabilities that are not: each line must have numbers from 0 to "
            "1 that add up to 1."
        )
    return Predictions(keys, names, values.argmax(1).astype(np.int32), values)


def _no_table(file: NetworkFile, found: str) -> InputError:
    return InputError(
        f"{file.shown} is no table of predictions: {found}; expected is a first line with key and "
        "class, or key and the name of every class."
    )
