"""Where sources and a network's file are told to lie when a project moves."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from spurview.core.network_description import NetworkDescription
from spurview.project.model import ProjectInfo, SourceRecord
from spurview.project.source_paths import carried, located, source_path
from tests import constructed


def source(location: str, kind: str = "folder") -> SourceRecord:
    return SourceRecord(role="pool", kind=kind, location=location, classes=None, images=1)


def with_files(*sources: SourceRecord, network: str = "") -> ProjectInfo:
    given = NetworkDescription(form="onnx", file=network) if network else None
    return msgspec.structs.replace(constructed.info(), sources=list(sources), network=given)


def test_relative_paths_follow_a_project_to_another_folder(tmp_path: Path) -> None:
    info = with_files(source("pool"), source("../all/a.npz", "npz"), network="net.onnx")
    moved = carried(info, tmp_path / "here", tmp_path / "there" / "deep")
    assert [s.location for s in moved.sources] == ["../../here/pool", "../../all/a.npz"]
    assert moved.network is not None
    assert moved.network.file == "../../here/net.onnx"


def test_in_its_own_folder_nothing_is_told_anew(tmp_path: Path) -> None:
    info = with_files(source("./pool"))
    assert carried(info, tmp_path, tmp_path) is info


def test_what_ships_and_what_is_absolute_stays(tmp_path: Path) -> None:
    absolute = str(tmp_path / "pool")
    info = with_files(source("digits:", "digits"), source(absolute), network=absolute)
    assert carried(info, tmp_path / "a", tmp_path / "b") == info
    assert source_path(info.sources[0], tmp_path) is None
    assert source_path(info.sources[1], tmp_path) == tmp_path / "pool"


def test_on_another_drive_a_location_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_way(path: object, start: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", no_way)
    assert located(tmp_path / "pool", Path("elsewhere")) == str(tmp_path / "pool")
