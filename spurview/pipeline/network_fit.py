"""A network and the images of a project brought together: classes, size, a first test.

Every mismatch ends in a sentence that says what was expected and what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array, MemoryReader, Reader
from spurview.core.errors import InputError
from spurview.core.network import Logits
from spurview.core.network_description import Fit, NetworkDescription, Preprocessing
from spurview.core.placing import seen_box
from spurview.core.sized_network import Answering, SizedNetwork
from spurview.pipeline.class_order import usual_order
from spurview.pipeline.network_trial import Trial, summary, trial_of, trial_rows
from spurview.pipeline.networks import GivenNetwork
from spurview.pipeline.probabilities import logits_of
from spurview.project.codec import image_keys
from spurview.project.model import SourceRecord
from spurview.sources import ImagesProduct
from spurview.sources.class_list import ClassList, class_list
from spurview.sources.originals import NetworkViews, Original, source_folders
from spurview.sources.prediction_file import Predictions, in_order
from spurview.sources.spec import SourceSummary

_SHOWN = 5
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Fitted:
    """Images whose labels are the network's classes, its full description, and its first test.

    trial: None where there are only predictions; notes: sentences for the person.
    """

    product: ImagesProduct
    description: NetworkDescription
    trial: Trial | None
    notes: list[str]


def fit(
    given: GivenNetwork, product: ImagesProduct, project_dir: Path, aspect: Fit = "crop"
) -> Fitted:
    """The network and the images together; aspect: how those became square.

    Raises InputError where they do not go together.
    """
    if given.predictions:
        return _fit_predictions(given, given.predictions, product)
    assert given.answering is not None
    assert given.description.preprocessing is not None
    n_images, height, width, _ = product.arrays["/images/pixels"].shape
    steps = given.description.preprocessing.at(height, width)
    description = msgspec.structs.replace(given.description, preprocessing=steps)
    reader = MemoryReader(product.arrays)
    rows = trial_rows(product.arrays["/images/role"], product.arrays["/images/label"])
    network = sized(given.answering, steps, reader, product.sources, project_dir, aspect)
    logits = tried(network, reader, rows, description)
    if is_probability(logits):
        description = msgspec.structs.replace(description, outputs="probabilities")
        logits = logits_of(logits)
    n_classes = logits.shape[1]
    names = _names(given.classes, n_classes, product, given.description)
    description = msgspec.structs.replace(description, n_classes=n_classes, names_from=names.origin)
    mapped = with_classes(product, names)
    trial = trial_of(logits, rows, names.names, mapped.arrays["/images/label"])
    return Fitted(mapped, description, trial, [*given.notes, summary(trial), *trial.warnings])


def sized(
    answering: Answering,
    steps: Preprocessing,
    reader: Reader,
    sources: Sequence[SourceRecord] | Sequence[SourceSummary],
    project_dir: Path,
    aspect: Fit = "crop",
) -> SizedNetwork:
    """The network as the stages ask it, with the originals behind it where it sees other sizes.

    aspect: how the originals became working images.
    """
    size = reader.shape("/images/pixels")[1:3]
    # Of a square original, which stands for any.
    square = (1 << 20, 1 << 20)
    seen = seen_box(square, (steps.height, steps.width), steps.fit, steps.resize)
    same = steps.fit == aspect and seen == seen_box(square, (size[0], size[1]), aspect)
    if size == (steps.height, steps.width) and same:
        return SizedNetwork(answering, steps, None)
    original = Original(reader, source_folders(sources, project_dir))
    return SizedNetwork(answering, steps, NetworkViews(reader, original, steps, aspect))


def tried(
    network: SizedNetwork,
    reader: Reader,
    rows: NDArray[np.int64],
    description: NetworkDescription,
) -> Logits:
    """(16, K) answers for the rows. Raises InputError where the network cannot take the images."""
    steps = description.preprocessing
    assert steps is not None
    channels = 1 if steps.channels == "grey" else 3
    shown = f"images of {channels} × {steps.height} × {steps.width}"
    hint = "give its size and channels with --preprocess"
    try:
        logits = network.logits(reader.read_rows("/images/pixels", rows.tolist()), rows)
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError) as error:
        raise InputError(
            f"The network cannot take {shown} (channels, height, width): {_first_line(error)}; "
            f"{hint}.",
            details=str(error),
        ) from error
    except Exception as error:
        # ONNX Runtime's errors are RuntimeErrors in name only.
        if not type(error).__module__.startswith("onnxruntime"):
            raise
        raise InputError(
            f"The network cannot take {shown} (channels, height, width); {hint}.",
            details=str(error),
        ) from error
    if logits.ndim != 2 or len(logits) != len(rows) or logits.shape[1] < 2:
        raise InputError(
            f"The network answers {len(rows)} images with shape {logits.shape} where "
            f"({len(rows)}, number of classes) is expected."
        )
    if not np.isfinite(logits).all():
        raise InputError(f"The network's answers are not finite for {shown}: {hint}.")
    return logits


def is_probability(answers: Logits) -> bool:
    """Whether answers (n, K) are probabilities rather than logits."""
    return bool((answers >= 0).all() and (np.abs(answers.sum(1) - 1) < _SUM_TOLERANCE).all())


def with_classes(product: ImagesProduct, names: ClassList) -> ImagesProduct:
    """The images with the network's classes in place of their own, matched by name.

    Raises InputError for a class of interest that is none of the network's.
    """
    found = {name: names.index(name) for name in product.label_names}
    strange = [name for name in product.class_names if found[name] is None]
    if strange:
        raise InputError(
            f"The class of interest {strange[0]} is none of the network's {len(names.names)} "
            f"classes ({_listed(names.names)}, from {names.origin}): rename its folder, or give "
            "the classes in the network's order with --class-names."
        )
    extra = [name for name in product.label_names if found[name] is None]
    label_names = [*names.names, *extra]
    numbers = [
        len(names.names) + extra.index(name) if (k := found[name]) is None else k
        for name in product.label_names
    ]
    label = product.arrays["/images/label"]
    mapped = np.where(label < 0, -1, np.array([*numbers, -1], np.int32)[label]).astype(np.int32)
    return replace(
        product,
        arrays=product.arrays | {"/images/label": mapped},
        class_names=list(names.names),
        label_names=label_names,
    )


def class_numbers(found: Predictions, class_names: Sequence[str], shown: str) -> NDArray[np.int32]:
    """For each class of a file of predictions its number in the project. Raises InputError."""
    known = class_list(class_names, "")
    numbers = []
    for name in found.names:
        index = known.index(name)
        if index is None and name.isdecimal() and int(name) < len(class_names):
            index = int(name)
        if index is None:
            raise InputError(
                f"{shown} predicts the class {name}, which is none of {_listed(class_names)}: "
                "give all classes with --class-names."
            )
        numbers.append(index)
    return np.array(numbers, np.int32)


def spread(found: Predictions, lines: Array, numbers: Array, n_classes: int) -> Array | None:
    """Probabilities (n, n_classes) of a file's lines; None where it gives classes alone.

    numbers: the project's number of each class of the file; it knows nothing of the others.
    """
    if found.probabilities is None:
        return None
    probabilities = np.zeros((len(lines), n_classes), np.float32)
    probabilities[:, numbers] = found.probabilities[lines]
    return probabilities


def _fit_predictions(given: GivenNetwork, found: Predictions, product: ImagesProduct) -> Fitted:
    shown = given.description.file
    in_order(found, image_keys(MemoryReader(product.arrays)), shown)
    assert given.classes is not None
    names = given.classes
    lacking = [name for name in product.class_names if names.index(name) is None]
    if lacking and found.probabilities is None and names.names == found.names:
        # Classes that no image got stand in no file that names classes alone.
        names = class_list([*names.names, *lacking], names.origin)
    mapped = with_classes(product, names)
    class_numbers(found, names.names, shown)
    description = msgspec.structs.replace(
        given.description, n_classes=len(names.names), names_from=names.origin
    )
    note = (
        "Without the network itself nothing can be put in or taken out: a finding is at most "
        "suspect."
    )
    return Fitted(mapped, description, None, [note])


def _names(
    known: ClassList | None, n_classes: int, product: ImagesProduct, network: NetworkDescription
) -> ClassList:
    own = product.class_names
    if known is None and len(own) == n_classes:
        return usual_order(product)
    if known is None:
        raise InputError(
            f"The network tells {n_classes} classes apart and the images of interest have "
            f"{len(own)} ({_listed(own)}): name all {n_classes} in the network's order with "
            "--class-names FILE."
        )
    if len(known.names) != n_classes:
        raise InputError(
            f"{known.origin} names {len(known.names)} classes where the network "
            f"{network.file} tells {n_classes} apart: give all of them in its order."
        )
    return known


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200].rstrip(".") or type(error).__name__
