"""The work of the optional stage that counts what chance alone would give."""

from __future__ import annotations

import numpy as np

from spurview.core.arrays import Array
from spurview.core.chance import counts_by_chance, is_counted, mean_interval
from spurview.core.evidence import ChanceRecord
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.findings import candidate_records
from spurview.pipeline.run import Facts, Work
from spurview.pipeline.search_stages import material_of
from spurview.project.codec import as_bytes


def chance(work: Work) -> tuple[dict[str, Array], Facts]:
    """Candidates that count in searches with permuted classes, beside those of the real search."""
    settings, kept = work.settings, work.checkpoints
    counted = [is_counted(record) for record in candidate_records(work.reader)]
    hits = work.reader.read("/candidates/hits") == 1
    counts = counts_by_chance(
        material_of(work, with_rebuilt=True),
        hits[counted].any(0),
        settings=settings.candidates,
        repeats=settings.chance.repeats,
        seed=settings.seed,
        done=_done(kept, settings.chance.repeats),
        on_count=lambda repeat, count: kept.keep_block(repeat, np.array([count], np.int64)),
        report=work.report,
    )
    record = ChanceRecord(counts=counts, found=sum(counted), interval=mean_interval(counts))
    expected = round(float(np.mean(counts)), 4)
    return {"/chance/record": as_bytes(record)}, {
        "repeats": len(counts),
        "expected": expected,
        "found": record.found,
    }


def _done(kept: Checkpoints, repeats: int) -> dict[int, int]:
    """Counts of the repeats that an earlier run has finished."""
    blocks = {repeat: kept.block(repeat) for repeat in range(repeats)}
    return {
        repeat: int(block[0])
        for repeat, block in blocks.items()
        if block is not None and block.shape == (1,)
    }
