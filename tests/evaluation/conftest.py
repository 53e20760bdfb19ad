"""What the tests of evaluation share."""

from __future__ import annotations

from tests.pipeline.conftest import one_thread

__all__ = ["one_thread"]
