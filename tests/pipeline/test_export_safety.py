"""Exported words and names: no cell that runs in a spreadsheet, no name a system refuses."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import numpy as np
import pytest

from spurview.pipeline.csv_tables import csv_table
from spurview.pipeline.export import ALL_KINDS, export_findings, planned_files
from spurview.pipeline.export_images import export_images, planned_images
from spurview.pipeline.export_origin import Material
from spurview.pipeline.file_names import image_names, safe_part
from spurview.pipeline.findings import collect
from tests import constructed
from tests.pipeline.test_export import material_of


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_words_that_would_be_a_formula_are_quoted(words: str) -> None:
    made = csv_table([{"key": words, "lift": -1.5, "note": "a=b"}], {"project": words})
    row = next(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert row["key"] == row["project"] == f"'{words}"
    assert row["lift"] == "-1.5"
    assert row["note"] == "a=b"


def test_tables_are_marked_as_utf_8_once() -> None:
    made = csv_table([{"key": "猫"}, {"key": "ä"}], {})
    assert made == b"\xef\xbb\xbfkey\r\n\xe7\x8c\xab\r\n\xc3\xa4\r\n"


def test_keys_that_are_no_text_keep_their_bytes() -> None:
    assert b"\\udcff" in csv_table([{"key": "a\udcff"}], {})


@pytest.mark.parametrize(
    "words",
    ["CON", "a/b\\c:d*e?", "..", "", "x" * 300, "naïve 数", "数" * 80, "🐶", "end. ", "-rf"],
)
def test_names_are_valid_on_every_system(words: str) -> None:
    part = safe_part(words)
    assert part
    assert len(part) <= 80
    assert len(part.encode()) <= 200
    assert all(letter.isalnum() or letter in "._-" for letter in part)
    assert not part.startswith(".")
    assert not part.endswith(".")


def test_names_of_other_scripts_stay_readable() -> None:
    assert safe_part("猫 (2)/हिन्दी.png\udcff") == "猫_2_हिन्दी.png_"
    # However a system spells it: one letter, or a letter and its accent.
    assert safe_part("e\u0301") == safe_part("\u00e9")


def test_images_of_one_name_get_different_files() -> None:
    names = image_names(["a/1.png", "b/1.png", "B/1.PNG"])
    assert len({name.lower() for name in names}) == 3


def test_what_is_planned_is_what_is_written(tmp_path: Path) -> None:
    material = material_of(constructed.arrays())
    findings = collect(material.reader, material.info, {}, material.keys).findings
    written = export_findings(material, tmp_path / "a", kinds=ALL_KINDS)
    assert sorted(written) == sorted(planned_files(findings, tmp_path / "a", ALL_KINDS))
    rows = [3, 70]
    written = export_images(material, rows, tmp_path / "b")
    keys = [material.keys[row] for row in rows]
    assert written == planned_images(keys, tmp_path / "b")


def test_images_without_a_class_have_an_empty_cell(tmp_path: Path) -> None:
    arrays = {
        name: array
        for name, array in constructed.arrays().items()
        if not name.startswith("/predictions")
    }
    export_images(material_of(arrays), [0, 60], tmp_path)
    lines = list(
        csv.DictReader(io.StringIO((tmp_path / "images.csv").read_text(encoding="utf-8-sig")))
    )
    assert [(line["role"], line["class"], line["label"]) for line in lines] == [
        ("training", "", "a"),
        ("pool", "", ""),
    ]


def test_the_settings_digest_follows_the_settings(tmp_path: Path) -> None:
    first = material_of(constructed.arrays())
    settings = msgspec.structs.replace(
        first.info.settings,
        verification=msgspec.structs.replace(first.info.settings.verification, insertions=17),
    )
    info = msgspec.structs.replace(first.info, settings=settings)
    other = Material(first.reader, info, {}, first.keys)
    digests = []
    for name, material in (("a", first), ("b", other)):
        export_images(material, np.array([60]).tolist(), tmp_path / name)
        text = (tmp_path / name / "images.csv").read_text(encoding="utf-8-sig")
        digests.append(next(csv.DictReader(io.StringIO(text)))["settings"])
    assert digests[0] != digests[1]
