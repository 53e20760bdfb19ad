"""How well the best of several guesses agrees with who it is."""

from __future__ import annotations

from collections.abc import Sequence

from spurview.core.detectors.proposal import Proposal
from spurview.core.material import Bools, f1


def best(proposals: Sequence[Proposal], carriers: Bools) -> float:
    """Highest F1 of a proposal's members against the carriers."""
    return max(f1(p.members, carriers) for p in proposals)
