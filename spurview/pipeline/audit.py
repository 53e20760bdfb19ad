"""The whole pipeline over a network and images in memory: no project, no file of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import nn

from spurview.core.arrays import Array, MemoryReader, OverlayReader, Reader
from spurview.core.device import choose_device
from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings
from spurview.pipeline.create import project_info
from spurview.pipeline.findings import collect
from spurview.pipeline.given_images import Given, Layout, class_indices, given_images, label_list
from spurview.pipeline.given_network import Preprocess, borrowed, gives_gradients, n_classes
from spurview.pipeline.result import Result, result_of
from spurview.pipeline.run import applied, compute
from spurview.pipeline.stages import fingerprint
from spurview.project.codec import image_keys
from spurview.project.model import INTEREST_TRAIN, POOL, ProjectInfo, StageRecord
from spurview.sources import ImagesProduct, notes_on_pool
from spurview.sources.spec import SourceSummary

_TRIED = 16


@dataclass(frozen=True)
class Question:
    """What is to be audited: images of interest with labels, the pool, and how to read them."""

    interest: Any
    pool: Any
    labels: Any = None
    class_names: Sequence[str] | None = None
    layout: Layout | None = None
    preprocess: Preprocess | None = None


def audited(
    model: nn.Module,
    question: Question,
    settings: Settings,
    *,
    device: str = "auto",
    batch: int = 256,
    report: Report = silent,
) -> Result:
    """What the network has learnt that it should not have. Raises InputError and StageError.

    The model comes back in the mode and on the device it had, its weights untouched.
    """
    interest, pool = _images(question, report)
    with (
        borrowed(model, question.preprocess, choose_device(device), batch=batch) as network,
        TemporaryDirectory(prefix="spurview-audit-") as folder,
    ):
        found = n_classes(network, interest.images[:_TRIED])
        names = _class_names(question.class_names, found)
        network.has_gradients = gives_gradients(network, pool.images)
        labels = class_indices(interest.labels, names, len(interest.images))
        product = _product(interest.images, labels, pool.images, names)
        reader: Reader = MemoryReader(product.arrays | _no_training())
        info = _with_network(project_info(product, settings))
        for made in compute(
            reader,
            info,
            work_dir=Path(folder),
            until="verification",
            device=device,
            given=network,
            report=report,
        ):
            reader = OverlayReader(MemoryReader(made.arrays), reader, made.drop)
            info = applied(info, made)
    keys = image_keys(reader)
    notes = _notes(len(pool.images), has_gradients=network.has_gradients)
    return result_of(reader, collect(reader, info, {}, keys), keys, notes)


def _images(question: Question, report: Report) -> tuple[Given, Given]:
    """Both piles, of one size. Raises InputError."""
    interest = given_images(
        question.interest, question.layout, what="The images of interest", report=report
    )
    pool = given_images(question.pool, question.layout, what="The pool's images", report=report)
    if question.labels is not None:
        interest = Given(interest.images, label_list(question.labels))
    if not len(interest.images) or not len(pool.images):
        raise InputError("There must be images of interest and images of the pool.")
    if interest.images.shape[1:] != pool.images.shape[1:]:
        raise InputError(
            f"The images of interest are {interest.images.shape[1:]} and those of the pool "
            f"{pool.images.shape[1:]} (height, width, channels): bring both to one size."
        )
    return interest, pool


def _class_names(names: Sequence[str] | None, found: int) -> list[str]:
    if names is None:
        return [str(index) for index in range(found)]
    if len(names) != found:
        raise InputError(
            f"The network answers for {found} classes, and there are {len(names)} class names."
        )
    if len(set(names)) != len(names):
        raise InputError("Two classes have the same name: give each its own.")
    return list(names)


def _product(
    interest: NDArray[np.uint8],
    labels: NDArray[np.int32],
    pool: NDArray[np.uint8],
    names: Sequence[str],
) -> ImagesProduct:
    """The first stage's product; keys are interest/<class>/<index> and pool/<index>."""
    pixels = np.concatenate([interest, pool])
    keys = [f"interest/{names[k]}/{i}".encode() for i, k in enumerate(labels)]
    keys += [f"pool/{i}".encode() for i in range(len(pool))]
    role = np.repeat([INTEREST_TRAIN, POOL], [len(interest), len(pool)])
    arrays: dict[str, Array] = {
        "/images/pixels": pixels,
        "/images/role": role.astype(np.uint8),
        "/images/label": np.concatenate([labels, np.full(len(pool), -1)]).astype(np.int32),
        "/images/source": (role == POOL).astype(np.int32),
        "/images/digest": np.stack([_digest(image) for image in pixels]),
        "/images/keys": np.frombuffer(b"".join(keys), np.uint8),
        "/images/keys_end": np.cumsum([len(key) for key in keys]).astype(np.int64),
    }
    sources = [
        SourceSummary("interest", "memory", "", None, len(interest)),
        SourceSummary("pool", "memory", "", None, len(pool)),
    ]
    return ImagesProduct(arrays, sources, list(names), list(names))


def _digest(image: NDArray[np.uint8]) -> Array:
    return np.frombuffer(hashlib.blake2b(image.tobytes(), digest_size=16).digest(), np.uint8)


def _no_training() -> dict[str, Array]:
    """The product of the classifier's stage where the network was trained elsewhere."""
    return {"/classifier/curve": np.zeros((0, 3), np.float32)}


def _with_network(info: ProjectInfo) -> ProjectInfo:
    """The info with the classifier's stage done, so that nothing is trained."""
    record = StageRecord(
        fingerprint=fingerprint("classifier", info),
        finished=info.created,
        seconds=0.0,
        device="",
        spurview=info.spurview,
        facts={"network": "given in memory"},
    )
    return msgspec.structs.replace(info, stages={**info.stages, "classifier": record})


def _notes(pool_size: int, *, has_gradients: bool) -> list[str]:
    notes = notes_on_pool(pool_size)
    if not has_gradients:
        notes.append(
            "No gradient comes back through preprocess, so the gradient detector was off: use "
            "torch's own operations there."
        )
    return notes
