"""One run: a cell's images through the real pipeline, in memory, and measured as a row."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

import spurview
from spurview.core.arrays import MemoryReader, OverlayReader, Reader
from spurview.core.metrics import chance_f1
from spurview.core.progress import Report, silent
from spurview.core.settings import with_setting
from spurview.evaluation.baselines import known_filter, literal
from spurview.evaluation.cells import Cell
from spurview.evaluation.measures import (
    Logits,
    Outcome,
    carrier_measures,
    learnt,
    pixel_measures,
    template_measures,
    verdict_measures,
)
from spurview.evaluation.planting import Case, Truth, planted_case
from spurview.evaluation.rows import NO_CLASS, PATTERN_COLUMNS, Row
from spurview.pipeline.create import project_info
from spurview.pipeline.run import applied, compute
from spurview.project.model import INTEREST_TRAIN, POOL, ProjectInfo


def run_cell(cell: Cell, *, device: str = "cpu", report: Report = silent) -> Row:
    """The row of one run. Raises SpurviewError where the cell cannot be built or run."""
    case = planted_case(cell, report=report)
    started = time.process_time()
    reader, info = run_case(case, device=device, report=report)
    # By the process's own clock: runs beside one another do not count each other's time.
    spent = time.process_time() - started
    row = measured(case, reader, info, device=device, report=report)
    return msgspec.structs.replace(row, seconds=round(spent, 3))


def run_case(
    case: Case, *, device: str = "cpu", until: str = "verification", report: Report = silent
) -> tuple[Reader, ProjectInfo]:
    """All products of a case's stages, with the info that records them. Nothing is kept on disk."""
    names = [
        NO_CLASS if truth.class_index is None else case.class_names[truth.class_index]
        for truth in case.truths
    ]
    planted = [
        truth.record(name, case.cell.seed) for truth, name in zip(case.truths, names, strict=True)
    ]
    info = project_info(case.product, case.settings, planted=planted)
    return _computed(MemoryReader(case.product.arrays), info, until, device, report)


def measured(
    case: Case, reader: Reader, info: ProjectInfo, *, device: str = "cpu", report: Report = silent
) -> Row:
    """The row of a case whose stages have run up to verification."""
    outcome = Outcome(case, reader)
    columns = _run_columns(case, reader, info) | _result_columns(outcome)
    if any(truth.class_index is not None for truth in case.truths):
        patterns = _planted_columns(outcome, info, device, report)
        columns |= _over_patterns(outcome, patterns)
    else:
        patterns = [_described(case, truth) for truth in case.truths]
    for name in patterns[0] if patterns else ():
        columns[name] = tuple(pattern[name] for pattern in patterns)
    return Row(**columns)


def _computed(
    reader: Reader, info: ProjectInfo, until: str, device: str, report: Report
) -> tuple[Reader, ProjectInfo]:
    with TemporaryDirectory(prefix="spurview-evaluation-") as folder:
        products = compute(
            reader, info, work_dir=Path(folder), until=until, device=device, report=report
        )
        for product in products:
            reader = OverlayReader(MemoryReader(product.arrays), reader, product.drop)
            info = applied(info, product)
    return reader, info


def _run_columns(case: Case, reader: Reader, info: ProjectInfo) -> dict[str, Any]:
    role = reader.read("/images/role")
    _, height, width, channels = reader.shape("/images/pixels")
    accuracy = info.stages["classifier"].facts.get("test_accuracy")
    return {
        "kind": case.cell.kind,
        "group": case.cell.group,
        "source": case.cell.source,
        "seed": case.cell.seed,
        "commit": commit(),
        "version": spurview.__version__,
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": sum(record.seconds for record in info.stages.values()),
        "height": height,
        "width": width,
        "channels": channels,
        "n_train": int((role == INTEREST_TRAIN).sum()),
        "n_pool": int((role == POOL).sum()),
        "n_classes": len(case.class_names),
        "interest": " ".join(case.class_names),
        "test_accuracy": None if accuracy is None else float(accuracy),
    }


