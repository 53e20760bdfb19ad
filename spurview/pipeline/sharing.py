"""One run shared out: among processes that know of one another, or among shards that do not.

Shares are blocks in the work folder (`blocks`), so that all processes must see that folder. Only
one process, the one that holds the project, writes the project.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from spurview.core.arrays import Reader
from spurview.core.errors import StageError
from spurview.core.progress import Report, silent
from spurview.core.ranks import Ranks, joined_ranks, leave
from spurview.core.vae import VAE
from spurview.pipeline.blocks import (
    Share,
    embedded_blocks,
    missing_embedded,
    missing_predicted,
    predicted_blocks,
)
from spurview.pipeline.run import Work, chosen_kind, within_memory, work_of
from spurview.pipeline.saving import run_project
from spurview.pipeline.stages import OPTIONAL_NAMES, STAGE_NAMES, states
from spurview.pipeline.training_stages import (
    NOT_TRAINED,
    finished_vae,
    network_of,
    trained_vae,
)
from spurview.project.model import ProjectInfo
from spurview.project.store import Project

_SHARED = ("predictions", "embedding")


def train_weights(
    project: Project,
    *,
    device: str = "auto",
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> None:
    """Train both networks; the classifier goes into the project, the VAE into the work folder."""
    run_project(project, until="classifier", device=device, trusted=trusted, report=report)
    if _is_missing("embedding", project, project.info):
        within_memory(trained_vae, _work("embedding", project, device, trusted, report))


def compute_share(
    project: Project,
    share: Share,
    *,
    device: str = "auto",
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> None:
    """Do the share's blocks of predictions and embedding that are not there yet.

    project: only read. Raises StageError where its networks are not trained yet.
    """
    if states(project.info, project)["classifier"] != "fresh":
        raise StageError(NOT_TRAINED)
    if _is_missing("predictions", project, project.info):
        _predict(_work("predictions", project, device, trusted, report), share)
    if _is_missing("embedding", project, project.info):
        _embed(_work("embedding", project, device, trusted, report), finished_vae, share)


def merge(
    project: Project,
    *,
    device: str = "auto",
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> None:
    """Put predictions and embedding together from the shares. StageError where one is missing."""
    for stage, missing in (("predictions", missing_predicted), ("embedding", missing_embedded)):
        if not _is_missing(stage, project, project.info):
            continue
        work = _work(stage, project, device, trusted, report)
        n_missing = 0 if stage == "predictions" and _only_predicted(project.info) else missing(work)
        if n_missing:
            raise StageError(
                f"{n_missing} block{'s' if n_missing > 1 else ''} of {stage} "
                f"{'are' if n_missing > 1 else 'is'} not there yet: run the shards that were "
                "stopped once more."
            )
    run_project(project, until="embedding", device=device, trusted=trusted, report=report)


def run_together(
    path: Path,
    project: Project | None,
    *,
    until: str | None = None,
    device: str = "auto",
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> Ranks:
    """Run a project in all processes that `torchrun` started; which of them this one is.

    project: open for saving in the first process, None in the others, which only read `path`.
    """
    kind = chosen_kind(device)
    ranks = joined_ranks(kind)
    share = Share(ranks.rank, ranks.size)
    shared = [stage for stage in _SHARED if until is None or _comes_before(stage, until)]
    for stage in shared:
        if project is not None:
            before = "classifier" if stage == "predictions" else "predictions"
            run_project(project, until=before, device=kind, trusted=trusted, report=report)
        ranks.wait()
        with Project.open(path, lock=False) as read:
            if _is_missing(stage, read, read.info):
                work = _work(stage, read, kind, trusted, report)
                _share_of(stage, work, share, ranks)
        ranks.wait()
    leave()
    if project is not None:
        run_project(project, until=until, device=kind, trusted=trusted, report=report)
    return ranks


def _share_of(stage: str, work: Work, share: Share, ranks: Ranks) -> None:
    if stage == "predictions":
        _predict(work, share)
    else:
        # Not on the CPU where memory runs out: all processes train on the same kind of device.
        model, _ = trained_vae(work, ranks)
        _embed(work, lambda _: model, share)


def _predict(work: Work, share: Share) -> None:
    def predict(work: Work) -> None:
        network = network_of(work)
        # Predictions from a file are read in no time by whoever puts the product together.
        if network is not None:
            _exhaust(predicted_blocks(work, network, share))

    within_memory(predict, work)


def _embed(work: Work, vae_of: Callable[[Work], VAE], share: Share) -> None:
    within_memory(lambda work: _exhaust(embedded_blocks(work, vae_of(work), share)), work)


def _exhaust(blocks: Iterator[object]) -> None:
    deque(blocks, maxlen=0)


def _only_predicted(info: ProjectInfo) -> bool:
    """Whether the classes come from a file of predictions, so that there is nothing to share."""
    return info.network is not None and not info.network.can_be_asked


def _comes_before(stage: str, until: str) -> bool:
    names = (*STAGE_NAMES, *OPTIONAL_NAMES)
    return until not in names or names.index(stage) <= names.index(until)


def _is_missing(stage: str, reader: Reader, info: ProjectInfo) -> bool:
    return states(info, reader)[stage] != "fresh"


def _work(
    stage: str, project: Project, device: str, trusted: frozenset[str], report: Report
) -> Work:
    return work_of(
        stage,
        project,
        project.info,
        work_dir=project.work_dir,
        device=device,
        trusted=trusted,
        report=report,
    )
