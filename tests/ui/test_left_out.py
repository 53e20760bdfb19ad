"""The Images pop-over: where images came from, and which files were left out."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from spurview.project.model import SkippedImage, SourceRecord
from spurview.ui.stages.sources import left_out_part, source_rows
from tests import constructed


def info(total: int):
    skipped = [SkippedImage(source=1, path=f"{n}.txt", reason="not an image") for n in range(3)]
    sources = [
        SourceRecord(role="interest", kind="mnist", location="../data", images=60_000),
        SourceRecord(role="pool", kind="folder", location="pool", images=9),
    ]
    return msgspec.structs.replace(
        constructed.info(), sources=sources, skipped=skipped[:total], skipped_total=total
    )


def test_every_source_is_told_with_its_place_and_count(qapp):
    assert source_rows(info(0)) == [
        ("interest", "mnist: ../data, 60,000 images"),
        ("pool", "pool, 9 images"),
    ]


def test_the_end_of_a_long_path_is_shown(qapp):
    source = SourceRecord(role="pool", kind="folder", location="../" * 30 + "photos", images=1)
    ((_, told),) = source_rows(msgspec.structs.replace(info(0), sources=[source]))
    assert told.startswith("…")
    assert told.endswith("../photos, 1 image")
    assert len(told) < 45


def test_files_left_out_are_listed_with_reasons(qtbot):
    (part,) = left_out_part(info(1200))
    qtbot.addWidget(part)
    assert part.findChild(QLabel).text() == "1,200 files were left out"
    lines = part.findChild(QPlainTextEdit).toPlainText().splitlines()
    assert lines == [*(f"pool: {n}.txt: not an image" for n in range(3)), "and 1,197 more"]


def test_nothing_is_said_where_nothing_was_left_out(qapp):
    assert list(left_out_part(info(0))) == []