def _result_columns(outcome: Outcome) -> dict[str, Any]:
    false = np.flatnonzero(outcome.is_false)
    ratios = [ratio for m in false if (ratio := outcome.least_ratio(int(m))) is not None]
    return {
        "candidates": len(outcome.records),
        "alarms": int(outcome.is_alarm.sum()),
        "false_alarms": int((outcome.is_alarm & outcome.is_false).sum()),
        "suspects": sum(v.outcome == "suspect" for v in outcome.verified),
        "model_score": max((v.score for v in outcome.verified), default=0.0),
        "highest_false_ratio": max(ratios, default=None),
    }


def _planted_columns(
    outcome: Outcome, info: ProjectInfo, device: str, report: Report
) -> list[dict[str, Any]]:
    from spurview.core.device import choose_device
    from spurview.pipeline.training_stages import load_network

    case = outcome.case
    network = load_network(outcome.reader, info, choose_device(device))
    settings = with_setting(info.settings, "candidates.method", "literal")
    other = msgspec.structs.replace(info, settings=settings)
    clusters = literal(case, _computed(outcome.reader, other, "candidates", device, report)[0])
    patterns = []
    for k, (truth, cluster) in enumerate(zip(case.truths, clusters, strict=True)):
        columns = _described(case, truth) | _pattern_columns(outcome, k, network.logits)
        columns |= known_filter(case, truth)
        columns |= {
            "literal_f1": cluster.first_f1,
            "literal_best_f1": cluster.best_f1,
            "literal_rank": None if cluster.rank is None else float(cluster.rank),
        }
        patterns.append(columns)
    return patterns


def _described(case: Case, truth: Truth) -> dict[str, Any]:
    """What was planted, with every other column of patterns not known."""
    planting, role = truth.planting, case.product.arrays["/images/role"]
    columns: dict[str, Any] = dict.fromkeys(PATTERN_COLUMNS)
    index = truth.class_index
    return columns | {
        "pattern_class": NO_CLASS if index is None else case.class_names[index],
        "pattern_kind": planting.pattern,
        "pattern_strength": float(truth.pattern.strength),
        "pattern_class_share": planting.share_of_class,
        "pattern_pool_share": planting.share_of_pool,
        "pattern_box": " ".join(str(v) for v in truth.pattern.box),
        "n_carriers": float((role[truth.rows] == POOL).sum()),
    }


def _pattern_columns(outcome: Outcome, pattern: int, logits: Logits) -> dict[str, Any]:
    truth = outcome.case.truths[pattern]
    effect = learnt(outcome, truth, logits)
    columns: dict[str, Any] = {"learnt": float(effect.is_learnt), "true_flip": effect.flip}
    candidate = outcome.found.get(pattern)
    if candidate is None:
        return columns
    return (
        columns
        | carrier_measures(outcome, pattern, candidate)
        | pixel_measures(outcome, truth, candidate)
        | template_measures(outcome, truth, candidate)
        | verdict_measures(outcome, candidate, effect.flip)
    )


def _over_patterns(outcome: Outcome, patterns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    n_pool = int(outcome.pool.sum())
    chances = []
    for k, pattern in enumerate(patterns):
        true = int(pattern["n_carriers"])
        m = outcome.found.get(k)
        drawn = true if m is None else int(outcome.hits[m][outcome.pool].sum())
        chances.append(chance_f1(drawn, true, n_pool))
    alarmed = [pattern["outcome"] == "alarm" for pattern in patterns if pattern["learnt"]]
    n_alarms = int(outcome.is_alarm.sum())
    n_false = int((outcome.is_alarm & outcome.is_false).sum())
    return {
        "chance_f1": float(np.mean(chances)),
        "discovery": float(np.mean(alarmed)) if alarmed else None,
        "false_discovery": n_false / n_alarms if n_alarms else 0.0,
    }


@cache
def commit() -> str:
    """The commit of the checkout that spurview runs from, marked where changed; else nothing."""
    folder = Path(spurview.__file__).parent
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
