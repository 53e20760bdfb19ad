"""The class in which one group is known, and who it is."""

from __future__ import annotations

import pytest

from spurview.core.material import ClassMaterial
from tests.core import pools


@pytest.fixture(scope="session")
def found():
    return ClassMaterial(pools.planted().material, 1)


@pytest.fixture(scope="session")
def carriers(found):
    """Over `members_a`, like the proposals."""
    return pools.planted().carriers[found.members_a]
