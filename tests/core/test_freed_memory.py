"""Memory that was freed between small things that were not goes back to the system."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np
import pytest

from spurview.core.freed_memory import hand_back

HAS_GLIBC = platform.libc_ver()[0] == "glibc" and Path("/proc/self/statm").exists()


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not HAS_GLIBC, reason="glibc alone keeps and hands back so")
def test_what_was_freed_in_between_goes_back():
    # Below the size from which glibc asks the system for each.
    large = [np.ones(12_000) for _ in range(1500)]
    small = [np.ones(100) for _ in range(10)]
    for index in range(0, len(large), 100):
        small.append(large[index])
    large.clear()
    before = resident_mb()
    hand_back()
    assert resident_mb() < before - 70
    assert len(small) == 25


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr("spurview.core.freed_memory.sys.platform", "win32")
    monkeypatch.setattr("spurview.core.freed_memory.ctypes.CDLL", lambda name: 1 / 0)
    hand_back()
