"""Exported files: complete, of the right images, and carrying where they came from."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.core.arrays import Array, MemoryReader
from spurview.core.errors import InputError
from spurview.pipeline.export import export_findings
from spurview.pipeline.export_origin import Material
from tests import constructed


@pytest.fixture
def material() -> Material:
    return material_of(constructed.arrays())


def material_of(arrays: dict[str, Array]) -> Material:
    info = constructed.info()
    data, keys, start = arrays["/images/keys"].tobytes(), [], 0
    for end in arrays["/images/keys_end"]:
        keys.append(data[start:end].decode())
        start = end
    return Material(MemoryReader(arrays), info, {}, keys)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_every_kind_is_written_when_none_is_named(material: Material, tmp_path: Path) -> None:
    written = export_findings(material, tmp_path / "out")
    assert sorted(path.name for path in written) == [
        "01-1-aaaaaaaa-pattern.png",
        "01-1-aaaaaaaa-sheet.png",
        "02-0-bbbbbbbb-pattern.png",
        "02-0-bbbbbbbb-sheet.png",
        "findings.json",
        "members.csv",
        "provenance.json",
        "report.html",
        "statistics.csv",
    ]
    assert sorted(written) == sorted((tmp_path / "out").iterdir())


def test_one_finding_alone(material: Material, tmp_path: Path) -> None:
    export_findings(material, tmp_path, ids=["0-bbbbbbbb"], kinds=["json", "csv"])
    findings = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert [f["id"] for f in findings["findings"]] == ["0-bbbbbbbb"]
    assert [row["finding"] for row in rows_of(tmp_path / "statistics.csv")] == ["0-bbbbbbbb"]
    assert not list(tmp_path.glob("*.png"))


def test_members_list_names_the_training_images_to_clean(
    material: Material, tmp_path: Path
) -> None:
    export_findings(material, tmp_path, ids=["1-aaaaaaaa"], kinds=["csv"])
    rows = rows_of(tmp_path / "members.csv")
    pool = {row["key"] for row in rows if row["member"] == "True"}
    assert pool == {material.keys[row] for row in constructed.CARRIERS}
    training = [row["key"] for row in rows if row["role"] == "training"]
    assert training
    assert all(key.startswith("interest/b/") for key in training)


def test_every_file_says_where_it_came_from(material: Material, tmp_path: Path) -> None:
    written = export_findings(material, tmp_path)
    project = material.info.project_id
    for path in written:
        if path.suffix == ".png":
            assert Image.open(path).text["spurview:project"] == project
        else:
            assert project in path.read_text(encoding="utf-8")


def test_sheet_marks_the_shared_pixels_and_no_others(material: Material, tmp_path: Path) -> None:
    export_findings(material, tmp_path, ids=["1-aaaaaaaa"], kinds=["png"])
    sheet = np.asarray(Image.open(tmp_path / "01-1-aaaaaaaa-sheet.png")).astype(int)
    # What is marked is warm; the constructed images and the caption are grey.
    marked = np.argwhere(sheet[..., 0] - sheet[..., 2] > 40)
    tile = round(84 / constructed.SIDE * constructed.SIDE) + 8
    assert len(marked)
    assert len(np.unique(marked[:, 1] // tile)) == 10
    within = (marked[:, 1] - 8) % tile * constructed.SIDE / 84
    assert within.min() >= 0.9
    assert within.max() <= 4.1


def test_sheet_marks_a_moved_pattern_where_each_image_has_it(tmp_path: Path) -> None:
    arrays = constructed.moved()
    export_findings(material_of(arrays), tmp_path, ids=["1-aaaaaaaa"], kinds=["png"])
    sheet = np.asarray(Image.open(tmp_path / "01-1-aaaaaaaa-sheet.png")).astype(int)
    warm = sheet[..., 0] - sheet[..., 2] > 40
    # Three lines of ten tiles end the sheet, in the order of the members.
    tile, side = 84 + 8, constructed.SIDE
    top = sheet.shape[0] - 3 * tile
    for place, row in enumerate(constructed.CARRIERS.tolist()):
        line, column = divmod(place, 10)
        y, x = top + line * tile, 8 + column * tile
        marked = np.argwhere(warm[y : y + 84, x : x + 84]) * side / 84
        down, right = arrays["/candidates/places"][0, row]
        assert np.allclose(marked.min(0), (1 + down, 1 + right), atol=0.2)
        assert np.allclose(marked.max(0), (4 + down, 4 + right), atol=0.4)


def test_unknown_finding_is_named(material: Material, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finding 9-zzzzzzzz; the findings are: 1-aaaaaaaa"):
        export_findings(material, tmp_path, ids=["9-zzzzzzzz"])


def test_a_file_in_place_of_the_folder(material: Material, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here already")
    with pytest.raises(InputError, match="cannot be made: there is a file of that name"):
        export_findings(material, tmp_path / "out")
