"""From evidence to an outcome: every ratio of evidence over threshold, and the alarm.

An alarm needs all ratios at 1 or more. What real features of a class lack is separation (their
scores have no gap) and independence (the rest of the image tells who carries them).
"""

from __future__ import annotations

import math

from spurview.core.candidate import Candidate
from spurview.core.enrichment import enrichment
from spurview.core.evidence import CandidateRecord, InsertionRecord, Outcome
from spurview.core.independence import Dependence
from spurview.core.material import Material
from spurview.core.ranking import combined
from spurview.core.separation import FILLS_CLASS, pool_valley

# Thresholds, chosen on development seeds only (docs/METHOD.md tells which).
LEAST_Z = 3.5
LEAST_FLIP = 0.10
LEAST_MARGIN = 1.0
LEAST_TRAINING_RATE = 0.05
LEAST_TRAINING_LIFT = 3.0
# Of what covers the whole image and fills its class: others share the look of a class.
LEAST_LIFT_OF_LOOK = 10.0
MOST_VALLEY_POOL = {"local": 0.45, "moved": 0.45, "whole": 0.20, "literal": 0.20}
MOST_VALLEY_TRAINING = {"local": 0.20, "moved": 0.20, "whole": 0.10, "literal": 0.10}
LEAST_AGREEMENT = 0.5
MOST_DEPENDENCE = 0.65
# A class that carries the pattern throughout has no images without it to be separate from; over the
# whole image the other classes' are asked.
WHOLE_CLASS_OTHERS, WHOLE_CLASS_MARGIN = 0.05, 4.0

# Families whose patterns lie in one piece, with surroundings to be independent of.
PLACED = ("local", "moved")

SEPARATION = ("valley_pool", "valley_training", "agreement", "independence")


def evidence_ratios(record: CandidateRecord, insertion: InsertionRecord | None) -> dict[str, float]:
    """Evidence over threshold, by name; what could not be measured is left out."""
    family = record.family
    ratios = {
        "enrichment": record.z / LEAST_Z,
        "valley_pool": _under(MOST_VALLEY_POOL[family], record.valley_pool),
    }
    if family in PLACED:
        ratios["agreement"] = record.agreement / LEAST_AGREEMENT
    if record.content_dependence is not None:
        ratios["independence"] = (1 - record.content_dependence) / (1 - MOST_DEPENDENCE)
    if insertion is not None:
        ratios["insertion"] = (insertion.flip - insertion.null_control) / LEAST_FLIP
        ratios["margin"] = (insertion.margin - insertion.null_margin) / LEAST_MARGIN
    if record.training_rates is not None and record.valley_training is not None:
        own, others = _own_and_others(record)
        ratios["training_rate"] = (own - others) / LEAST_TRAINING_RATE
        is_look = family == "whole" and own >= FILLS_CLASS
        least = LEAST_LIFT_OF_LOOK if is_look else LEAST_TRAINING_LIFT
        ratios["training_lift"] = math.log((own + 0.01) / (others + 0.01)) / math.log(least)
        separate = _under(MOST_VALLEY_TRAINING[family], record.valley_training)
        if family != "whole" and _fills_class(own, others, insertion):
            separate = max(separate, 1.0)
        ratios["valley_training"] = separate
    return ratios


def _own_and_others(record: CandidateRecord) -> tuple[float, float]:
    rates = record.training_rates or []
    others = [rate for k, rate in enumerate(rates) if k != record.class_index]
    return rates[record.class_index], max(others, default=0.0)


def _fills_class(own: float, others: float, insertion: InsertionRecord | None) -> bool:
    return (
        insertion is not None
        and own >= FILLS_CLASS
        and others <= WHOLE_CLASS_OTHERS
        and insertion.margin - insertion.null_margin >= WHOLE_CLASS_MARGIN
    )


def _under(threshold: float, value: float) -> float:
    """1 at the threshold, more below it; steady where both are near 0."""
    return (threshold + 0.05) / (value + 0.05)


def outcome(ratios: dict[str, float]) -> Outcome:
    """alarm: every ratio >= 1, network and training images asked; suspect: independent, and all
    but separation, or all there is where one of the two could not be asked; else candidate."""
    asked = "insertion" in ratios and "training_rate" in ratios
    if all(value >= 1 for value in ratios.values()):
        return "alarm" if asked else "suspect"
    without_separation = [value for name, value in ratios.items() if name not in SEPARATION]
    # Without separation only independence tells a pattern from a feature of the class; what
    # covers the whole image leaves no surroundings to be independent of.
    independent = ratios.get("independence", 0.0) >= 1
    if asked and independent and all(value >= 1 for value in without_separation):
        return "suspect"
    return "candidate"


def promise(material: Material, candidate: Candidate, dependence: Dependence) -> float:
    """Which candidates of a class are worth experiments: evidence that needs no network."""
    depends = dependence(candidate) if candidate.family in PLACED else 0.5
    return combined(
        {
            "enrichment": enrichment(material, candidate).z / LEAST_Z,
            "valley_pool": _under(
                MOST_VALLEY_POOL[candidate.family], pool_valley(material, candidate)
            ),
            "agreement": candidate.agreement / LEAST_AGREEMENT,
            "independence": (1 - depends) / (1 - MOST_DEPENDENCE),
        }
    )
