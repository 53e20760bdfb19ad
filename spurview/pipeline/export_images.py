"""Any images of a project as files: one PNG each, and a table of keys, classes and confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from spurview.core.progress import Report, silent
from spurview.core.shared_pixels import rgb
from spurview.pipeline.csv_tables import csv_table
from spurview.pipeline.export_origin import Material, provenance
from spurview.pipeline.file_names import image_names
from spurview.pipeline.probabilities import probabilities_of
from spurview.pipeline.sheets import png
from spurview.pipeline.whole_files import make_folder, write_whole
from spurview.pipeline.wording_project import role_word

TABLE = "images.csv"
FOLDER = "images"
_AT_ONCE = 64


def export_images(
    material: Material, rows: Sequence[int], folder: Path, *, report: Report = silent
) -> list[Path]:
    """Writes the rows' working images and their table below `folder`; gives the files written.

    Raises InputError when the folder cannot be written.
    """
    make_folder(folder / FOLDER)
    origin = provenance(material.info)
    names = image_names([material.keys[row] for row in rows])
    written = [folder / TABLE]
    write_whole(written[0], csv_table(_lines(material, rows, names), origin))
    for start in range(0, len(rows), _AT_ONCE):
        part = [int(row) for row in rows[start : start + _AT_ONCE]]
        pictures = rgb(material.reader.read_rows("/images/pixels", part))
        for picture, name in zip(pictures, names[start : start + _AT_ONCE], strict=True):
            report(len(written), len(rows) + 1, f"export: {name}")
            written.append(folder / FOLDER / name)
            write_whole(written[-1], png(picture, origin))
    return written


def planned_images(keys: Sequence[str], folder: Path) -> list[Path]:
    """The files that `export_images` writes for images of these keys."""
    return [folder / TABLE, *(folder / FOLDER / name for name in image_names(keys))]


def image_table(material: Material, rows: Sequence[int]) -> bytes:
    """The table alone, CSV: key, role, predicted class, confidence and label of each row."""
    return csv_table(_lines(material, rows, None), provenance(material.info))


def _lines(
    material: Material, rows: Sequence[int], names: Sequence[str] | None
) -> Iterator[dict[str, object]]:
    """One line a row; a cell is empty where it is not known."""
    reader, info = material.reader, material.info
    wanted = [int(row) for row in rows]
    roles = reader.read_rows("/images/role", wanted).tolist()
    labels = reader.read_rows("/images/label", wanted).tolist()
    classes, shares = _predicted(material, wanted)
    for place, row in enumerate(wanted):
        line: dict[str, object] = {
            "key": material.keys[row],
            "role": role_word(roles[place]),
            "class": classes[place],
            "confidence": shares[place],
            "label": info.label_names[labels[place]] if labels[place] >= 0 else "",
        }
        yield line if names is None else line | {"file": f"{FOLDER}/{names[place]}"}


def _predicted(material: Material, rows: list[int]) -> tuple[list[str], list[object]]:
    """Class and confidence of each row; empty before Predictions has run."""
    reader = material.reader
    if not reader.has("/predictions/class"):
        return [""] * len(rows), [""] * len(rows)
    classes = reader.read_rows("/predictions/class", rows)
    names = [material.info.class_names[index] if index >= 0 else "" for index in classes.tolist()]
    if not reader.has("/predictions/logits"):
        return names, [""] * len(rows)
    shares = probabilities_of(reader.read_rows("/predictions/logits", rows))
    return names, [round(float(share), 5) for share in shares.max(axis=1)]
