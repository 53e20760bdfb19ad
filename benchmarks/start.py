"""How long `spurview FILE` takes to show a sample project, beside merely importing torch.

Each is a process of its own, from its start. What must not be loaded before the first paint
is counted: torch, scikit-learn, matplotlib and h5py.
"""

from __future__ import annotations

import os
import site
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

import msgspec

from benchmarks.figures import Figure, Measured, Scale, measured
from spurview.core.errors import InputError
from spurview.ui.samples import NO_SAMPLES, sample_projects

ROUNDS: dict[Scale, int] = {"quick": 1, "normal": 5, "full": 9}
SLOW = ("torch", "sklearn", "matplotlib", "h5py")
# Tells on stdout when the window was first painted, with what modules, and when the project came.
_SCRIPT = """
import json, sys, time
from PySide6.QtCore import QEvent, QTimer
from spurview.ui import app
from spurview.ui.main_window import MainWindow
class Clocked(MainWindow):
    painted = None
    def event(self, event):
        known = super().event(event)
        if event.type() == QEvent.Type.Paint and Clocked.painted is None:
            Clocked.painted = time.time(), sorted(sys.modules)
            self._looker = QTimer(self)
            self._looker.timeout.connect(self._look)
            self._looker.start(1)
        return known
    def _look(self):
        if self.document is not None:
            self._looker.stop()
            self.repaint()
            print(json.dumps([*Clocked.painted, time.time()]), flush=True)
            self.close()
app.MainWindow = Clocked
sys.exit(app.run(sys.argv[1]))
"""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """Of one start: seconds since 1970 of two moments, and the modules loaded by the first."""

    painted: float
    modules: list[str]
    opened: float


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """Three figures: first paint, the sample shown, and the slow modules loaded before."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"start: {ROUNDS[scale]} times")
    figures = figures_of(ROUNDS[scale])
    return measured("start", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(rounds: int) -> list[Figure]:
    """The medians; ours and the peer take turns. InputError where no sample is there."""
    painted, opened, peers = [], [], []
    seen = None
    for _ in range(rounds):
        began = time.time()
        seen = _started()
        painted.append(seen.painted - began)
        opened.append(seen.opened - began)
        peers.append(_importing_torch())
    loaded = seen.modules if seen else []
    slow = [name for name in SLOW if name in loaded]
    base = median(peers)
    return [
        _seconds("window painted", median(painted), base),
        _seconds("sample shown", median(opened), base),
        Figure(
            name="slow modules before first paint",
            value=len(slow),
            unit="modules",
            goal="none",
            note=f"{', '.join(slow) or 'none'} of {len(loaded):,} loaded",
        ),
    ]


def _seconds(name: str, value: float, base: float) -> Figure:
    return Figure(
        name=name, value=value, unit="s", base=base, base_name="s import torch", goal="<= 1.5 s"
    )


def _started() -> Seen:
    samples = sample_projects()
    if not samples:
        raise InputError(NO_SAMPLES)
    return msgspec.json.decode(_said(_SCRIPT, str(samples[0])), type=Seen)


def _importing_torch() -> float:
    began = time.time()
    return float(_said("import torch, time; print(time.time())")) - began


def _said(script: str, *arguments: str) -> bytes:
    """What it prints; its preferences and log are its own, nothing of the person's is touched."""
    with tempfile.TemporaryDirectory() as home:
        own = {"HOME": home, "PYTHONUSERBASE": site.getuserbase()}
        own |= {f"XDG_{what}_HOME": home for what in ("CONFIG", "STATE", "DATA")}
        ran = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            capture_output=True,
            check=True,
            timeout=120,
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ, **own},
        )
    return ran.stdout
