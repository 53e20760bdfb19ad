"""A first test on 16 images, for commands and dialogs: does what a network answers make sense?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array
from spurview.core.network import Logits
from spurview.pipeline.probabilities import probabilities_of
from spurview.project.model import POOL

TRIED = 16
_NORMALISATION = "the preprocessing, above all the normalisation, is probably wrong"
# Below this multiple of even odds no image is told from another.
_UNDECIDED = 1.2
# Where a smaller share of images of interest is right, something is likely to be wrong.
FEW_RIGHT = 0.5


@dataclass(frozen=True)
class Trial:
    """What the network said of the images `rows`.

    predicted: a class's name for each; confidence: its probability; own: the true class of images
    of interest, None of others; warnings: sentences for the person.
    """

    rows: list[int]
    predicted: list[str]
    confidence: list[float]
    own: list[str | None]
    warnings: list[str]

    @property
    def right(self) -> tuple[int, int]:
        """Images of interest that got their own class, and images of interest in all."""
        known = [(own, p) for own, p in zip(self.own, self.predicted, strict=True) if own]
        return sum(own == predicted for own, predicted in known), len(known)


def trial_rows(role: Array, label: Array) -> NDArray[np.int64]:
    """16 rows of images of interest, class by class in turn; of the pool where there are fewer."""
    interest = np.flatnonzero(role != POOL)
    chosen = interest[np.argsort(turns(label[interest]), kind="stable")][:TRIED]
    pool = np.flatnonzero(role == POOL)[: TRIED - len(chosen)]
    return np.sort(np.concatenate([chosen, pool])).astype(np.int64)


def turns(label: Array) -> NDArray[np.int64]:
    """(n,) how many images of the same class come before each one."""
    turn = np.zeros(len(label), np.int64)
    for k in np.unique(label):
        mine = label == k
        turn[mine] = np.arange(mine.sum())
    return turn


def trial_of(
    logits: Logits, rows: NDArray[np.int64], class_names: Sequence[str], label: Array
) -> Trial:
    """What answers (n, K) for the rows say; label: (N,) true classes, -1 unknown."""
    probability = probabilities_of(logits)
    predicted = logits.argmax(1)
    own = [int(k) if 0 <= k < len(class_names) else None for k in label[rows]]
    warning = _warning(predicted, probability, own, class_names)
    return Trial(
        rows=[int(row) for row in rows],
        predicted=[class_names[k] for k in predicted],
        confidence=[round(float(p), 4) for p in probability.max(1)],
        own=[None if k is None else class_names[k] for k in own],
        warnings=[warning] if warning else [],
    )


def summary(trial: Trial) -> str:
    """How the test went, in one sentence."""
    right, known = trial.right
    if not known:
        return f"First test: the network answers for {len(trial.rows)} images."
    return (
        f"First test: {right} of {known} images of interest get their own class from the network."
    )


def _warning(
    predicted: NDArray[np.int64],
    probability: NDArray[np.float64],
    own: Sequence[int | None],
    class_names: Sequence[str],
) -> str:
    """The likeliest thing to be wrong, or nothing."""
    n = len(predicted)
    known = [(k, int(p)) for k, p in zip(own, predicted, strict=True) if k is not None]
    if n > 1 and len(set(predicted.tolist())) == 1 and len({k for k, _ in known}) != 1:
        name = class_names[predicted[0]]
        return f"All {n} images of the first test get class {name}: {_NORMALISATION}."
    if probability.max() < _UNDECIDED / probability.shape[1]:
        return (
            f"The network is sure of none of {n} images: {_NORMALISATION}, or its weights are not "
            "trained."
        )
    right = sum(k == p for k, p in known)
    if known and right < FEW_RIGHT * len(known):
        return (
            f"Of {len(known)} images of interest the network gives {right} their own class: the "
            "preprocessing or the order of the class names is probably wrong."
        )
    return ""
