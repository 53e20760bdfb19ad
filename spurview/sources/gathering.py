"""From sources as a person names them to one list of images still to be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.core.progress import Report
from spurview.sources.digits import load_digits
from spurview.sources.folders import Listed, list_files
from spurview.sources.photographs import PHOTOGRAPHS as PHOTOGRAPH_NAMES
from spurview.sources.photographs import load_photographs
from spurview.sources.spec import (
    DIGITS,
    PHOTOGRAPHS,
    Role,
    SkippedFile,
    SourceSpec,
    natural_key,
    readable,
)

# Named in the design, read by a later version.
_LATER = ("mnist:", "cifar10:", "imagefolder:")
_LATER_FILES = (".npz", ".h5", ".hdf5")
# Beyond this many, the sub-folders of a pool are an order of files rather than labels.
MAX_POOL_LABELS = 100


@dataclass(frozen=True)
class Item:
    """One image to read: from a file, or from an array that is there already (H, W, C) u8."""

    source: int
    key: bytes
    label: str | None
    shown: str
    path: Path | None = None
    pixels: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Gathered:
    """The images of one source, those known to be unusable apart."""

    role: Role
    kind: str
    location: str
    classes: list[str] | None
    items: list[Item]
    skipped: list[SkippedFile]


@dataclass(frozen=True)
class Place:
    """Where a source stands among all: its number, its role and how its keys begin."""

    index: int
    role: Role
    prefix: bytes


def gather(spec: SourceSpec, place: Place, project_dir: Path, report: Report) -> Gathered:
    """The images of one source. Raises InputError where it is missing or of a wrong shape."""
    if spec.text == DIGITS:
        return _gather_digits(spec, place)
    if spec.text.startswith(PHOTOGRAPHS):
        return _gather_photographs(spec, place)
    if spec.text.startswith(_LATER) or _is_later_file(spec.text):
        raise InputError(
            f"The source {readable(spec.text)} is not available in this version: "
            "use a folder of images, digits: or photographs:."
        )
    return _gather_folder(spec, place, project_dir, report)


def places(interest: Sequence[SourceSpec], pool: Sequence[SourceSpec]) -> list[Place]:
    """Interest first, then pool; a role's keys carry a number, from 1, when it has two sources."""
    found: list[Place] = []
    roles: tuple[tuple[Role, Sequence[SourceSpec]], ...] = (("interest", interest), ("pool", pool))
    for role, specs in roles:
        for number in range(1, len(specs) + 1):
            prefix = f"{role}/{number}/" if len(specs) > 1 else f"{role}/"
            found.append(Place(len(found), role, prefix.encode()))
    return found


def _is_later_file(text: str) -> bool:
    return text.lower().endswith(_LATER_FILES) and os.path.isfile(text)


def _gather_digits(spec: SourceSpec, place: Place) -> Gathered:
    images, labels = load_digits()
    chosen = _choice(spec, [str(digit) for digit in range(10)])
    items = []
    for index in range(len(images)):
        name = str(labels[index])
        if name in chosen:
            below = f"{name}/{index}" if place.role == "interest" else str(index)
            key = place.prefix + below.encode()
            items.append(Item(place.index, key, name, below, pixels=images[index]))
    classes = list(spec.classes) if spec.classes else None
    return Gathered(place.role, "digits", DIGITS, classes, items, [])


def _gather_photographs(spec: SourceSpec, place: Place) -> Gathered:
    seed = spec.text.removeprefix(PHOTOGRAPHS) or "0"
    if not (seed.isascii() and seed.isdecimal()):
        raise InputError(
            f"{readable(spec.text)} is no source: photographs: may be followed by a number alone."
        )
    names = _choice(spec, PHOTOGRAPH_NAMES)
    images, labels = load_photographs(
        [name for name in PHOTOGRAPH_NAMES if name in names], seed=int(seed)
    )
    items = []
    for index, (image, name) in enumerate(zip(images, labels, strict=True)):
        below = f"{name}/{index}"
        key = place.prefix + below.encode()
        items.append(Item(place.index, key, name, below, pixels=image))
    classes = list(spec.classes) if spec.classes else None
    return Gathered(place.role, "photographs", spec.text, classes, items, [])


def _gather_folder(spec: SourceSpec, place: Place, project_dir: Path, report: Report) -> Gathered:
    folder = Path(spec.text)
    listed = list_files(folder, report)
    label = _label_rule(listed, place.role, spec)
    items: list[Item] = []
    skipped: list[SkippedFile] = []
    for file in listed:
        name, shown = label(file), readable(file.key)
        reason = file.reason
        if place.role == "interest" and name is None:
            reason = reason or "not in the folder of a class"
        if spec.classes and name not in spec.classes:
            continue
        if reason:
            skipped.append(SkippedFile(place.index, shown, reason))
        else:
            items.append(Item(place.index, place.prefix + file.key, name, shown, path=file.path))
    classes = list(spec.classes) if spec.classes else None
    location = _location(folder, project_dir)
    return Gathered(place.role, "folder", location, classes, items, skipped)


def _label_rule(
    listed: Sequence[Listed], role: Role, spec: SourceSpec
) -> Callable[[Listed], str | None]:
    """How a file of this folder gets its label: by the sub-folder it lies in, if at all."""
    folders = sorted({f.parts[0] for f in listed if len(f.parts) > 1}, key=natural_key)
    names = {folder: readable(folder) for folder in folders}
    shown = readable(spec.text)
    if role == "interest" and not names:
        if not listed:
            raise InputError(f"The folder {shown} holds no images.")
        raise InputError(
            f"The folder {shown} has no sub-folders: images of interest need one for each class."
        )
    _choice(spec, list(names.values()))
    if role == "pool" and len(names) > MAX_POOL_LABELS and not spec.classes:
        return lambda _: None
    return lambda file: names[file.parts[0]] if len(file.parts) > 1 else None


def _choice(spec: SourceSpec, known: Sequence[str]) -> set[str]:
    """The classes to take. Raises InputError for one that is not there."""
    if not spec.classes:
        return set(known)
    missing = [name for name in spec.classes if name not in known]
    if missing:
        there = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        raise InputError(
            f"{readable(spec.text)} has no class {missing[0]}; "
            + (f"its classes are {there}." if known else "it has no classes.")
        )
    return set(spec.classes)


def _location(folder: Path, project_dir: Path) -> str:
    """Relative to the project's folder; absolute where there is no way, as across drives."""
    try:
        return readable(os.path.relpath(folder, project_dir))
    except ValueError:
        return readable(os.path.abspath(folder))
