"""One network for all these tests: training is what costs."""

from __future__ import annotations

import pytest

from tests.networks import given as made


@pytest.fixture(scope="session")
def given(tmp_path_factory: pytest.TempPathFactory) -> made.Given:
    """Images with a planted patch, and a network that learnt it outside spurview."""
    return made.make(tmp_path_factory.mktemp("given"))
