"""How many candidates chance alone would give: the search again, with predicted classes permuted.

A permutation test within strata (Good 2005, Permutation, Parametric and Bootstrap Tests of
Hypotheses; for a nuisance as rich as content, Berrett et al. 2020, The conditional permutation
test). Were the network's choice a matter of content alone, images of like content could swap their
classes and the search would find as many. Images, latents and neighbours stay as they are, so the
residuals are frozen. There is no network that would give permuted classes: whatever needs one, the
gradient detector first of all, has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import cdist

from spurview.core.decide import evidence_ratios
from spurview.core.evidence import CandidateRecord
from spurview.core.material import Bools, Material
from spurview.core.neighbours import nearest
from spurview.core.progress import Report
from spurview.core.search import search
from spurview.core.settings import CandidatesSettings

Strata = NDArray[np.int32]

# The evidence that needs neither the network nor training images.
COUNTED = ("enrichment", "valley_pool", "agreement", "independence")

# What a material computes once.
KEPT = tuple(name for name, made in vars(Material).items() if isinstance(made, cached_property))

# Pool images a stratum is meant to have, and has at the least. Fewer leave little to permute,
# more mix content.
_MEANT, _FEWEST = 40, 20
_MOST_STRATA = 250
# Carriers of found patterns against the other images of a stratum.
_MOST_CARRIERS = 0.25
# k-means cannot be interrupted, so it sees no more rows than this.
_MOST_FITTED = 10_000
# Keeps these random numbers apart from all others of the same seed.
_STREAM = 2005
_STEPS = 100


def is_counted(record: CandidateRecord) -> bool:
    """Whether a candidate meets every threshold that needs no network, and not by it alone.

    What the gradient detector alone proposed is left out: no permuted search could have it.
    """
    ratios = evidence_ratios(record, None)
    met = all(ratios[name] >= 1 for name in COUNTED if name in ratios)
    return met and set(record.detectors) != {"gradient"}


def content_strata(material: Material, carriers: Bools, seed: int) -> Strata:
    """The stratum of every pool image, (N,) int32 from 0, and -1 outside the pool.

    carriers: (N,) bool, images that carry a pattern of the real search. Strata are clusters of
    latents (k-means, Lloyd 1982) of the pool images that carry none, 20 of them or more in each;
    carriers join the nearest that has room, four of the others to one of them. An encoder that
    sees a pattern puts its carriers side by side; a stratum mostly of carriers would keep its
    class however it is permuted, and chance would seem to give the pattern every time.
    """
    from sklearn.cluster import KMeans

    pool = np.flatnonzero(material.pool)
    free = pool[~carriers[pool]]
    strata = np.full(len(material.latents), -1, np.int32)
    strata[pool] = 0
    fitted = np.random.default_rng([seed, _STREAM]).permutation(free)[:_MOST_FITTED]
    differing = len(np.unique(material.latents[fitted], axis=0))
    n_strata = min(len(free) // _MEANT, _MOST_STRATA, differing)
    if n_strata < 2:
        return strata
    model = KMeans(n_strata, n_init=1, random_state=seed).fit(material.latents[fitted])
    centres = model.cluster_centers_.astype(np.float32)
    sizes = np.bincount(nearest(material.latents[free], centres, 1)[:, 0], minlength=n_strata)
    # The largest is always large enough: there are 40 for each on average.
    centres = centres[sizes >= _FEWEST]
    strata[free] = nearest(material.latents[free], centres, 1)[:, 0]
    joining = pool[carriers[pool]]
    share = max(_MOST_CARRIERS, len(joining) / len(free))
    room = np.ceil(share * np.bincount(strata[free])).astype(np.int64)
    strata[joining] = _joined(cdist(material.latents[joining], centres), room)
    return strata


def _joined(distance: NDArray[np.float64], room: NDArray[np.int64]) -> Strata:
    """The nearest stratum with room for each of n images, (n,) int32; the nearer images first.

    distance: (n, strata) of each image to each centre; room: (strata,), n or more in all.
    """
    left = room.copy()
    joined = np.full(len(distance), -1, np.int32)
    while (joined < 0).any():
        waiting, open_strata = np.flatnonzero(joined < 0), np.flatnonzero(left)
        wanted = open_strata[distance[np.ix_(waiting, open_strata)].argmin(1)]
        for stratum in np.unique(wanted):
            asking = waiting[wanted == stratum]
            by_distance = np.argsort(distance[asking, stratum], kind="stable")
            taken = asking[by_distance[: left[stratum]]]
            joined[taken] = stratum
            left[stratum] -= len(taken)
    return joined


def permuted(material: Material, strata: Strata, rng: np.random.Generator) -> Material:
    """The same images with the pool's predicted classes permuted within strata.

    What a material keeps once it is computed depends on images and latents alone, and is shared.
    """
    rows = np.flatnonzero(strata >= 0)
    # By stratum and by stratum in random order: each image takes the class of its counterpart.
    by_stratum = rows[np.argsort(strata[rows], kind="stable")]
    shuffled = rows[np.lexsort((rng.random(len(rows)), strata[rows]))]
    predicted = material.predicted.copy()
    predicted[by_stratum] = material.predicted[shuffled]
    other = replace(material, predicted=predicted)
    # Cached properties keep their values here; to compute them anew would give the same.
    vars(other).update({name: getattr(material, name) for name in KEPT})
    return other


def counts_by_chance(
    material: Material,
    carriers: Bools,
    *,
    settings: CandidatesSettings,
    repeats: int,
    seed: int,
    done: Mapping[int, int],
    on_count: Callable[[int, int], None],
    report: Report,
) -> list[int]:
    """Candidates that count (`is_counted`) in each of `repeats` searches with permuted classes.

    carriers: (N,) bool, images that carry a counted pattern of the real search; done: counts of
    earlier repeats, by repeat, which are not searched again; on_count: told (repeat, count) after
    each search. Each repeat follows from (seed, repeat) alone. Cancelled comes from `report`.
    """
    strata = content_strata(material, carriers, seed)
    counts = []
    for repeat in range(repeats):
        count = done.get(repeat)
        if count is None:
            rng = np.random.default_rng([seed, _STREAM, repeat + 1])
            step = _Step(report, repeat, repeats)
            other = permuted(material, strata, rng)
            found, _ = search(other, None, settings=settings, seed=seed, report=step)
            count = sum(is_counted(item.record) for item in found)
            on_count(repeat, count)
        counts.append(count)
    return counts


def mean_interval(counts: Sequence[int]) -> tuple[float, float]:
    """95 % interval of the mean of counts, exact for Poisson counts (Garwood 1936).

    With no candidate in n repeats it is (0, 3.7 / n). Raises ValueError without counts.
    """
    if not counts:
        raise ValueError("no counts")
    total, n = sum(counts), len(counts)
    low = float(stats.chi2.ppf(0.025, 2 * total)) / 2 / n if total else 0.0
    return low, float(stats.chi2.ppf(0.975, 2 * total + 2)) / 2 / n


class _Step:
    """Progress of one repeat as a share of all."""

    def __init__(self, report: Report, repeat: int, repeats: int) -> None:
        self._report, self._repeat, self._repeats = report, repeat, repeats

    def __call__(self, done: int, total: int, message: str) -> None:
        at = self._repeat * _STEPS + _STEPS * done // max(total, 1)
        self._report(
            at,
            self._repeats * _STEPS,
            f"repeat {self._repeat + 1} of {self._repeats}, {message}",
        )
