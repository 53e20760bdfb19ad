"""The images a person selected, as a table that other programs read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.pipeline.export import provenance, write_whole
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, ProjectInfo

_ROLES = {INTEREST_TRAIN: "training", INTEREST_TEST: "test"}


def write_selected(
    path: Path, rows: NDArray[np.int64], reader: Reader, info: ProjectInfo, keys: Sequence[str]
) -> None:
    """One line for each of the rows (ascending): key, role, predicted class, where it came from.

    Raises InputError when the file cannot be written.
    """
    origin = provenance(info)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["key", "row", "role", "predicted", *origin])
    roles = reader.read("/images/role")[rows].tolist()
    predicted = _predicted(reader, info, rows)
    for row, role, name in zip(rows.tolist(), roles, predicted, strict=True):
        writer.writerow([keys[row], row, _ROLES.get(role, "pool"), name, *origin.values()])
    write_whole(path, text.getvalue().encode("utf-8", "backslashreplace"))


def _predicted(reader: Reader, info: ProjectInfo, rows: NDArray[np.int64]) -> list[str]:
    if not reader.has("/predictions/class"):
        return [""] * len(rows)
    return [info.class_names[i] for i in reader.read("/predictions/class")[rows].tolist()]
