"""Training enrichment: the class's own training images carry the pattern, others' do not."""

from __future__ import annotations

from scipy import stats

from spurview.core.candidate import Candidate
from spurview.core.material import Material


def training_rates(material: Material, candidate: Candidate) -> list[float] | None:
    """Share of carriers among the training images of each class, 0 for a class without any.

    None where the candidate's own class has none: then training images cannot be asked.
    """
    if not (material.training_confirm & (material.labels == candidate.class_index)).any():
        return None
    rates = []
    for k in range(material.n_classes):
        of_k = material.training_confirm & (material.labels == k)
        rates.append(float(candidate.hits[of_k].mean()) if of_k.any() else 0.0)
    return rates


def training_p(material: Material, candidate: Candidate) -> float:
    """Fisher's exact test of carriers in the class against the highest other class, one-sided.

    Of the classes that have training images; 1 where the class or all others have none.
    """
    counts = []
    for k in range(material.n_classes):
        of_k = material.training_confirm & (material.labels == k)
        counts.append((int(candidate.hits[of_k].sum()), int(of_k.sum())))
    own_hits, own_n = counts.pop(candidate.class_index)
    others = [(hits, n) for hits, n in counts if n]
    hits, n = max(others, key=lambda c: c[0] / c[1], default=(0, 0))
    table = [[own_hits, own_n - own_hits], [hits, n - hits]]
    return max(float(stats.fisher_exact(table, "greater")[1]), 1e-300)
