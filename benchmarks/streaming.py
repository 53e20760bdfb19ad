"""The most memory that a whole run holds, all stages, of a pool that need not fit into it.

The run is that of `spurview run`: a process of its own, every product saved as it comes. One epoch
for the VAE; the other settings are those of a new project.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.drawn_pool import DrawnPool
from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.made_projects import make

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (2000,),
    "normal": (25_000, 50_000),
    "full": (25_000, 330_000),
}
_SIDE_PX, _TRAINING, _TEST = 64, 4000, 500
# Run in a process of its own: seconds, and the most memory held so far, after every stage.
_SCRIPT = """
import json, sys, time
import torch
torch.set_num_threads(1)
from benchmarks.held import most_mb
from spurview.core.settings import with_setting
from spurview.pipeline.saving import run_project
from spurview.project.store import Project
import msgspec
told, began = {}, [time.monotonic(), time.process_time()]
def report(done, total, message):
    stage = message.split(":")[0]
    if message.endswith(": starting"):
        began[:] = [time.monotonic(), time.process_time()]
    clock, processor = time.monotonic() - began[0], time.process_time() - began[1]
    told[stage] = [most_mb(), clock, processor]
    if message.endswith((": done", ": starting")):
        print(stage, *told[stage], file=sys.stderr, flush=True)
before = most_mb()
with Project.open(sys.argv[1]) as project:
    settings = project.info.settings
    for change in sys.argv[2:]:
        settings = with_setting(settings, *change.split("="))
    project.save(info=msgspec.structs.replace(project.info, settings=settings))
    run_project(project, device="cpu", report=report)
    found = project.info.stages["candidates"].facts["found"]
print(json.dumps([before, told, found, most_mb()]))
"""


class Ran(msgspec.Struct, frozen=True, array_like=True):
    """MB before; of each stage MB, seconds by the clock and of the processor; candidates; MB."""

    before_mb: float
    stages: dict[str, tuple[float, float, float]]
    found: int
    most_mb: float


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """A figure for every size and stage; the base is the smallest size."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    ran = {}
    for n_pool in SIZES[scale]:
        say(f"streaming: a pool of {n_pool:,} images of {_SIDE_PX} px in colour")
        ran[n_pool] = run_of(DrawnPool(_TRAINING, _TEST, n_pool, _SIDE_PX), "embedding.epochs=1")
    figures = [figure for n_pool in ran for figure in figures_of(n_pool, ran)]
    return measured("streaming", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_pool: int, ran: dict[int, Ran]) -> list[Figure]:
    """The most memory held by the end of each stage of one size, saving included."""
    ours, smallest = ran[n_pool], min(ran)
    return [
        Figure(
            name=f"{stage} | {n_pool:,} images",
            value=held,
            unit="MB",
            base=ran[smallest].stages[stage][0],
            base_name=f"MB at {smallest:,}",
            goal="<= 2000 MB",
            note=f"{clock:.0f} s, processor {processor:.0f}; {ours.before_mb:.0f} MB before",
        )
        for stage, (held, clock, processor) in ours.stages.items()
    ]


def run_of(pool: DrawnPool, *changes: str, folder: Path | None = None) -> Ran:
    """What a run of a project with these images takes; changes: settings as ``key=value``."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        path = Path(name) / "p.spurview"
        make(path, pool.as_array(), pool.described())
        ran = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(path), *changes],
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    return msgspec.json.decode(ran.stdout, type=Ran)
