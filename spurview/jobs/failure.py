"""What is left of an exception when it reaches the person."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from spurview.core.errors import SpurviewError


@dataclass(frozen=True)
class Failure:
    """One sentence to show, everything known for the details box, and the error of ours if any."""

    sentence: str
    details: str
    error: SpurviewError | None = None

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Our own errors speak for themselves; any other is named as a fault of ours."""
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, SpurviewError):
            parts = [error.details, trace] if error.details else [trace]
            return cls(str(error), "\n\n".join(parts), error)
        if isinstance(error, MemoryError):
            return cls("There was not enough memory: close other programs and try again.", trace)
        said = str(error).strip().splitlines()
        reason = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
        return cls(f"Something went wrong inside spurview ({reason}).", trace)
