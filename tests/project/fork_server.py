"""One process that looks into files for all tests, a fork for each: `python -m` this module.

Opening a project starts an interpreter that loads HDF5, which takes longer than most tests. The
tests' own process may have threads and must not be forked; this one has none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from spurview.core.errors import DamagedError
from spurview.project import foreign
from spurview.project.sentences import damaged
from tests.project import forked

ROOT = Path(__file__).parents[2]


class Server:
    """Asks the process, one question at a time, from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, path: Path) -> foreign._Answer:
        """In place of `foreign._ask_child`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(os.fsencode(path).hex().encode() + b"\n")
            self._process.stdin.flush()
            said = self._process.stdout.readline()
        try:
            return msgspec.json.decode(said, type=foreign._Answer)
        except msgspec.DecodeError as error:
            raise damaged(path, f"the check failed: {error}") from error

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def serving() -> Iterator[Server]:
    """A server as long as the tests last."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()


def use(server: Server, patch: pytest.MonkeyPatch) -> None:
    """Have every opening in this process ask the server."""
    patch.setattr(foreign, "_ask_child", server.ask)


def main() -> None:
    """Answer a line for each line until there are no more."""
    for line in sys.stdin.buffer:
        try:
            path = Path(os.fsdecode(bytes.fromhex(line.decode())))
            said = forked.said_of(path)
        except DamagedError as error:
            said = msgspec.json.encode({"problem": str(error)})
        sys.stdout.buffer.write(said.strip() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
