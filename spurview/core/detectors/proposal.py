"""What a detector gives: members of a class that might share something."""

from __future__ import annotations

from dataclasses import dataclass

from spurview.core.material import Bools


@dataclass(frozen=True)
class Proposal:
    """Members guessed by one detector, (n_members_a,) bool over `ClassMaterial.members_a`."""

    detector: str
    members: Bools
