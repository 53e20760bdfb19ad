"""A log in the platform's folder for logs, which crashes of native libraries reach as well."""

from __future__ import annotations

import faulthandler
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

MAX_BYTES = 2**20


class _State:
    """What this process logs to; None where the folder cannot be written."""

    file: TextIO | None = None
    debug: bool = False


def start(*, debug: bool) -> None:
    """Open the log and let faulthandler write to it. A log that cannot be written is no error."""
    _State.debug = debug
    if debug:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        faulthandler.enable()
    if _State.file is not None:
        return
    from platformdirs import user_log_path

    path = user_log_path("spurview", appauthor=False) / "spurview.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.exists() and path.stat().st_size > MAX_BYTES
        _State.file = path.open("w" if fresh else "a", encoding="utf-8", errors="backslashreplace")
    except OSError:
        return
    if not debug:
        faulthandler.enable(_State.file)
    record(f"{' '.join(sys.argv[1:]) or 'window'}")


def record(text: str) -> None:
    """Add to the log, with the time."""
    if _State.file is not None:
        _State.file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")
        _State.file.flush()


def path() -> Path | None:
    """Where the log is, or None."""
    return Path(_State.file.name) if _State.file is not None else None


def is_debug() -> bool:
    """Whether the person asked for tracebacks."""
    return _State.debug
