"""The search as a whole: for every predicted class, candidates of both families, and evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from spurview.core.candidate import Candidate, candidate_id, without_duplicates
from spurview.core.coarse import coarse, slopes_of_blocks, to_full_size
from spurview.core.colour_box import extremes_of, search_boxes
from spurview.core.colour_family import colour_statistics, search_colours
from spurview.core.decide import PLACED, promise
from spurview.core.detectors.by_family import (
    local_proposals,
    training_proposals,
    whole_image_proposals,
)
from spurview.core.detectors.proposal import Proposal
from spurview.core.detectors.reverse import groups_of_pool, reverse_proposals
from spurview.core.enrichment import Enrichment, enrichment
from spurview.core.evidence import CandidateRecord, ClassRecord
from spurview.core.extraction import Template, extract
from spurview.core.false_discovery import benjamini_hochberg
from spurview.core.independence import Dependence, content_dependence
from spurview.core.literal import literal_candidates
from spurview.core.local_family import refine_all
from spurview.core.material import Bools, ClassMaterial, Floats, Material, Rows
from spurview.core.moved_family import MovedSearch
from spurview.core.pieces import pieces_of
from spurview.core.progress import Report
from spurview.core.reach import (
    as_they_reach,
    goes_beyond,
    in_all_its_pieces,
    in_its_pixels,
    in_its_place,
)
from spurview.core.registration import Residuals, residuals, residuals_without
from spurview.core.rematching import is_hidden, rematched
from spurview.core.separation import pool_valley, training_valley
from spurview.core.settings import CandidatesSettings
from spurview.core.training_enrichment import training_p, training_rates
from spurview.core.whole_family import search_all

# A class with fewer pool images has too few in either half to tell anything.
FEWEST_IN_CLASS = 28
_FEWEST_IN_HALF = 9
# Images of other classes it takes to compare a class with.
FEWEST_OTHERS = 20
# Training images of a class in half, fewer of which tell nothing.
_FEWEST_TRAINING = 20
_MOST_REFINED = 14
_MOST_REMATCHED = 4
_MOST_IN_PIECES = 2

# (images (n, D), class, their rows) -> (n, D) gradient of each image's margin
MarginGradients = Callable[[Floats, int, Rows], Floats]


@dataclass(frozen=True)
class _Shared:
    """What the searches of all classes share.

    blocks: the material by block means (`coarse`); residual: of all images; groups:
    of the reverse direction, (N,) bool each; of coloured images colours: their statistics, and
    extremes: (N, 2 C), the bounds of their colours.
    """

    material: Material
    blocks: Material
    residual: Residuals
    groups: list[Bools]
    colours: Material | None
    extremes: Floats | None
    gradients: MarginGradients | None

    def slopes(self, rows: Rows, class_index: int) -> Floats:
        """Margin gradients (n, H W C) of the rows by pixels."""
        assert self.gradients is not None
        return self.gradients(self.material.images[rows], class_index, rows)

    def slopes_of_blocks(self, rows: Rows, class_index: int) -> Floats:
        """Margin gradients (n, h w C) of the rows by blocks."""
        return slopes_of_blocks(self.slopes(rows, class_index), self.material.shape)


@dataclass(frozen=True)
class Found:
    """One candidate with its pattern, its evidence, and its pool members, most typical first."""

    candidate: Candidate
    template: Template
    record: CandidateRecord
    members: Rows


def search(
    material: Material,
    gradients: MarginGradients | None,
    *,
    settings: CandidatesSettings,
    seed: int,
    report: Report,
) -> tuple[list[Found], list[ClassRecord]]:
    """Candidates of all classes, best kept per class, and what came of each class."""
    classes = []
    candidates: list[Candidate] = []
    shared = _shared(material, gradients, seed) if settings.method == "matched" else None
    for k in range(material.n_classes):
        n = int(material.of_class(k).sum())
        in_a = int((material.of_class(k) & material.discover).sum())
        reason = _why_not(n, in_a, int(material.pool.sum()) - n)
        searched = not reason
        classes.append(ClassRecord(class_index=k, pool=n, searched=searched, reason=reason))
        if searched:
            rng = np.random.default_rng([seed, k])
            step = _Step(report, k, material.n_classes)
            if shared is None:
                found = with_free_images(material, literal_candidates(material, k))
                candidates += found[: settings.per_class]
            else:
                candidates += _search_class(shared, k, rng, step)[: settings.per_class]
    report(material.n_classes, material.n_classes, "weighing the evidence")
    return with_false_discovery([weighed(material, c) for c in candidates]), classes


class _Step:
    """Progress of one class as a share of the whole."""

    def __init__(self, report: Report, index: int, total: int) -> None:
        self._report, self._index, self._total = report, index, total

    def __call__(self, done: int, total: int, message: str) -> None:
        scale = 100
        at = self._index * scale + scale * done // max(total, 1)
        self._report(
            at,
            self._total * scale,
            f"{message} of class {self._index + 1} of {self._total}",
        )


def _shared(material: Material, gradients: MarginGradients | None, seed: int) -> _Shared:
    blocks, channels = coarse(material), material.shape[2]
    # Cached properties, which hang on latents alone.
    blocks.__dict__.update(matcher=material.matcher, pool_matcher=material.pool_matcher)
    return _Shared(
        material,
        blocks,
        residuals(material),
        groups_of_pool(blocks, np.random.default_rng([seed, material.n_classes])),
        colour_statistics(material) if channels > 1 else None,
        extremes_of(material.images, channels) if channels > 1 else None,
        gradients,
    )


def _search_class(
    shared: _Shared, class_index: int, rng: np.random.Generator, report: Report
) -> list[Candidate]:
    """Candidates of both kinds of place, the most promising first."""
    material = shared.material
    gradient = None if shared.gradients is None else shared.slopes
    still = _still_candidates(shared, class_index, rng, report)
    residual = _residual_without(shared, still)
    moved = MovedSearch(material, residual, class_index, gradient, rng)
    found = still + moved.candidates(report)
    scope = material.of_class(class_index) & material.discover
    dependence = Dependence(material)
    taught = material.training & (material.labels == class_index)
    found = as_they_reach(dependence, with_free_images(material, found), scope, taught)
    merged = without_duplicates(found, scope, _MOST_REFINED)
    ranked = sorted(merged, key=lambda c: -promise(material, c, dependence))
    told = [rematched(material, c) if c.family == "local" else c for c in ranked[:_MOST_REMATCHED]]
    told = with_free_images(material, told + ranked[_MOST_REMATCHED:])
    merged = without_duplicates(told, scope, _MOST_REFINED)
    # What training images proposed, no pool image of the class may have: nobody to draw it from.
    carried = [c for c in merged if (c.hits & material.of_class(class_index)).any()]
    carried = [in_its_pixels(dependence, material, candidate) for candidate in carried]
    merged = without_duplicates(carried, scope, _MOST_REFINED)
    whole = [in_all_its_pieces(dependence, material, candidate) for candidate in merged]
    return sorted(whole, key=lambda c: -promise(material, c, dependence))


def _still_candidates(
    shared: _Shared, class_index: int, rng: np.random.Generator, report: Report
) -> list[Candidate]:
    """Candidates whose patterns stay where they are: found among blocks, given by pixels."""
    material, full = shared.blocks, shared.material
    report(0, 1, "comparing images with their neighbours")
    found = ClassMaterial(material, class_index)
    scope = found.mine & material.discover
    whole = without_duplicates(
        search_all(found, whole_image_proposals(found), report), scope, _MOST_REFINED
    )
    pieces = [piece for w in whole[:_MOST_IN_PIECES] for piece in pieces_of(material, w)]
    pieces = [piece for piece in pieces if not goes_beyond(material, piece)]
    whole = [in_its_place(material, candidate) for candidate in whole]
    gradient = None if shared.gradients is None else shared.slopes_of_blocks
    proposals = local_proposals(found, gradient, rng) + reverse_proposals(found, shared.groups)
    proposals += [
        Proposal("whole image", candidate.hits[found.members_a])
        for candidate in whole
        if candidate.family == "local"
    ]
    local = refine_all(found, proposals, report) + _from_training(found, report)
    still = [replace(c, mask=to_full_size(c.mask, full.shape)) for c in pieces + local + whole]
    return still + _tints(shared, found, report)


def _residual_without(shared: _Shared, still: list[Candidate]) -> Residuals:
    """Residuals against neighbours without the hits of the best candidate over the whole image.

    A large patch that moves is seen by the encoder: its carriers are one another's neighbours, and
    the patch is missing from their residuals. They share parts of it, which such a candidate finds.
    """
    whole = [candidate for candidate in still if candidate.family == "whole"]
    best = max(whole, key=lambda c: c.key, default=None)
    if best is None or not is_hidden(shared.material, best.hits):
        return shared.residual
    return residuals_without(shared.material, best.hits)


def _tints(shared: _Shared, found: ClassMaterial, report: Report) -> list[Candidate]:
    if shared.colours is None or shared.extremes is None:
        return []
    every = np.ones(shared.material.shape[:2], bool)
    tints = search_colours(found, shared.colours, report) + search_boxes(found, shared.extremes)
    return [replace(candidate, mask=every) for candidate in tints]


def _from_training(found: ClassMaterial, report: Report) -> list[Candidate]:
    """Candidates in one place, sought among the class's own training images."""
    taught = found.from_training()
    if len(taught.members_a) < _FEWEST_TRAINING:
        return []
    return refine_all(taught, training_proposals(taught), report)


