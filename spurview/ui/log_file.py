"""The window's log: what went wrong, with the traces, in a file the person can send along."""

from __future__ import annotations

import contextlib
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_NAME = "spurview.log"
_MOST_BYTES, _OLD_FILES = 1_000_000, 2

log = logging.getLogger("spurview.window")
# Without a file, as in tests, what went wrong is in the dialog alone.
log.addHandler(logging.NullHandler())


def start_logging(folder: Path) -> None:
    """Write to a file in `folder` from now on; a folder that cannot be written is no trouble."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / _NAME,
            maxBytes=_MOST_BYTES,
            backupCount=_OLD_FILES,
            encoding="utf-8",
            delay=True,
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
        sys.excepthook = _log_and_print


def _log_and_print(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What no part of the window caught is in the log as well as in the terminal."""
    log.error("not caught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
