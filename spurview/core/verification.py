"""The verification of all candidates: experiments, outcome and rank of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spurview.core.bench import Bench, Logits
from spurview.core.candidate import Candidate
from spurview.core.decide import evidence_ratios, outcome
from spurview.core.evidence import CandidateRecord, InsertionRecord, VerificationRecord
from spurview.core.extraction import Template
from spurview.core.insertion import insertion
from spurview.core.material import Material
from spurview.core.pairs import N_PAIRS, Pairs, pairs
from spurview.core.progress import Report
from spurview.core.ranking import ranked, score
from spurview.core.removal import removal
from spurview.core.settings import VerificationSettings
from spurview.core.specificity import LEAST_EFFECT, kind_of

# Fewer images than this say nothing about a share.
FEWEST_ON_BENCH = 20

NO_NETWORK = "there is no network to query, only its predictions"
NO_TRAINING = "there are no training images of the class"
TOO_FEW_IMAGES = "too few images of other classes are free of the pattern"
TOO_FEW_CARRIERS = "fewer than 5 held-out images carry the pattern"
NO_EFFECT = "the pattern turns hardly any image"
NOTHING_EXPECTED = "no other class's training images carry it"
ONE_TONE = "the pattern has one tone, scrambling leaves it as it is"
NO_PLACE_FREE = "the pattern fits in no other place"


@dataclass(frozen=True)
class Suspect:
    """A candidate as it stands in the project: its record, who carries it, and its pattern."""

    record: CandidateRecord
    candidate: Candidate
    template: Template


@dataclass(frozen=True)
class Trial:
    """A suspect as it stands among the images that it is tested on, and what answers for them."""

    material: Material
    suspect: Suspect
    logits: Logits | None


def verify_all(
    material: Material,
    suspects: Sequence[Suspect],
    logits: Logits | None,
    *,
    settings: VerificationSettings,
    seed: int,
    report: Report,
) -> tuple[list[VerificationRecord], list[Pairs]]:
    """Records and before-and-after pairs, in the order of the suspects, ranked over all."""

    def trial(index: int) -> Trial:
        return Trial(material, suspects[index], logits)

    return verify_trials(trial, len(suspects), settings=settings, seed=seed, report=report)


def verify_trials(
    trial: Callable[[int], Trial],
    n: int,
    *,
    settings: VerificationSettings,
    seed: int,
    report: Report,
) -> tuple[list[VerificationRecord], list[Pairs]]:
    """As `verify_all`, of n suspects, each on images of its own, of which one's are held at a time.

    The rows of the pairs are those of the trial's material.
    """
    records, shown = [], []
    for index in range(n):
        report(index, n, f"testing candidate {index + 1} of {n}")
        rng = np.random.default_rng([seed, index])
        record, pair = _verify(trial(index), settings, rng)
        records.append(record)
        shown.append(pair)
    return ranked(records), shown


def _verify(
    trial: Trial, settings: VerificationSettings, rng: np.random.Generator
) -> tuple[VerificationRecord, Pairs]:
    missing: dict[str, str] = {}
    inserted, removed, kind, pair = None, None, None, _no_pairs()
    material, suspect, logits = trial.material, trial.suspect, trial.logits
    candidate, template = suspect.candidate, suspect.template
    if logits is None:
        missing.update(insertion=NO_NETWORK, removal=NO_NETWORK, kind=NO_NETWORK)
    else:
        bench = Bench(material, candidate, logits, settings.insertions, rng)
        if len(bench.rows) >= FEWEST_ON_BENCH:
            inserted = insertion(material, candidate, template, bench, settings.controls, rng)
            kind = kind_of(inserted, localised=template.localised)
            pair = pairs(bench, template, logits, candidate.class_index)
        else:
            missing.update(insertion=TOO_FEW_IMAGES, kind=TOO_FEW_IMAGES)
        removed = removal(material, candidate, template, logits, rng)
        if removed is None:
            missing["removal"] = TOO_FEW_CARRIERS
        if inserted is not None and kind is None:
            missing["kind"] = NO_EFFECT
    missing.update(_missing_numbers(suspect.record, inserted))
    # Rounded first: what is told of a ratio then never differs from what follows of it.
    ratios = {name: round(r, 4) for name, r in evidence_ratios(suspect.record, inserted).items()}
    record = VerificationRecord(
        id=suspect.record.id,
        rank=0,
        outcome=outcome(ratios),
        kind=kind,
        score=score(ratios),
        ratios=ratios,
        insertion=inserted,
        removal=removed,
        missing=missing,
    )
    return record, pair


def _missing_numbers(record: CandidateRecord, inserted: InsertionRecord | None) -> dict[str, str]:
    missing = {}
    if record.training_rates is None:
        missing["training"] = NO_TRAINING
    else:
        others = [r for k, r in enumerate(record.training_rates) if k != record.class_index]
        if max(others, default=0.0) == 0:
            missing["training.lift"] = NOTHING_EXPECTED
    if record.lift is None:
        missing["pool.lift"] = "none of the carriers' content neighbours is of the class"
    if inserted is not None:
        has_effect = inserted.flip >= LEAST_EFFECT
        if inserted.scrambled is None:
            missing["insertion.scrambled"] = ONE_TONE if has_effect else NO_EFFECT
        if inserted.rolled is None:
            missing["insertion.rolled"] = NO_PLACE_FREE if has_effect else NO_EFFECT
    return missing


def _no_pairs() -> Pairs:
    return Pairs(
        np.full(N_PAIRS, -1, np.int32),
        np.full((N_PAIRS, 2), -1, np.int32),
        np.zeros(N_PAIRS, np.float32),
    )
