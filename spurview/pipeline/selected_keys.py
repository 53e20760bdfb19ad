"""The images a person selected, as a table that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.pipeline.csv_tables import csv_table
from spurview.pipeline.export_origin import provenance
from spurview.pipeline.whole_files import write_whole
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, ProjectInfo

_ROLES = {INTEREST_TRAIN: "training", INTEREST_TEST: "test"}


def write_selected(
    path: Path, rows: NDArray[np.int64], reader: Reader, info: ProjectInfo, keys: Sequence[str]
) -> None:
    """One line for each of the rows (ascending): key, role, predicted class, where it came from.

    Raises InputError when the file cannot be written.
    """
    roles = reader.read("/images/role")[rows].tolist()
    predicted = _predicted(reader, info, rows)
    lines = (
        {"key": keys[row], "row": row, "role": _ROLES.get(role, "pool"), "predicted": name}
        for row, role, name in zip(rows.tolist(), roles, predicted, strict=True)
    )
    write_whole(path, csv_table(lines, provenance(info)))


def _predicted(reader: Reader, info: ProjectInfo, rows: NDArray[np.int64]) -> list[str]:
    if not reader.has("/predictions/class"):
        return [""] * len(rows)
    return [info.class_names[i] for i in reader.read("/predictions/class")[rows].tolist()]
