"""The work of the stages that search and test: candidates, verification, layout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from spurview.core.arrays import Array
from spurview.core.candidate import Candidate
from spurview.core.evidence import CandidateRecord, VerificationRecord
from spurview.core.extraction import Template, offsets_of
from spurview.core.image_rows import PIXELS
from spurview.core.large_pools import sample_sizes, sampled_rows
from spurview.core.layout import principal_plane, residual_plane
from spurview.core.material import Floats, Material, Rows
from spurview.core.network import Asked
from spurview.core.pairs import N_PAIRS, Pairs
from spurview.core.search import Found, search
from spurview.core.vae import reconstruct
from spurview.core.verification import Suspect, Trial, verify_all, verify_trials
from spurview.pipeline.findings import candidate_records
from spurview.pipeline.large_stages import (
    bare_material,
    floats_of,
    found_by_sample,
    leading_residuals,
    of_all_images,
    of_part,
    searches_by_sample,
    tested_part,
    tested_rows,
)
from spurview.pipeline.run import Facts, Work
from spurview.pipeline.training_stages import load_vae, network_of
from spurview.project.codec import as_bytes


def candidates(work: Work) -> tuple[dict[str, Array], Facts]:
    """Candidates of every predicted class with their evidence."""
    network = network_of(work)
    n_images, height, width, channels = work.reader.shape(PIXELS)

    def gradients(images: Floats, class_index: int, rows: Rows) -> Floats:
        assert network is not None
        pixels = images.reshape(-1, height, width, channels)
        return network.margin_gradients(pixels, class_index, rows).reshape(images.shape)

    has_gradients = network is not None and network.has_gradients
    facts: Facts = {}
    if searches_by_sample(work):
        found, classes, facts["sample"] = found_by_sample(
            work, gradients if has_gradients else None
        )
    else:
        found, classes = search(
            material_of(work, with_rebuilt=True),
            gradients if has_gradients else None,
            settings=work.settings.candidates,
            seed=work.settings.seed,
            report=work.report,
        )
    arrays = _candidate_arrays(found, n_images, (height, width, channels))
    arrays["/candidates/records"] = as_bytes([f.record for f in found])
    arrays["/candidates/classes"] = as_bytes(classes)
    facts = {"found": len(found), **facts}
    if not has_gradients:
        facts["gradients"] = "none, the network gives answers alone"
    return arrays, facts


def verification(work: Work) -> tuple[dict[str, Array], Facts]:
    """Insertion, removal and controls for every candidate, its outcome and rank."""
    network = network_of(work)
    if searches_by_sample(work):
        records, pairs = _verified_by_sample(work, network)
    else:
        material = material_of(work)
        records, pairs = verify_all(
            material,
            _suspects(work, material),
            None if network is None else network.logits,
            settings=work.settings.verification,
            seed=work.settings.seed,
            report=work.report,
        )
    arrays = _pair_arrays(pairs)
    arrays["/verification/records"] = as_bytes(records)
    return arrays, {"alarms": sum(record.outcome == "alarm" for record in records)}


def _verified_by_sample(
    work: Work, network: Asked | None
) -> tuple[list[VerificationRecord], list[Pairs]]:
    """Records and pairs from experiments on some of the images; evidence stays that of all."""
    bare, seed, known = bare_material(work), work.settings.seed, candidate_records(work.reader)
    sampled = sampled_rows(bare, sample_sizes(bare.shape), seed)
    tested: list[Rows] = []

    def trial(index: int) -> Trial:
        suspect = _suspect(work, bare, index, known[index])
        rng = np.random.default_rng([seed, len(known), index])
        rows = tested_rows(bare, sampled, suspect, rng)
        tested.append(rows)

        def logits(images: Floats, of: Rows | None = None) -> Floats:
            assert network is not None
            return network.logits(images, None if of is None else rows[of])

        part = tested_part(work, bare, rows)
        return Trial(part, of_part(suspect, rows), None if network is None else logits)

    records, pairs = verify_trials(
        trial,
        len(known),
        settings=work.settings.verification,
        seed=seed,
        report=work.report,
    )
    return records, [of_all_images(p, rows) for p, rows in zip(pairs, tested, strict=True)]


def layout(work: Work) -> tuple[dict[str, Array], Facts]:
    """Positions of all images by content and by what is unusual for their content."""
    if searches_by_sample(work):
        material = bare_material(work)
        residual = leading_residuals(work, material)
    else:
        material = material_of(work)
        residual = material.images - material.expected
    scores = work.reader.read("/candidates/scores")
    records = candidate_records(work.reader)
    weights = np.array([_speaks_for(record) for record in records], np.float32)
    arrays: dict[str, Array] = {
        "/layout/content": principal_plane(material.latents),
        "/layout/residual": residual_plane(residual, scores, weights),
    }
    return arrays, {"method": "PCA"}


def _speaks_for(record: CandidateRecord) -> float:
    """Enrichment over the valley, on the held-out half.

    The root of z: it rises with how many images match, and a common candidate would outweigh one
    that is set apart.
    """
    return record.agreement * math.sqrt(max(record.z, 0.0)) / (0.15 + record.valley_pool)


def material_of(work: Work, *, with_rebuilt: bool = False) -> Material:
    """What the search shares, from the products of the stages before it.

    with_rebuilt: with the VAE's reconstructions, which only proposals look at.
    """
    work.report(0, 1, "reading images")
    bare = bare_material(work)
    rebuilt = None
    if with_rebuilt:
        model = load_vae(work.reader)
        rebuilt = reconstruct(model, bare.latents, torch.device(work.device))
    return replace(bare, images=floats_of(work.reader.read(PIXELS)), rebuilt=rebuilt)


def _candidate_arrays(
    found: Sequence[Found], n_images: int, shape: tuple[int, int, int]
) -> dict[str, Array]:
    height, width, channels = shape

    def stacked(parts: list[Array], shape: tuple[int, ...], dtype: type) -> Array:
        return np.stack(parts).astype(dtype, copy=False) if parts else np.zeros((0, *shape), dtype)

    members = [f.members for f in found]
    return {
        "/candidates/template": stacked(
            [f.template.values for f in found], (height, width, channels), np.float32
        ),
        "/candidates/mask": stacked([f.template.mask for f in found], (height, width), np.float32),
        "/candidates/map": stacked([f.template.shared for f in found], (height, width), np.float32),
        "/candidates/scores": stacked([f.candidate.linear for f in found], (n_images,), np.float32),
        **_places(found, n_images),
        "/candidates/hits": stacked([f.candidate.hits for f in found], (n_images,), np.uint8),
        "/candidates/members": np.concatenate([*members, np.zeros(0)]).astype(np.int32),
        "/candidates/members_end": np.cumsum([len(m) for m in members]).astype(np.int64),
    }


def _places(found: Sequence[Found], n_images: int) -> dict[str, Array]:
    """Where each image has the patterns that move, (M, N, 2) i2; nothing where none does."""
    if all(f.candidate.places is None for f in found):
        return {}
    still = np.zeros((n_images, 2), np.int16)
    places = np.stack([still if f.candidate.places is None else f.candidate.places for f in found])
    # A pattern may reach a little beyond the border, and so be moved by all of the image.
    most = np.array(found[0].template.mask.shape) - 1
    return {"/candidates/places": np.clip(places, -most, most, out=places)}


def _suspects(work: Work, material: Material) -> list[Suspect]:
    records = candidate_records(work.reader)
    return [_suspect(work, material, index, record) for index, record in enumerate(records)]


def _suspect(work: Work, material: Material, index: int, record: CandidateRecord) -> Suspect:
    """The candidate of this number as the project has it."""
    reader = work.reader
    values, mask, shared, scores, hits = (
        reader.read(f"/candidates/{name}", index, index + 1)[0]
        for name in ("template", "mask", "map", "scores", "hits")
    )
    candidate = Candidate(
        class_index=record.class_index,
        family=record.family,
        detectors=frozenset(record.detectors),
        mask=mask > 0,
        hits=hits == 1,
        linear=scores,
        threshold=float("nan"),
        agreement=record.agreement,
        key=float("nan"),
        places=(
            reader.read("/candidates/places", index, index + 1)[0]
            if record.family == "moved"
            else None
        ),
    )
    template = Template(
        values,
        mask,
        record.opacity,
        shared,
        record.localised,
        offsets_of(material, candidate),
    )
    return Suspect(record, candidate, template)


def _pair_arrays(pairs: Sequence[Pairs]) -> dict[str, Array]:
    if not pairs:
        return {
            "/verification/pair_rows": np.zeros((0, N_PAIRS), np.int32),
            "/verification/pair_class": np.zeros((0, N_PAIRS, 2), np.int32),
            "/verification/pair_confidence": np.zeros((0, N_PAIRS), np.float32),
        }
    return {
        "/verification/pair_rows": np.stack([p.rows for p in pairs]),
        "/verification/pair_class": np.stack([p.classes for p in pairs]),
        "/verification/pair_confidence": np.stack([p.confidence for p in pairs]),
        **_pair_places(pairs),
    }


def _pair_places(pairs: Sequence[Pairs]) -> dict[str, Array]:
    """Where the patterns that move were put in, (M, P, 2) i2; nothing where none moves."""
    if all(p.offsets is None for p in pairs):
        return {}
    still = np.zeros((N_PAIRS, 2), np.int16)
    return {
        "/verification/pair_places": np.stack(
            [still if p.offsets is None else p.offsets for p in pairs]
        )
    }
