"""Progress on stderr, and Ctrl+C as a wish to stop at the next safe place."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from spurview.core.errors import Cancelled

INTERRUPTED = 130
_EVERY_S = 0.1
_BAR = 24


class ProgressLine:
    """A `report` that keeps one live line on a terminal, and prints a line a stage elsewhere.

    A message begins with its stage's name and a colon.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._is_terminal = stream.isatty()
        self._stage = ""
        self._shown_at = -1.0
        self._width = 0
        self.wants_stop = False

    def __call__(self, done: int, total: int, message: str) -> None:
        """Show progress; raises Cancelled when the person asked to stop."""
        if self.wants_stop:
            raise Cancelled
        stage = message.partition(":")[0]
        if not self._is_terminal:
            if stage != self._stage:
                self._stream.write(f"{message}\n")
                self._stream.flush()
        elif (now := self._clock()) - self._shown_at >= _EVERY_S or stage != self._stage:
            self._shown_at = now
            self._rewrite(_with_bar(done, total, message))
        self._stage = stage

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.clear()
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the live line away."""
        if self._is_terminal and self._width:
            self._rewrite("")
            self._stream.write("\r")
            self._stream.flush()
            self._width = 0

    def _rewrite(self, text: str) -> None:
        line = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write("\r" + line + " " * max(0, self._width - len(line)))
        self._stream.flush()
        self._width = len(line)


def _with_bar(done: int, total: int, message: str) -> str:
    if total <= 0:
        return message
    filled = round(_BAR * min(1.0, done / total))
    return f"[{'#' * filled}{'.' * (_BAR - filled)}] {message}"


@contextmanager
def interruptible(when_stopped: str) -> Iterator[ProgressLine]:
    """Gives the progress line; the first Ctrl+C makes it raise Cancelled, the second ends at once.

    when_stopped: the sentence that says how to go on.
    """
    line = ProgressLine(sys.stderr)

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        if line.wants_stop:
            raise KeyboardInterrupt
        line.wants_stop = True
        # Not through the stream: a handler may interrupt a write to it.
        os.write(2, b"\nStopping at the next safe place; Ctrl+C again stops at once.\n")

    before = signal.signal(signal.SIGINT, ask_to_stop)
    try:
        yield line
    except (Cancelled, KeyboardInterrupt) as stop:
        line.clear()
        raise Cancelled(when_stopped) from stop
    finally:
        signal.signal(signal.SIGINT, before)
        line.clear()
