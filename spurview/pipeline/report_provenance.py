"""The end of the report: what the findings were made from, with what, when and where."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

import msgspec

from spurview.core.arrays import Reader
from spurview.pipeline.export_origin import Material, provenance
from spurview.pipeline.left_out import left_out, left_out_lines
from spurview.pipeline.report_markup import key_list, pairs, paragraph, table, text
from spurview.pipeline.stages import states
from spurview.pipeline.wording import count
from spurview.pipeline.wording_project import (
    network_words,
    planted_text,
    source_words,
    stage_row,
)
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, ProjectInfo

MOST_LEFT_OUT = 200
_IDEA = (
    "Images of the pool have no reason to share a class; where many with a common pattern do, the "
    "pattern is the reason."
)
_PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "torchvision", "pillow", "h5py")


def examined(info: ProjectInfo, reader: Reader) -> list[str]:
    """What was looked at, in sentences: the network, the images, the pool."""
    role = reader.read("/images/role").tolist()
    train, test, pool = (role.count(part) for part in (INTEREST_TRAIN, INTEREST_TEST, POOL))
    _, height, width, channels = reader.shape("/images/pixels")
    colour = "grey" if channels == 1 else "colour"
    classes = f"{count(len(info.class_names))} classes"
    if info.network:
        network = f"A network from a file ({network_words(info.network)}) tells {classes} apart"
    else:
        network = f"A network was trained in this project to tell {classes} apart"
    shown = (
        f"{network}, with {count(train)} images to train on and {count(test)} held out. It was "
        f"then shown {count(pool)} images that have nothing to do with the task (the pool), all "
        f"at {width} × {height} pixels, in {colour}."
    )
    return [shown, _IDEA]


def provenance_part(material: Material, written: str) -> Iterator[str]:
    """Project, sources, stages, what was left out, settings, versions; `written`: when."""
    info = material.info
    yield '<h2 id="provenance">Where this comes from</h2>'
    yield from pairs(_origin(material, written))
    yield "<h4>Images and network</h4>"
    yield from pairs(_sources(info))
    if info.planted:
        yield from (paragraph(line) for line in planted_text(info.planted))
    yield "<h4>Stages</h4>"
    yield from table(_stages(info, states(info, material.reader)), "figures")
    yield from _left_out(info)
    yield "<h4>Versions, where this report was written</h4>"
    yield paragraph(", ".join(_versions()))
    yield "<h4>Settings</h4>"
    settings = msgspec.json.format(msgspec.json.encode(info.settings), indent=1).decode()
    yield f"<pre>{text(settings)}</pre>"


def _origin(material: Material, written: str) -> Iterator[tuple[str, str]]:
    origin, info = provenance(material.info), material.info
    if material.name:
        yield "File", material.name
    yield "Project", origin["project"]
    yield "Revision", origin["revision"]
    yield "Settings digest", origin["settings"]
    yield "Created", info.created
    yield "Last saved", f"{info.modified}, by spurview {info.spurview}"
    yield "Report written", written


def _sources(info: ProjectInfo) -> Iterator[tuple[str, str]]:
    for source in info.sources:
        name = "Images of interest" if source.role == "interest" else "Pool"
        yield name, source_words(source)
    yield "Classes", ", ".join(info.class_names)
    yield "Network", network_words(info.network) if info.network else "trained in this project"


def _stages(info: ProjectInfo, told: Mapping[str, str]) -> list[list[str]]:
    rows = [["stage", "state", "time", "figures", "finished", "spurview"]]
    for name, state in told.items():
        record = info.stages.get(name)
        finished = f'<span class="whole">{text(record.finished)}</span>' if record else ""
        cells = [text(cell) for cell in stage_row(info, name, state)]
        rows.append([*cells, finished, text(record.spurview) if record else ""])
    return rows


def _left_out(info: ProjectInfo) -> Iterator[str]:
    yield "<h4>Files that were left out</h4>"
    yield paragraph(f"{left_out(info)}." if info.skipped_total else "None.")
    lines = left_out_lines(info, MOST_LEFT_OUT)
    if lines:
        yield from key_list(lines, "Files that were left out")
    if info.skipped_total > len(lines):
        yield paragraph(f"and {count(info.skipped_total - len(lines))} more", "quiet")


def _versions() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    yield platform.platform(terse=True)
    for name in _PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
