"""Memory that is free, but still held by the C library for what may be asked for next."""

from __future__ import annotations

import ctypes
import sys


def hand_back() -> None:
    """Free memory goes back to the system, where the C library is glibc; else nothing is done.

    Between large arrays that were freed lie small ones that were not, so that glibc keeps hundreds
    of MB by itself.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
