"""Insertion: the pattern put into images without it, against controls."""

from __future__ import annotations

import numpy as np
from scipy import stats

from spurview.core.bench import Bench
from spurview.core.candidate import Candidate
from spurview.core.evidence import InsertionRecord
from spurview.core.extraction import Template
from spurview.core.material import Material
from spurview.core.null_controls import null_templates
from spurview.core.specificity import (
    FEW_CONTROLS,
    LEAST_EFFECT,
    copies_anywhere,
    copies_elsewhere,
    flat_copy,
    grey_copy,
    has_one_tone,
    scrambled_copy,
)


def insertion(
    material: Material,
    candidate: Candidate,
    template: Template,
    bench: Bench,
    n_controls: int,
    rng: np.random.Generator,
) -> InsertionRecord:
    """The pattern's effect on the bench, with null controls and, where it has one, specificity."""
    effect = bench.effect(template)
    works = effect.flip >= LEAST_EFFECT
    # What turns hardly any image stays below the threshold whatever the controls do.
    n_controls = n_controls if works else min(n_controls, 2)
    nulls = [
        bench.effect(null, strength)
        for null, strength in null_templates(material, candidate, template, bench, n_controls, rng)
    ]
    n = len(bench.rows)
    interval = stats.binomtest(round(effect.flip * n), n).proportion_ci(0.95, "wilson")
    scrambled, rolled = [], []
    if works and not has_one_tone(template):
        scrambled = [bench.effect(scrambled_copy(template, rng)) for _ in range(FEW_CONTROLS)]
    if works:
        elsewhere = copies_elsewhere if template.offsets is None else copies_anywhere
        rolled = [bench.effect(t) for t in elsewhere(template, FEW_CONTROLS, rng)]
    coloured = works and material.shape[2] > 1
    return InsertionRecord(
        flip=effect.flip,
        null_control=max((null.flip for null in nulls), default=0.0),
        scrambled=float(np.mean([e.flip for e in scrambled])) if scrambled else None,
        rolled=float(np.mean([e.flip for e in rolled])) if rolled else None,
        n=n,
        interval=(float(interval.low), float(interval.high)),
        margin=effect.margin,
        null_margin=max((null.margin for null in nulls), default=0.0),
        flat=bench.effect(flat_copy(template)).flip if coloured else None,
        grey=bench.effect(grey_copy(template)).flip if coloured else None,
    )
