"""Images handed over in memory: arrays, tensors or datasets, brought to one form and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent

Layout = Literal["NHWC", "NCHW"]
# Room for what rounding makes of images that were scaled to 0..1 and back.
_SLACK = 1e-4


@dataclass(frozen=True)
class Given:
    """Images (n, H, W, C) u8 with C 1 or 3, and what came beside each of them, where something did.

    labels: class indices or names, one per image.
    """

    images: NDArray[np.uint8]
    labels: list[Any] | None


def given_images(
    source: Any, layout: Layout | None, *, what: str, report: Report = silent
) -> Given:
    """Images from an array, a tensor, a pair of images and labels, or a torch dataset.

    Bytes, or floats in 0..1, which become bytes. Arrays are (n, H, W, C) and tensors (n, C, H, W)
    unless `layout` says otherwise; (n, H, W) is grey. A dataset gives images, or tuples that begin
    with an image and a label: pictures of Pillow, arrays (H, W, C) or tensors (C, H, W).
    what: how a sentence names them. Raises InputError for anything else.
    """
    if isinstance(source, tuple) and len(source) == 2:
        images = given_images(source[0], layout, what=what, report=report).images
        return Given(images, label_list(source[1]))
    if _is_array(source):
        return Given(_as_bytes(_channels_last(source, layout, what), what), None)
    if hasattr(source, "__len__") and hasattr(source, "__getitem__"):
        return _from_dataset(source, layout, what, report)
    raise InputError(
        f"{what} are of the type {type(source).__name__}: give an array, a tensor, a dataset, or a "
        "pair of images and labels."
    )


def class_indices(labels: Sequence[Any] | None, names: Sequence[str], n: int) -> NDArray[np.int32]:
    """Class index of each label, given as an index or as a name. Raises InputError."""
    if labels is None:
        raise InputError(
            "The images of interest need labels: give a pair of images and labels, or labels=…"
        )
    if len(labels) != n:
        raise InputError(f"There are {len(labels)} labels for {n} images of interest.")
    by_name = {name: index for index, name in enumerate(names)}
    indices = np.empty(n, np.int32)
    for row, label in enumerate(labels):
        index = by_name.get(label) if isinstance(label, str) else _whole(label)
        if index is None or not 0 <= index < len(names):
            raise InputError(
                f"The label {label!r} of image {row} is no class of this network, which has "
                f"{len(names)}: give indices from 0 to {len(names) - 1}, or class names."
            )
        indices[row] = index
    return indices


def _whole(label: Any) -> int | None:
    try:
        return int(label) if float(label) == int(label) else None
    except (TypeError, ValueError):
        return None


def _is_array(source: Any) -> bool:
    return hasattr(source, "shape") and hasattr(source, "dtype") and hasattr(source, "ndim")


def _is_tensor(source: Any) -> bool:
    return hasattr(source, "detach")


def label_list(labels: Any) -> list[Any]:
    """Labels as a list, from a list, an array or a tensor."""
    if _is_tensor(labels):
        labels = labels.detach().cpu().numpy()
    return list(labels.tolist() if hasattr(labels, "tolist") else labels)


def _channels_last(source: Any, layout: Layout | None, what: str) -> NDArray[Any]:
    """(n, H, W, C) of an array or tensor. Raises InputError for any other shape."""
    layout = layout or ("NCHW" if _is_tensor(source) else "NHWC")
    array: NDArray[Any] = np.asarray(source.detach().cpu() if _is_tensor(source) else source)
    shape = array.shape
    if array.ndim == 3:
        return array[..., None]
    if array.ndim == 4 and layout == "NCHW":
        array = array.transpose(0, 2, 3, 1)
    if array.ndim != 4 or array.shape[3] not in (1, 3):
        channels = f", read as {layout} with {array.shape[3]} channels" if array.ndim == 4 else ""
        raise InputError(
            f"{what} have the shape {shape}{channels}: give (n, H, W, C) or, with "
            'layout="NCHW", (n, C, H, W), C being 1 or 3.'
        )
    return array


def _as_bytes(images: NDArray[Any], what: str) -> NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    if not np.issubdtype(images.dtype, np.floating):
        raise InputError(f"{what} are of the type {images.dtype}: give uint8, or floats in 0..1.")
    low, high = (float(images.min()), float(images.max())) if images.size else (0.0, 0.0)
    # Not-a-number fails both comparisons, so it is refused as well.
    if not (low >= -_SLACK and high <= 1 + _SLACK):
        raise InputError(
            f"{what} have values from {low:.3g} to {high:.3g}: give floats in 0..1, and what "
            "normalises them as preprocess=…"
        )
    scaled: NDArray[np.uint8] = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    return scaled


def _from_dataset(dataset: Any, layout: Layout | None, what: str, report: Report) -> Given:
    images: list[NDArray[np.uint8]] = []
    labels: list[Any] = []
    for index in range(len(dataset)):
        report(index, len(dataset), f"images: reading {index} of {len(dataset)}")
        item = dataset[index]
        image, label = (item[0], item[1:2]) if isinstance(item, tuple | list) else (item, ())
        images.append(_one(image, layout, f"{what}, number {index},"))
        labels += [one.item() if hasattr(one, "item") else one for one in label]
        if images[index].shape != images[0].shape:
            raise InputError(
                f"{what} differ in size, {images[0].shape} and {images[index].shape}: resize them "
                "in the dataset's transform."
            )
    if not images:
        raise InputError(f"{what} are an empty dataset.")
    return Given(np.stack(images), labels if len(labels) == len(images) else None)


def _one(image: Any, layout: Layout | None, what: str) -> NDArray[np.uint8]:
    """(H, W, C) of one item of a dataset."""
    if hasattr(image, "convert"):
        image = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    if not _is_array(image):
        raise InputError(
            f"{what} are of the type {type(image).__name__}: a dataset must give pictures, arrays "
            "or tensors."
        )
    # A grey picture is (H, W); with a first axis it is the (n, H, W) of one.
    one: NDArray[np.uint8] = _as_bytes(_channels_last(image[None], layout, what), what)[0]
    return one
