"""The stages: what each reads, needs and makes, and whether its product is still true."""

from __future__ import annotations

from typing import Literal

from spurview.core.arrays import Reader
from spurview.project.model import ProjectInfo

State = Literal["fresh", "stale", "missing"]

STAGE_NAMES = (
    "images", "classifier", "predictions", "embedding", "candidates", "verification", "layout",
)


def states(info: ProjectInfo, reader: Reader) -> dict[str, State]:
    """Whether each stage's product is fresh, stale or missing."""
    return {name: "fresh" if name in info.stages else "missing" for name in STAGE_NAMES}
