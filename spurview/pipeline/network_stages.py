"""The work of the stages for a network that was not trained in the project."""

from __future__ import annotations

from spurview.core.arrays import Array
from spurview.core.errors import StageError
from spurview.core.network import Asked
from spurview.pipeline.run import Facts, Work


def checked(work: Work) -> tuple[dict[str, Array], Facts]:
    """What the stage `classifier` records of a network from a file: that it answers, and how."""
    raise StageError("Networks from files come in a later version: use --classifier train.")


def open_network(work: Work) -> Asked | None:
    """The network of the project's description; None where there are only predictions."""
    raise StageError("Networks from files come in a later version: use --classifier train.")


def predicted_classes(work: Work) -> tuple[dict[str, Array], Facts]:
    """The product of the stage `predictions` from a file of predictions."""
    raise StageError("Predictions from files come in a later version: use --classifier train.")
