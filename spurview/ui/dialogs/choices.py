"""What a person has chosen in the new-project dialog, as the commands would have it."""

from __future__ import annotations

from dataclasses import dataclass

from spurview.core.settings import Settings
from spurview.pipeline.network_request import NetworkRequest
from spurview.sources import SourcePreview, SourceSpec
from spurview.sources.blocks import OWN_SIZE_PX
from spurview.sources.reading import COMMON_SIZE_PX


@dataclass(frozen=True, eq=False)
class SourceChoice:
    """Sources of one role and what a quick look at each told."""

    specs: tuple[SourceSpec, ...]
    previews: tuple[SourcePreview, ...]

    @property
    def images(self) -> int:
        return sum(preview.images for preview in self.previews)

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in order, without images that have none."""
        names = {c.name: None for preview in self.previews for c in preview.classes if c.name}
        return list(names)

    @property
    def sizes(self) -> set[tuple[int, int]]:
        """(height, width) of the images looked at."""
        return {size for preview in self.previews for size in preview.sizes}


@dataclass(frozen=True)
class ClassifierChoice:
    """network: None to train one here by the settings; weights: a file to begin training with."""

    network: NetworkRequest | None
    settings: Settings
    weights: str = ""


def working_size(interest: SourceChoice, pool: SourceChoice, size_px: int) -> tuple[int, int]:
    """(height, width) that all images are brought to, as far as the images looked at tell."""
    if size_px:
        return size_px, size_px
    sizes = interest.sizes | pool.sizes
    low, high = OWN_SIZE_PX
    if len(sizes) == 1 and all(low <= side <= high for side in next(iter(sizes))):
        return next(iter(sizes))
    return COMMON_SIZE_PX, COMMON_SIZE_PX
