"""The records in which candidates and their evidence are kept.

A number that is not known is None, and the reason stands in `missing` under the same name.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Outcome = Literal["alarm", "suspect", "candidate"]
Kind = Literal["pattern", "texture", "place-free", "colour"]
# A copy that turns this share of what its pattern turns works as well.
SAME_EFFECT = 0.8
Family = Literal["local", "moved", "whole", "literal"]

_Count = Annotated[int, Meta(ge=0)]


class CandidateRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One candidate of one predicted class; arrays stand beside it under `/candidates`.

    `matching`, `of_class`, `expected`, `lift`, `z`, `p`, `q` count the held-out half only.
    `family` is how it was found: at one place, at one that changes (`moved`: `/candidates/places`
    says where), over the whole image, or as written in the literal method.
    `opacity` is the a of x' = (1 - a m) x + b on the mask m (0 adds b, 1 replaces by b).
    `content_dependence` is the area under the ROC curve with which the image around the mask
    tells carriers from others; None for patterns without a place.
    """

    id: str
    class_index: int
    family: Family
    detectors: list[str]
    opacity: float
    localised: bool
    matching: int
    of_class: int
    expected: float
    lift: float | None
    z: float
    p: float
    q: float
    agreement: float
    valley_pool: float
    valley_training: float | None
    training_rates: list[float] | None
    training_q: float | None
    content_dependence: float | None = None


class InsertionRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of `n` other images that become the class; margins in logits, over no insertion.

    flat: with the pattern's mean colour alone; grey: with its brightness alone; of coloured ones.
    """

    flip: float
    null_control: float
    scrambled: float | None
    rolled: float | None
    n: int
    interval: tuple[float, float]
    margin: float
    null_margin: float
    flat: float | None = None
    grey: float | None = None


class RemovalRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of `n` carriers that leave the class when the pattern, or as much elsewhere, goes."""

    drop: float
    control: float
    n: int
    interval: tuple[float, float]


class VerificationRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The experiments on one candidate and what follows; `ratios` are evidence over threshold.

    `score` is the geometric mean of the ratios mapped to 0..1; an alarm needs every ratio >= 1.
    """

    id: str
    rank: int
    outcome: Outcome
    kind: Kind | None
    score: float
    ratios: dict[str, float]
    insertion: InsertionRecord | None
    removal: RemovalRecord | None
    missing: dict[str, str] = {}


class ClassRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came of the search in one predicted class, and why it was not searched where it was not.

    pool: its pool images.
    """

    class_index: int
    pool: int
    searched: bool
    reason: str = ""


class ChanceRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Candidates that meet every threshold that needs no network, in the search and by chance.

    counts: in each repeat with permuted classes; `found` in the real search by the same rule;
    interval: 95 % interval of the mean count.
    """

    counts: Annotated[list[_Count], Meta(min_length=1)]
    found: _Count
    interval: tuple[float, float]
