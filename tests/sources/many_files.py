"""Imports very many files, killed twice on the way.

``python -m tests.sources.many_files FOLDER N`` writes N small files of two formats and sizes into
nested folders, every 1,000th of them damaged, and prints JSON: seconds and peak memory of the
command, and what it lost by the kills.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from spurview.project.store import Project
from tests.project.conftest import ROOT

# Of the files, which the kills come after.
KILLED_AT = (0.3, 0.6)
_INTEREST_SHARE, _CLASSES, _IN_FOLDER = 0.1, 10, 1000
_DAMAGED_EACH = 1000
_BLOCK = 256
_LOOK_S = 0.05


@dataclass
class Ran:
    """One run of the command: how long, and the most memory it had at once."""

    seconds: float = 0.0
    most_kib: int = 0


def write(folder: Path, count: int) -> None:
    """`count` files, a tenth of them of interest."""
    rng = np.random.default_rng(0)
    n_interest = int(_INTEREST_SHARE * count)
    for index in range(count):
        of = index < n_interest
        part = f"interest/{index % _CLASSES}" if of else f"pool/{index // _IN_FOLDER:03}/deep"
        (folder / part).mkdir(parents=True, exist_ok=True)
        is_grey = index % 4 == 0
        shape = (24, 32) if is_grey else (40, 40, 3)
        data = BytesIO()
        image = Image.fromarray(rng.integers(0, 256, shape, np.uint8))
        image.save(data, "BMP" if is_grey else "PNG", compress_level=1)
        whole = data.getvalue()
        is_damaged = index % _DAMAGED_EACH == _DAMAGED_EACH - 1
        name = f"{index:06}.{'bmp' if is_grey else 'png'}"
        (folder / part / name).write_bytes(whole[: len(whole) // 2] if is_damaged else whole)


def imported(folder: Path, kill_at: int | None = None) -> Ran:
    """`spurview new`, killed once so many blocks lie in the work folder."""
    command = [sys.executable, "-m", "spurview", "new", folder / "x.spurview", "--size", 32,
               "--interest", folder / "interest", "--pool", folder / "pool"]  # fmt: skip
    ran, start = Ran(), time.monotonic()
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdout=said, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            ran.most_kib = max(ran.most_kib, _peak_kib(process.pid))
            if kill_at is not None and len(blocks(folder)) >= kill_at:
                process.send_signal(signal.SIGKILL)
                kill_at = None
            time.sleep(_LOOK_S)
    ran.seconds = time.monotonic() - start
    return ran


def blocks(folder: Path) -> dict[str, int]:
    """When each block in the work folder was written, in nanoseconds."""
    kept = (folder / ".x.spurview.work").glob("images-*/*.npz")
    return {path.name: path.stat().st_mtime_ns for path in kept}


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def main(folder: Path, count: int) -> dict[str, object]:
    """Two imports of the same files: one that is killed twice, and one undisturbed."""
    write(folder, count)
    n_blocks = -(-count // _BLOCK)
    kept: dict[str, int] = {}
    again = 0
    for share in KILLED_AT:
        imported(folder, int(share * n_blocks))
        now = blocks(folder)
        again += sum(now.get(name) != at for name, at in kept.items())
        kept = now
    last = imported(folder)
    resumed = _made(folder)
    os.unlink(folder / "x.spurview")
    whole = imported(folder)
    assert _made(folder) == resumed
    return {
        "files": count,
        "seconds": round(whole.seconds, 1),
        "most_mib": round(max(whole.most_kib, last.most_kib) / 1024),
        "seconds_after_second_kill": round(last.seconds, 1),
        "blocks_kept": len(kept),
        "blocks_read_again": again,
        **resumed,
        "left_over": sorted(p.name for p in folder.iterdir() if p.name.startswith(".")),
    }


def _made(folder: Path) -> dict[str, object]:
    with Project.open(folder / "x.spurview") as project:
        return {
            "images": project.shape("/images/pixels")[0],
            "skipped": project.info.skipped_total,
            "fingerprint": project.info.stages["images"].fingerprint,
        }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
