"""What the dialogs' jobs compute; torch and files are touched here alone, on the jobs' thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spurview.core.errors import InputError
from spurview.core.progress import Report
from spurview.core.settings import ImagesSettings, Settings
from spurview.jobs import Work
from spurview.pipeline.network_request import NetworkRequest
from spurview.sources import Role, SourceSpec, find_overlap, preview

if TYPE_CHECKING:
    from spurview.pipeline.trying import Tryout

EXAMPLES = 14
POOL_EXAMPLES = 96


def previewing(spec: SourceSpec, role: Role) -> Work:
    """Work that gives a SourcePreview."""

    def work(report: Report, deliver: Any) -> Any:
        examples = EXAMPLES if role == "interest" else POOL_EXAMPLES
        return preview(spec, role, examples=examples, report=report)

    return work


def overlapping(interest: Sequence[SourceSpec], pool: Sequence[SourceSpec]) -> Work:
    """Work that gives an Overlap; cancelled it fails as any other."""

    def work(report: Report, deliver: Any) -> Any:
        return find_overlap(interest, pool, report=report)

    return work


def trying(
    request: NetworkRequest,
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    settings: ImagesSettings,
    turn: int,
) -> Work:
    """Work that gives a Tryout."""

    def work(report: Report, deliver: Any) -> Tryout:
        from spurview.pipeline.trying import try_network

        return try_network(request, interest, pool, settings, turn=turn, report=report)

    return work


def creating(
    path: Path,
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    settings: Settings,
    network: NetworkRequest | None,
    weights: str,
) -> Work:
    """Work that makes a project and gives what the person should know of its images.

    weights: a safetensors file that the training begins with, "" for none.
    """

    def work(report: Report, deliver: Any) -> list[str]:
        from spurview.pipeline.create import create_project
        from spurview.pipeline.starting_weights import training_settings

        chosen = settings
        if network is None and weights:
            chosen = training_settings(
                settings, f"train:{settings.classifier.architecture}:{weights}"
            )
        project, notes = create_project(
            path, interest, pool, chosen, network=network, report=report
        )
        project.close()
        return notes

    return work


def estimating(
    settings: Settings, n_train: int, n_pool: int, shape: tuple[int, int, int], n_classes: int
) -> Work:
    """Work that gives an Estimate of a run on so many images (height, width, channels)."""

    def work(report: Report, deliver: Any) -> Any:
        from spurview.pipeline.estimate import estimate

        return estimate(settings, n_train, n_pool, shape, n_classes, report=report)

    return work


def checked_name(text: str) -> Path:
    """A project's file from what a person typed. Raises InputError where it is empty."""
    if not text.strip():
        raise InputError("Say where the project is to be saved.")
    path = Path(text.strip()).expanduser()
    return path if path.suffix.lower() == ".spurview" else path.with_name(f"{path.name}.spurview")
