"""The detector `class`: all of it."""

from __future__ import annotations

import numpy as np

from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial


def whole_class(found: ClassMaterial) -> list[Proposal]:
    """All images of the class: nothing else sees a pattern that makes up nearly all of it."""
    return [Proposal("class", np.ones(len(found.members_a), bool))]
