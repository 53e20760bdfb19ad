"""Kills a saving process again and again.

``python -m tests.project.killed_saves FOLDER KILLS SEED``.

Forks its victims, since loading h5py anew for each would take longer than a save. Prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from spurview.core.errors import ProjectError
from spurview.project.model import Verdict
from spurview.project.store import Project
from tests import constructed
from tests.project import forked

# A save of the constructed project takes about this long; kills fall within a few of them.
_LONGEST_S = 0.06


def main(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Counts of kills, of those inside a save, and of each thing that must not happen."""
    path = folder / "x.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    forked.ask_forks()
    counts = dict.fromkeys(("kills", "inside", "unreadable", "lost", "read_only", "leftovers"), 0)
    chance = random.Random(seed)
    for _ in range(kills):
        confirmed, is_inside = _kill_one(path, chance.random() * _LONGEST_S)
        counts["kills"] += 1
        counts["inside"] += is_inside
        _look(path, confirmed, counts)
    return counts


def _kill_one(path: Path, after_s: float) -> tuple[int, bool]:
    """The last revision the victim has confirmed, and whether it died between two of them."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _save_without_end(path, writing)
    os.close(writing)
    said = os.read(reading, 4096)
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while more := os.read(reading, 4096):
        said += more
    os.close(reading)
    lines = said.decode().split()
    saved = [int(line) for line in lines if line != "begin"]
    return (max(saved), lines[-1] == "begin")


def _save_without_end(path: Path, to: int) -> None:
    try:
        with Project.open(path) as project:
            os.write(to, b"%d\n" % project.info.revision)
            while True:
                revision = project.info.revision + 1
                os.write(to, b"begin\n")
                note = Verdict(class_name="b", note=str(revision), members=[60])
                project.save(verdicts={"1-aaaaaaaa": note})
                os.write(to, b"%d\n" % revision)
    finally:
        os._exit(1)


def _look(path: Path, confirmed: int, counts: dict[str, int]) -> None:
    try:
        with Project.open(path) as project:
            revision = project.info.revision
            verdict = project.verdicts.get("1-aaaaaaaa")
            whole = revision == 1 or (verdict is not None and verdict.note == str(revision))
            counts["unreadable"] += not whole
            counts["lost"] += revision not in (confirmed, confirmed + 1)
            counts["read_only"] += project.read_only
    except ProjectError:
        counts["unreadable"] += 1
    names = {entry.name for entry in path.parent.iterdir()}
    counts["leftovers"] += bool(names - {"x.spurview", "x.spurview~"})


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