def with_free_images(material: Material, candidates: list[Candidate]) -> list[Candidate]:
    """Those that leave enough of half A without the pattern to be content neighbours."""
    enough = 2 * material.neighbours.shape[1]
    return [c for c in candidates if (material.discover & ~c.hits).sum() >= enough]


def _why_not(n: int, in_a: int, others: int) -> str:
    """Why a class cannot be searched, or nothing."""
    if others < FEWEST_OTHERS:
        return "nearly all pool images got this class, there is too little to compare them with"
    if n >= FEWEST_IN_CLASS and in_a >= _FEWEST_IN_HALF:
        return ""
    if n >= FEWEST_IN_CLASS:
        return (
            f"only {in_a} of {n} pool images of this class are in the half that is searched, "
            f"{_FEWEST_IN_HALF} are needed"
        )
    counted = "no pool image" if n == 0 else f"only {n} pool image{'s' if n > 1 else ''}"
    return f"{counted} got this class, about {FEWEST_IN_CLASS} are needed"


def weighed(material: Material, candidate: Candidate) -> Found:
    """The candidate with its pattern and the evidence that needs no network; q is p alone."""
    template = extract(material, candidate)
    dependence = None
    if candidate.family in PLACED:
        # Of a pattern that is drawn too small, the rest would stand in its own surroundings.
        whole = replace(candidate, mask=candidate.mask | (template.mask > 0))
        dependence = content_dependence(material, whole)
        candidate = replace(candidate, mask=template.mask > 0)
    seen = enrichment(material, candidate)
    mine = np.flatnonzero(candidate.hits & material.of_class(candidate.class_index))
    members = mine[np.argsort(-candidate.linear[mine], kind="stable")]
    record = _record(material, candidate, template, seen, members, dependence)
    return Found(candidate, template, record, members)


