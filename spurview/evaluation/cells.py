"""What describes one run completely: a cell's fields and its seed determine all of its images."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from spurview.core.plant import Kind
from spurview.evaluation.rows import Group

Share = Annotated[float, Meta(ge=0, le=1)]
Pixels = Annotated[int, Meta(ge=0, le=512)]
Jitter = Pixels | Literal["free"]
# One class; all classes alike; pool images alone; or half of one kind of pool image.
Where = Literal["class", "all classes", "pool", "decoy"]


class Planting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One pattern: what it is, how strong, and which images get it.

    side_px: of a patch or of the box of strokes, of letters the most that they are wide, of specks
    how many; level:
    R1 to R3 of noise over the image, S1 to S3 of a patch in the corner; share_of_class: of the
    training images of its class or classes; share_of_pool: of the pool, of a decoy the share of
    the one kind of pool image it is tied to; place: quiet is dark in the images that get it;
    jitter_px: the most it is moved in each image, "free" for any place.
    """

    pattern: Kind
    side_px: Pixels = 5
    level: str = ""
    strength: Share = 1.0
    share_of_class: Share = 0.8
    share_of_pool: Share = 0.05
    place: Literal["quiet", "random"] = "quiet"
    jitter_px: Jitter = 0
    where: Where = "class"

    @property
    def is_moved(self) -> bool:
        """Whether it stands in another place from image to image."""
        return self.jitter_px != 0


class Cell(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One run.

    kind: the name under which runs are counted together; source: `digits:`, `photographs:` or a
    folder with a sub-folder for each class; n_interest: how many classes, drawn by the seed, are
    of interest, the others being the pool; interest_images: the most images of each of them, 0
    for all; pool_images: the most of the pool, 0 for all; settings: changed ones, dotted keys.
    """

    kind: str
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    group: Group = "planted"
    source: str = "digits:"
    n_interest: Annotated[int, Meta(ge=2)] = 5
    interest_images: Annotated[int, Meta(ge=0)] = 0
    pool_images: Annotated[int, Meta(ge=0)] = 0
    plantings: tuple[Planting, ...] = ()
    settings: dict[str, str | int | float] = {}
