"""A new project from sources: reads the images, makes the first stage's product and its record."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

import spurview
from spurview.core.errors import InputError
from spurview.core.network_description import NetworkDescription
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings
from spurview.pipeline.network_request import NetworkRequest, fitting
from spurview.project.model import (
    HistoryEvent,
    PlantedPattern,
    ProjectInfo,
    SkippedImage,
    SourceRecord,
    StageRecord,
    now,
)
from spurview.project.store import Project
from spurview.project.work_folders import work_dir_of
from spurview.sources import (
    ImagesProduct,
    SourceSpec,
    forget_reading,
    read_sources,
)

# The project names this many skipped files; the total is always told.
MAX_LISTED = 1000
# Images hashed at a time: they may lie in a file larger than the memory.
_HASHED_ROWS = 1024


def create_project(
    path: Path,
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    settings: Settings,
    *,
    network: NetworkRequest | None = None,
    report: Report = silent,
) -> tuple[Project, list[str]]:
    """A new project file with its images stage, and what the person should know about the images.

    What was read is kept in the project's work folder, so that a reading that was stopped or killed
    goes on when the same sources are asked for again, also after a network that did not fit.

    network: one that was trained elsewhere; None to train one here.
    Raises InputError for sources or networks that cannot be used, for fewer than two classes and
    for a target that exists or cannot be written.
    """
    check_target(path)
    # Before the images, whose reading may take hours.
    folder = path.absolute().parent
    fit = fitting(network, folder, settings.images.aspect) if network else None
    started = time.monotonic()
    work_dir = work_dir_of(path)
    try:
        product = read_sources(
            interest,
            pool,
            settings=settings.images,
            seed=settings.seed,
            project_dir=folder,
            work_dir=work_dir,
            report=report,
        )
        seconds = time.monotonic() - started
        refuse_single_class(product, network)
    except InputError:
        # Other sources are needed, and of those nothing is read yet.
        forget_reading(work_dir)
        raise
    description = None
    if fit:
        fitted = fit(product)
        product, description = fitted.product, fitted.description
        product.notes.extend(fitted.notes)
    notes = product.notes
    project = save_product(path, product, settings, network=description, seconds=seconds)
    del product
    forget_reading(work_dir)
    return project, notes


def save_product(
    path: Path,
    product: ImagesProduct,
    settings: Settings,
    *,
    planted: Sequence[PlantedPattern] = (),
    network: NetworkDescription | None = None,
    seconds: float = 0.0,
) -> Project:
    """A new project file from images that are read already. Raises as create_project does."""
    check_target(path)
    refuse_single_class(product, network)
    info = project_info(product, settings, planted=planted, network=network, seconds=seconds)
    event = HistoryEvent(
        time=info.created,
        what="images read",
        spurview=spurview.__version__,
        seconds=seconds,
        settings=settings,
    )
    return Project.create(path, info, product.arrays, history=[event])


def refuse_single_class(
    product: ImagesProduct, network: NetworkRequest | NetworkDescription | None
) -> None:
    """Raises InputError where there is nothing to tell apart; a given network has its classes."""
    if network is None and len(product.class_names) < 2:
        raise InputError(
            f"The images of interest have only one class, {product.class_names[0]}: "
            "a classifier needs at least two to tell apart."
        )


def check_target(path: Path) -> None:
    """Raises InputError when no new project can be written at `path`."""
    folder = path.absolute().parent
    if os.path.lexists(path):
        raise InputError(f"{path} exists already: choose another name or remove it first.")
    if not folder.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {folder}.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{path} cannot be written: the folder {folder} is read-only.")


def project_info(
    product: ImagesProduct,
    settings: Settings,
    *,
    planted: Sequence[PlantedPattern] = (),
    network: NetworkDescription | None = None,
    seconds: float = 0.0,
) -> ProjectInfo:
    """The info of a project whose images stage has run and no other."""
    time_made = now()
    n, height, width, channels = product.arrays["/images/pixels"].shape
    record = StageRecord(
        fingerprint=_fingerprint(product, settings),
        finished=time_made,
        seconds=round(seconds, 3),
        device="cpu",
        spurview=spurview.__version__,
        facts={"images": n, "height": height, "width": width, "channels": channels},
    )
    return ProjectInfo(
        project_id=uuid.uuid4().hex,
        revision=1,
        created=time_made,
        modified=time_made,
        spurview=spurview.__version__,
        sources=[
            SourceRecord(
                role=source.role,
                kind=source.kind,
                location=source.location,
                classes=source.classes,
                images=source.images,
            )
            for source in product.sources
        ],
        class_names=product.class_names,
        label_names=product.label_names,
        settings=settings,
        stages={"images": record},
        skipped=[
            SkippedImage(source=file.source, path=file.path, reason=file.reason)
            for file in product.skipped[:MAX_LISTED]
        ],
        skipped_total=len(product.skipped),
        planted=list(planted),
        network=network,
    )


def _fingerprint(product: ImagesProduct, settings: Settings) -> str:
    """A hash of the settings that shape the images, and of the images themselves."""
    hashed = hashlib.blake2b(digest_size=16)
    hashed.update(msgspec.json.encode([settings.images, settings.seed]))
    for name in sorted(product.arrays):
        array = product.arrays[name]
        for start in range(0, len(array), _HASHED_ROWS):
            hashed.update(np.ascontiguousarray(array[start : start + _HASHED_ROWS]).data)
    return hashed.hexdigest()