def _record(
    material: Material,
    candidate: Candidate,
    template: Template,
    seen: Enrichment,
    members: Rows,
    dependence: float | None,
) -> CandidateRecord:
    has_training = training_rates(material, candidate) is not None
    return CandidateRecord(
        id=candidate_id(candidate.class_index, members),
        class_index=candidate.class_index,
        family=candidate.family,
        detectors=sorted(candidate.detectors),
        opacity=template.opacity,
        localised=template.localised,
        matching=seen.matching,
        of_class=seen.of_class,
        expected=seen.expected,
        lift=seen.lift,
        z=seen.z,
        p=seen.p,
        q=seen.p,
        agreement=candidate.agreement,
        valley_pool=pool_valley(material, candidate),
        valley_training=training_valley(material, candidate),
        training_rates=training_rates(material, candidate),
        training_q=training_p(material, candidate) if has_training else None,
        content_dependence=dependence,
    )


def with_false_discovery(found: list[Found]) -> list[Found]:
    """p-values turned into q-values, over all candidates of the run."""
    pool_q = benjamini_hochberg([f.record.p for f in found])
    known = [f.record.training_q for f in found if f.record.training_q is not None]
    training_q = iter(benjamini_hochberg(known))
    corrected = []
    for item, q in zip(found, pool_q, strict=True):
        record = item.record
        changed = _replaced(record, q, None if record.training_q is None else next(training_q))
        corrected.append(replace(item, record=changed))
    return corrected


def _replaced(record: CandidateRecord, q: float, training_q: float | None) -> CandidateRecord:
    return msgspec.structs.replace(record, q=q, training_q=training_q)
