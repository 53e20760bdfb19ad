"""A network tried on a few images before a project is made: does what it answers make sense?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import MemoryReader
from spurview.core.network import Logits
from spurview.core.progress import Report, silent
from spurview.core.settings import ImagesSettings
from spurview.pipeline.network_fit import (
    Fitted,
    class_numbers,
    fit,
    sized,
    spread,
    tried,
)
from spurview.pipeline.network_request import NetworkRequest
from spurview.pipeline.network_trial import TRIED, Trial, trial_of, turns
from spurview.pipeline.networks import GivenNetwork, open_given
from spurview.pipeline.probabilities import logits_of
from spurview.project.codec import image_keys
from spurview.project.model import POOL
from spurview.sources import SourceSpec
from spurview.sources.prediction_file import Predictions, in_order
from spurview.sources.sampling import read_sample

# Most are of interest: those have a class of their own, so that a wrong answer shows.
N_POOL = 3
N_INTEREST = TRIED - N_POOL


@dataclass(frozen=True)
class Tryout:
    """What a network said of 16 images.

    pictures: (n, H, W, 3) u8, in the order of the trial's rows; class_numbers: index of each
    predicted class; form: as in the network's description; notes: sentences for the person.
    """

    pictures: NDArray[np.uint8]
    trial: Trial
    class_numbers: list[int]
    n_classes: int
    form: str
    notes: list[str]


def try_network(
    request: NetworkRequest,
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    settings: ImagesSettings,
    *,
    turn: int = 0,
    report: Report = silent,
) -> Tryout:
    """The network's answers for 16 images, 13 of interest and 3 of the pool.

    turn: another number tries other images. Raises NotAgreedError for a file that can hold code
    and nobody has agreed to, InputError for all that does not go together.
    """
    report(0, 0, "test: opening the network")
    folder = Path.cwd()
    given = open_given(request, folder)
    report(0, 0, "test: reading images")
    product = read_sample(
        interest,
        pool,
        settings=settings,
        n_interest=N_INTEREST,
        n_pool=N_POOL,
        turn=turn,
        project_dir=folder,
        report=report,
    )
    report(0, 0, "test: asking the network")
    fitted = fit(given, product, folder, settings.aspect)
    return _of(given, fitted, folder, settings)


def _of(given: GivenNetwork, fitted: Fitted, folder: Path, settings: ImagesSettings) -> Tryout:
    arrays, names = fitted.product.arrays, fitted.product.class_names
    rows = _rows(arrays["/images/role"], arrays["/images/label"])
    if given.predictions:
        logits = _foretold(given.predictions, fitted, rows)
    else:
        logits = _asked(given, fitted, folder, settings, rows)
    trial = trial_of(logits, rows, names, arrays["/images/label"])
    if given.predictions and given.predictions.probabilities is None:
        # Classes alone: there is no confidence that could be told.
        trial = Trial(trial.rows, trial.predicted, [], trial.own, trial.warnings)
    pixels = arrays["/images/pixels"][rows]
    return Tryout(
        np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:3], 3))),
        trial,
        [names.index(name) for name in trial.predicted],
        len(names),
        fitted.description.form,
        [*given.notes, *trial.warnings],
    )


def _rows(role: NDArray[np.uint8], label: NDArray[np.int32]) -> NDArray[np.int64]:
    """13 rows of interest class by class in turn, then 3 of the pool."""
    interest = np.flatnonzero(role != POOL)
    order = np.lexsort((label[interest], turns(label[interest])))
    pool = np.flatnonzero(role == POOL)[:N_POOL]
    chosen: NDArray[np.int64] = np.concatenate([interest[order][:N_INTEREST], pool])
    return chosen.astype(np.int64)


def _asked(
    given: GivenNetwork,
    fitted: Fitted,
    folder: Path,
    settings: ImagesSettings,
    rows: NDArray[np.int64],
) -> Logits:
    assert given.answering is not None
    steps = fitted.description.preprocessing
    assert steps is not None
    reader = MemoryReader(fitted.product.arrays)
    network = sized(given.answering, steps, reader, fitted.product.sources, folder, settings.aspect)
    logits = tried(network, reader, rows, fitted.description)
    if fitted.description.outputs == "probabilities":
        return logits_of(logits)
    return logits


def _foretold(found: Predictions, fitted: Fitted, rows: NDArray[np.int64]) -> Logits:
    """(n, K) what the file says of the rows; a class that stands alone is certain."""
    names, shown = fitted.product.class_names, fitted.description.file
    keys = image_keys(MemoryReader(fitted.product.arrays))
    lines = in_order(found, [keys[row] for row in rows], shown)
    numbers = class_numbers(found, names, shown)
    probabilities = spread(found, lines, numbers, len(names))
    if probabilities is None:
        probabilities = np.eye(len(names), dtype=np.float32)[numbers[found.classes[lines]]]
    return logits_of(probabilities)
