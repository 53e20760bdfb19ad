"""The detector `reverse`: what is alike in the whole pool first, whose class it gets afterwards.

The other detectors start from the images of one class. A group of images that are unusual in the
same way, and of which one class got too many, points at that class from the other side.
"""

from __future__ import annotations

import numpy as np

from spurview.core.covariance import Covariance
from spurview.core.detectors.clustering import clusters, leading, least_members
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import RIDGE, Bools, ClassMaterial, Material
from spurview.core.surplus import surplus

_COMPONENTS = 10
_KS = (8, 24)
_MOST_ROWS = 5000
# How many deviations above its share of half A a class must be within a group.
_LEAST_Z = 3.0


def groups_of_pool(material: Material, rng: np.random.Generator) -> list[Bools]:
    """Groups (N,) bool of images of half A whose residuals are alike, whatever class they got.

    Residuals are images less the mean of their content neighbours, whitened by their covariance
    over half A.
    """
    rows = np.sort(rng.permutation(np.flatnonzero(material.discover))[:_MOST_ROWS])
    residual = material.images[rows] - material.expected[rows]
    residual -= residual.mean(0)
    whitened = Covariance(residual).whiten(residual, RIDGE)
    groups = []
    for members in clusters(leading(whitened, _COMPONENTS), _KS):
        group = np.zeros(len(material.images), bool)
        group[rows[members]] = True
        groups.append(group)
    return groups


def reverse_proposals(found: ClassMaterial, groups: list[Bools]) -> list[Proposal]:
    """The class's members of every group in which it is too frequent.

    By `surplus`, against the share of the class in half A.
    """
    share = found.mine[found.material.discover].mean()
    proposals = []
    for group in groups:
        n, n_own = int(group.sum()), int((group & found.mine).sum())
        z = surplus(n_own, n, share)
        if z >= _LEAST_Z and n_own >= least_members(len(found.members_a)):
            proposals.append(Proposal("reverse", group[found.members_a]))
    return proposals
