"""The search on pools too large to be compared image by image: on a sample, then told on all.

Candidates are sought in a seeded sample in which the two halves keep their parts and every class
has some; each one kept is then told on all images, block by block, and its evidence counted over
all of them. The cost grows with the number of images, and memory with that of the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate, candidate_id, of_rows
from spurview.core.carrying import Carrier, Told, carrier_of
from spurview.core.coarse import factor_of
from spurview.core.enrichment import Enrichment, enrichment_of
from spurview.core.evidence import CandidateRecord, ClassRecord
from spurview.core.freed_memory import hand_back
from spurview.core.literal import literal_candidates
from spurview.core.material import ClassMaterial, Floats, Material, Rows
from spurview.core.neighbours import nearest_among
from spurview.core.pool_blocks import MOST_VALUES, Block, References, references_of
from spurview.core.progress import Report
from spurview.core.search import (
    Found,
    MarginGradients,
    search,
    weighed,
    with_false_discovery,
    with_free_images,
)
from spurview.core.separation import pool_valley, training_valley
from spurview.core.settings import CandidatesSettings
from spurview.core.training_enrichment import training_p, training_rates

# Pools of up to so many images are searched as a whole, of projects of up to so many values: 1 GB
# as floats of four bytes, of which several copies are in memory.
MOST_WHOLE = 20_000
MOST_VALUES_WHOLE = 250_000_000
# Values of the sample, but for a sample of too few images to find anything in. Those of its blocks
# count twice, since the search of blocks keeps copies of its own.
_MOST_VALUES = 50_000_000
_FEWEST_IN_SAMPLE = 2700
# Images of a block: at most so many, and of large ones so many values. A block, what is expected of
# it and its residuals are in memory.
_MOST_IN_BLOCK = 4096

# (first row, row after the last) -> images (n, D) float32 in 0..1
ReadImages = Callable[[int, int], Floats]


@dataclass(frozen=True)
class SampleSizes:
    """At most so many of each half of the pool and of the training images; floor: of a class."""

    half: int = 6000
    training: int = 4000
    floor: int = 300


def is_large(n_pool: int, n_values: int) -> bool:
    """Whether a pool of so many images is searched by a sample; n_values: of all images."""
    return n_pool > MOST_WHOLE or n_values > MOST_VALUES_WHOLE


def sample_sizes(shape: tuple[int, int, int]) -> SampleSizes:
    """The sizes for images (H, W, C), fewer of large ones."""
    plain, factor = SampleSizes(), factor_of(shape)
    values = int(np.prod(shape))
    if factor > 1:
        values += 2 * -(-shape[0] // factor) * -(-shape[1] // factor) * shape[2]
    most = max(_MOST_VALUES / values, _FEWEST_IN_SAMPLE)
    share = min(1.0, most / (2 * plain.half + plain.training))
    return SampleSizes(round(share * plain.half), round(share * plain.training), plain.floor)


def block_size(shape: tuple[int, int, int]) -> int:
    """Images (H, W, C) that are told at once."""
    return max(1, min(_MOST_IN_BLOCK, MOST_VALUES // int(np.prod(shape))))


def sampled_rows(pool: Material, sizes: SampleSizes, seed: int) -> Rows:
    """Rows of the sample, ascending: of each half by predicted class, of training by label."""
    rng = np.random.default_rng([seed, sizes.half])
    groups = (
        (pool.discover, pool.predicted, sizes.half),
        (pool.confirm, pool.predicted, sizes.half),
        (pool.training, pool.labels, sizes.training),
    )
    drawn = [
        _drawn(np.flatnonzero(among), classes, most, sizes.floor, rng)
        for among, classes, most in groups
    ]
    return np.sort(np.concatenate(drawn))


def _drawn(
    rows: Rows, classes: NDArray[np.int32], most: int, floor: int, rng: np.random.Generator
) -> Rows:
    """At most about `most` of the rows, of each class its share and the floor where it has it."""
    if len(rows) <= most:
        return rows
    names, counts = np.unique(classes[rows], return_counts=True)
    floor = min(floor, most // len(names))
    shares = np.minimum(counts, np.maximum(floor, counts * most // len(rows)))
    parts = [
        rng.permutation(rows[classes[rows] == name])[:share]
        for name, share in zip(names, shares, strict=True)
    ]
    return np.concatenate(parts)


def part_of(pool: Material, rows: Rows, images: Floats, rebuilt: Floats | None = None) -> Material:
    """The material of some rows (n,), ascending, with their images (n, D), neighbours among them.

    pool: the whole with no images; halves stay what they are. rebuilt: as of `Material`.
    """
    latents = pool.latents[rows]
    references = np.flatnonzero(pool.pool[rows])
    part = replace(
        pool,
        images=images,
        latents=latents,
        predicted=pool.predicted[rows],
        labels=pool.labels[rows],
        pool=pool.pool[rows],
        training=pool.training[rows],
        discover=pool.discover[rows],
        neighbours=nearest_among(latents, references, pool.neighbours.shape[1]).astype(np.int32),
        rebuilt=rebuilt,
    )
    # A cached property: halved anew, an image could propose here and prove there.
    part.__dict__["training_discover"] = pool.training_discover[rows]
    return part


def search_large(
    pool: Material,
    sample: Material,
    rows: Rows,
    read: ReadImages,
    gradients: MarginGradients | None,
    *,
    settings: CandidatesSettings,
    seed: int,
    report: Report,
) -> tuple[list[Found], list[ClassRecord]]:
    """As `search.search`, of all images: sought in the sample, told and counted on all.

    pool: all N images without their pixels, images (N, 0); sample: its part of the rows (n,).
    """
    found, classes = _sought(pool, sample, rows, gradients, settings, seed, report)
    counts = [int(pool.of_class(record.class_index).sum()) for record in classes]
    classes = [
        msgspec.structs.replace(record, pool=count)
        for record, count in zip(classes, counts, strict=True)
    ]
    # Before and after, since the most memory is held in between.
    hand_back()
    telling = _Telling(pool, sample, rows, found)
    # What is told needs half A alone.
    del sample
    hand_back()
    return with_false_discovery(telling.told(read, report)), classes


def _sought(
    pool: Material,
    sample: Material,
    rows: Rows,
    gradients: MarginGradients | None,
    settings: CandidatesSettings,
    seed: int,
    report: Report,
) -> tuple[list[Found], list[ClassRecord]]:
    # A copy, with which goes what the search has worked out of all images.
    found, classes = search(copy(sample), gradients, settings=settings, seed=seed, report=report)
    if settings.method == "matched":
        return found, classes
    # The literal method looks at latents alone: its clusters are those of all images.
    literal = [
        weighed(sample, replace(c, hits=c.hits[rows], linear=c.linear[rows]))
        for record in classes
        if record.searched
        for c in _literal_of(pool, record.class_index)[: settings.per_class]
        if (c.hits[rows] & sample.of_class(record.class_index)).any()
    ]
    return literal, classes


def _literal_of(pool: Material, class_index: int) -> list[Candidate]:
    return with_free_images(pool, literal_candidates(pool, class_index))


class _Telling:
    """All candidates told on all images, in one pass over them."""

    def __init__(self, pool: Material, sample: Material, rows: Rows, found: list[Found]) -> None:
        self._pool = pool
        # What tells is drawn from half A alone, a half of the sample's memory and time.
        half_a = np.flatnonzero(sample.discover)
        part = part_of(pool, rows[half_a], sample.images[half_a])
        self._references = references_of(part, rows[half_a])
        block = Block(part.images, part.latents, rows[half_a], self._references)
        classes: dict[int, ClassMaterial] = {}
        candidates = [(f, of_rows(f.candidate, half_a)) for f in found]
        carriers = [
            (f, _literal(part, candidate))
            if candidate.family == "literal"
            else (f, carrier_of(part, candidate, block, classes))
            for f, candidate in candidates
        ]
        self._told = [
            _Counting(pool, self._references, f, carrier, carrier.tell(block))
            for f, carrier in carriers
            if carrier is not None
        ]

    def told(self, read: ReadImages, report: Report) -> list[Found]:
        n_images = len(self._pool.latents)
        size = block_size(self._pool.shape)
        for start in range(0, n_images, size):
            report(start, n_images, "telling candidates on all images")
            stop = min(start + size, n_images)
            of = np.arange(start, stop)
            block = Block(read(start, stop), self._pool.latents[of], of, self._references)
            for counting in self._told:
                counting.add(block)
        return [found for counting in self._told if (found := counting.found()) is not None]


class _Counting:
    """What is told of one candidate, gathered over the blocks, and its evidence."""

    def __init__(
        self, pool: Material, references: References, found: Found, carrier: Carrier, seen: Told
    ) -> None:
        """seen: what is told of the references."""
        self._pool, self._found, self._carrier = pool, found, carrier
        candidate = found.candidate
        n_images = len(pool.latents)
        self._hits = np.zeros(n_images, bool)
        self._linear = np.zeros(n_images, np.float32)
        self._places = None if candidate.places is None else np.zeros((n_images, 2), np.int16)
        self._excluded = seen.hits
        self._mine = pool.of_class(candidate.class_index)
        self._of_references = self._mine[references.in_pool]
        self._chances: list[Floats] = []

    def add(self, block: Block) -> None:
        told = self._carrier.tell(block)
        self._hits[block.rows] = told.hits
        self._linear[block.rows] = told.linear
        if self._places is not None and told.places is not None:
            self._places[block.rows] = told.places
        counted = np.flatnonzero(told.hits & self._pool.confirm[block.rows])
        if len(counted) and not self._excluded.all():
            near = block.without(self._excluded)[counted]
            self._chances.append(self._of_references[near].mean(1))

    def found(self) -> Found | None:
        """The candidate with evidence over all images; None where nothing of it is left."""
        members = np.flatnonzero(self._hits & self._mine)
        if not len(members):
            return None
        candidate = replace(
            self._found.candidate,
            hits=self._hits,
            linear=self._linear,
            threshold=self._carrier.threshold,
            places=self._places,
        )
        members = members[np.argsort(-self._linear[members], kind="stable")]
        return Found(candidate, self._found.template, self._record(candidate, members), members)

    def _record(self, candidate: Candidate, members: Rows) -> CandidateRecord:
        seen = self._enrichment()
        rates = training_rates(self._pool, candidate)
        return msgspec.structs.replace(
            self._found.record,
            id=candidate_id(candidate.class_index, members),
            matching=seen.matching,
            of_class=seen.of_class,
            expected=seen.expected,
            lift=seen.lift,
            z=seen.z,
            p=seen.p,
            q=seen.p,
            valley_pool=pool_valley(self._pool, candidate),
            valley_training=training_valley(self._pool, candidate),
            training_rates=rates,
            training_q=None if rates is None else training_p(self._pool, candidate),
        )

    def _enrichment(self) -> Enrichment:
        """As `enrichment.enrichment`, with neighbours among the references."""
        carriers = self._hits & self._pool.confirm
        observed = int((carriers & self._mine).sum())
        return enrichment_of(observed, np.concatenate([*self._chances, np.zeros(0)]))


def _literal(sample: Material, candidate: Candidate) -> Carrier:
    """The ball of a cluster, worked out from its scores: they fall evenly from its centre."""
    points = sample.latents.astype(np.float64)
    # |x - c|^2 = t^2 (2 - s)^2 is linear in c, |c|^2 and t^2.
    away = np.square(2.0 - candidate.linear.astype(np.float64))
    system = np.c_[2 * points, -np.ones(len(points)), away]
    solved, *_ = np.linalg.lstsq(system, np.square(points).sum(1), rcond=None)
    centre, typical = solved[:-2], float(np.sqrt(max(solved[-1], 1e-18)))

    def tell(block: Block) -> Told:
        linear = 2 - np.linalg.norm(block.latents - centre, axis=1) / typical
        return Told(linear.astype(np.float32), linear >= candidate.threshold)

    return Carrier(tell, candidate.threshold)
