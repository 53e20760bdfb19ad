"""A list of paths and labels: a CSV file, or a Parquet file where pyarrow is installed."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from spurview.core.errors import InputError
from spurview.sources.gathering import Asked, Gathered, Item, file_item
from spurview.sources.picture import Unusable, read_file
from spurview.sources.spec import SkippedFile, readable

PATH_COLUMNS = ("path", "file", "filename", "file_name", "filepath", "image", "image_path")
LABEL_COLUMNS = ("label", "class", "class_name", "category", "target")
MAX_ROWS = 1 << 24

Row = tuple[str, str]


def gather_csv(asked: Asked) -> Gathered:
    """Images listed in a CSV file, paths relative to it. Raises InputError where it is no list."""
    path = Path(asked.spec.text)
    try:
        data = read_file(path).data
    except Unusable as error:
        raise InputError(f"The list {asked.shown} {error}.") from error
    # File names that are not UTF-8 come through as the operating system's own bytes.
    text = data.decode("utf-8-sig", "surrogateescape")
    try:
        return _gathered(asked, "csv", _csv_rows(text, asked))
    except csv.Error as error:
        raise InputError(f"The list {asked.shown} is no CSV file: {error}.") from error


def gather_parquet(asked: Asked) -> Gathered:
    """Images listed in a Parquet file. Raises InputError where it is no list or pyarrow is missing.

    Parquet is parsed by pyarrow in this process: lists from strangers are better turned into CSV.
    """
    try:
        from pyarrow import ArrowException, parquet  # an extra, and slow to import
    except ImportError as error:
        raise InputError(
            f"{asked.shown} needs pyarrow to be read: install spurview[parquet], or save it as CSV."
        ) from error
    try:
        file = parquet.ParquetFile(asked.spec.text)
        columns = _columns(file.schema_arrow.names)
        if columns is None:
            raise InputError(_no_paths(asked, file.schema_arrow.names))
        return _gathered(asked, "parquet", _parquet_rows(file, columns))
    except (ArrowException, OSError, ValueError) as error:
        raise InputError(f"The list {asked.shown} cannot be read as Parquet: {error}.") from error


def _gathered(asked: Asked, kind: str, rows: Iterator[Row]) -> Gathered:
    folder = Path(asked.spec.text).parent
    listed = list(rows)
    if not listed:
        raise InputError(f"The list {asked.shown} names no images.")
    if asked.place.role == "interest" and not any(label for _, label in listed):
        raise InputError(
            f"The list {asked.shown} has no labels: images of interest need a column 'label'."
        )
    chosen = asked.chosen(list(dict.fromkeys(label for _, label in listed if label)))
    items: list[Item] = []
    skipped: list[SkippedFile] = []
    seen: set[bytes] = set()
    for number, (name, label) in enumerate(listed):
        if number % 1000 == 0:
            asked.report(number, len(listed), f"images: looking for {len(listed)} files")
        if asked.spec.classes and label not in chosen:
            continue
        below, reason = _below(name), ""
        if below in seen:
            reason = "listed twice"
        elif not label and asked.place.role == "interest":
            reason = "without a label"
        if reason:
            skipped.append(SkippedFile(asked.place.index, readable(below), reason))
            continue
        seen.add(below)
        key = asked.key(label or None, below)
        path = folder / name
        items.append(file_item(asked, path, label or None, key, readable(below)))
    return asked.gathered(kind, items, skipped, location=asked.location(Path(asked.spec.text)))


def _below(name: str) -> bytes:
    """A path as it stands in the list, in one spelling."""
    return os.fsencode(os.path.normpath(name)).replace(b"\\", b"/").lstrip(b"/")


def _csv_rows(text: str, asked: Asked) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[int, int | None] | None = None
    for number, cells in enumerate(reader):
        if number >= MAX_ROWS:
            raise InputError(f"The list {asked.shown} has more than {MAX_ROWS} lines.")
        if columns is None:
            names = _columns(cells)
            columns = _numbers(cells, names) if names else (0, 1)
            if names:
                continue
        if cells and (name := _cell(cells, columns[0])):
            if "\0" in name:
                raise InputError(f"The list {asked.shown} is no CSV file: it holds zero bytes.")
            yield name, _cell(cells, columns[1])


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column].strip() if column is not None and column < len(cells) else ""


def _numbers(cells: list[str], names: tuple[str, str | None]) -> tuple[int, int | None]:
    stripped = [cell.strip() for cell in cells]
    label = None if names[1] is None else stripped.index(names[1])
    return stripped.index(names[0]), label


def _columns(cells: list[str]) -> tuple[str, str | None] | None:
    """The names of the columns of paths and of labels, as spelled; None where none is of paths."""
    by_name = {cell.strip().lower(): cell.strip() for cell in reversed(cells)}
    path = next((by_name[name] for name in PATH_COLUMNS if name in by_name), None)
    label = next((by_name[name] for name in LABEL_COLUMNS if name in by_name), None)
    return None if path is None else (path, label)


def _no_paths(asked: Asked, names: list[str]) -> str:
    return f"The list {asked.shown} has no column 'path'; its columns are {', '.join(names[:20])}."


def _parquet_rows(file: object, columns: tuple[str, str | None]) -> Iterator[Row]:
    path, label = columns
    wanted = [path] if label is None else [path, label]
    for batch in file.iter_batches(4096, columns=wanted):  # type: ignore[attr-defined]
        for row in batch.to_pylist():
            if row[path]:
                told = row[label] if label is not None else None
                yield str(row[path]), "" if told is None else str(told)
