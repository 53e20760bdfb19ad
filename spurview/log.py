"""The log: what went wrong, with the traces, in one file that commands and window share.

It lies in the platform's folder for logs, and crashes of native libraries reach it as well. Only
`cli` and `ui` write to it; below them errors are raised.
"""

from __future__ import annotations

import faulthandler
import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

_MOST_BYTES, _OLD_FILES = 2**20, 2

_log = logging.getLogger("spurview")
# Without a file, as in tests, what went wrong is told to the person alone.
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.INFO)
# With --debug the root shows what libraries log; our own errors are shown by who records them.
_log.propagate = False


class _State:
    """What this process logs to; None where the folder cannot be written."""

    file: _LogFile | None = None
    debug: bool = False


class _LogFile(RotatingFileHandler):
    """The file. A second process that writes to it goes on in the old one after a rollover."""

    def __init__(self, path: Path, *, catches_crashes: bool) -> None:
        super().__init__(
            path,
            maxBytes=_MOST_BYTES,
            backupCount=_OLD_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
        formatter = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)
        self._catches_crashes = catches_crashes
        self._crashes: TextIO | None = None
        self._catch_crashes()

    def doRollover(self) -> None:
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
        super().doRollover()
        self._catch_crashes()

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written is no error: the disk is full, and the person knows."""

    def _catch_crashes(self) -> None:
        # Not the handler's own stream: logging closes that at exit, and Qt may crash after it.
        if self._catches_crashes:
            self._crashes = open(self.baseFilename, "a", encoding="utf-8")  # noqa: SIM115
            faulthandler.enable(self._crashes)


def folder() -> Path:
    """The folder of the log, which need not be there yet."""
    from platformdirs import user_log_path

    return user_log_path("spurview", appauthor=False)


def start(*, debug: bool) -> None:
    """Open the log and let faulthandler write to it. A log that cannot be written is no error."""
    _State.debug = debug
    if debug:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        faulthandler.enable()
    if _State.file is not None:
        return
    try:
        folder().mkdir(parents=True, exist_ok=True)
        _State.file = _LogFile(folder() / "spurview.log", catches_crashes=not debug)
    except OSError:
        return
    _log.addHandler(_State.file)
    _log.info(" ".join(sys.argv[1:]) or "window")


def record_error(text: str) -> None:
    """Add what went wrong."""
    _log.error(text)


def path() -> Path | None:
    """Where the log is, or None."""
    return Path(_State.file.baseFilename) if _State.file is not None else None


def is_debug() -> bool:
    """Whether the person asked for tracebacks."""
    return _State.debug
