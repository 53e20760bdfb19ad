"""Tables for others as CSV: no cell a spreadsheet would run, and where the rows came from.

They begin with the mark of UTF-8 (EF BB BF): a person opens them by a double click, and without it
Excel reads names in the system's older encoding, so that ä and 猫 become other signs. Programs pass
over it (pandas as it is; Python's csv with the encoding utf-8-sig).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping

# A spreadsheet takes a cell that begins so for a formula; keys and notes are anyone's words.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_table(rows: Iterable[Mapping[str, object]], origin: Mapping[str, str]) -> bytes:
    """Rows of one set of columns as CSV, marked as UTF-8; the origin's entries come last."""
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        full = {**row, **origin}
        if writer is None:
            writer = csv.DictWriter(text, list(full), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow({name: as_cell(value) for name, value in full.items()})
    # A file name that is no text keeps its bytes as escapes.
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "backslashreplace")


def as_cell(value: object) -> object:
    """Words that would be a formula with an apostrophe before them; anything else as it is."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
