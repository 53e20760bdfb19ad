"""Where sources lie, told from the project's folder, and told anew when the project moves."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from spurview.project.model import ProjectInfo, SourceRecord

# Their location is a name and no path.
_SHIPPED = ("digits", "photographs")


def source_path(source: SourceRecord, project_dir: Path) -> Path | None:
    """The file or folder of a source; None for one that ships with spurview."""
    if source.kind in _SHIPPED or not source.location:
        return None
    return project_dir / source.location


def located(path: Path, project_dir: Path) -> str:
    """A location: relative to the project's folder, absolute where there is no way to it."""
    try:
        return os.path.relpath(path, project_dir)
    except ValueError:  # another drive
        return os.path.abspath(path)


def carried(info: ProjectInfo, old_dir: Path, new_dir: Path) -> ProjectInfo:
    """The info of a project that moves between folders, with sources and network where they are."""
    if old_dir == new_dir:
        return info
    sources = [_carried(source, old_dir, new_dir) for source in info.sources]
    network = info.network
    if network is not None and network.file and not os.path.isabs(network.file):
        file = located(old_dir / network.file, new_dir)
        network = msgspec.structs.replace(network, file=file)
    return msgspec.structs.replace(info, sources=sources, network=network)


def _carried(source: SourceRecord, old_dir: Path, new_dir: Path) -> SourceRecord:
    path = source_path(source, old_dir)
    if path is None or os.path.isabs(source.location):
        return source
    return msgspec.structs.replace(source, location=located(path, new_dir))
