"""The Python interface: projects, runs and findings, and audits of networks in memory.

Light to import: torch is loaded by the functions that need it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spurview.core.errors import LockedError
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor, nn

    from spurview.pipeline.given_images import Layout
    from spurview.pipeline.network_request import NetworkRequest
    from spurview.pipeline.result import Result
    from spurview.project.store import Project

AnyPath = str | os.PathLike[str]
Sources = AnyPath | Sequence[AnyPath]


def audit(
    model: nn.Module,
    interest: Any,
    pool: Any,
    *,
    labels: Any = None,
    class_names: Sequence[str] | None = None,
    layout: Layout | None = None,
    preprocess: Callable[[Tensor], Tensor] | None = None,
    settings: Settings | None = None,
    device: str = "auto",
    batch: int = 256,
    report: Report = silent,
) -> Result:
    """What `model` has learnt that it should not have, in memory and without a file.

    interest: images the model was trained on, with labels: a pair ``(images, labels)``, a torch
    dataset of such pairs, or images alone with `labels`. pool: images that have nothing to do with
    the task, a thousand or more; labels beside them are passed over. Arrays are ``(n, H, W, C)``
    and tensors ``(n, C, H, W)`` unless `layout` says ``"NHWC"`` or ``"NCHW"``; C is 1 or 3; uint8,
    or floats in 0..1, which are rounded to bytes. Both piles have one size.
    labels: class indices or names. class_names: in the order of the model's outputs; their
    numbers where left out.
    preprocess: takes a tensor (n, C, H, W) of floats in 0..1 at the images' size and gives what the
    model takes (resized, normalised); in torch's operations, so that gradients come back.
    settings: all but the classifier's count. device: auto, cpu, cuda or mps. batch: images the
    model is asked about at once. report: called as ``report(done, total, message)``.

    The model comes back in the mode and on the device it had, with its weights untouched. Raises
    SpurviewError, in one sentence, where images, labels and model do not fit one another.
    """
    from spurview.pipeline.audit import Question, audited

    return audited(
        model,
        Question(interest, pool, labels, class_names, layout, preprocess),
        settings or Settings(),
        device=device,
        batch=batch,
        report=report,
    )


def new_project(
    path: AnyPath,
    interest: Sources,
    pool: Sources,
    *,
    interest_classes: Sequence[str] | None = None,
    pool_classes: Sequence[str] | None = None,
    classifier: str = "train",
    preprocess: str = "",
    class_names: AnyPath | None = None,
    trust_code: bool = False,
    settings: Settings | None = None,
    report: Report = silent,
) -> Project:
    """A new project file made from images, open and locked: use it in a ``with``.

    interest, pool: one source or several, as the command ``spurview new`` takes them (a folder,
    ``digits:``). classifier, preprocess, class_names, trust_code: as the command takes them, such
    as ``train:resnet18`` or ``torchvision:resnet18:FILE``. What to know about images and network
    comes as warnings. Raises InputError as the command tells it.
    """
    from spurview.pipeline.create import create_project
    from spurview.pipeline.starting_weights import training_settings
    from spurview.sources import SourceSpec

    settings = settings or Settings()
    network = None
    if classifier.partition(":")[0] == "train":
        settings = training_settings(settings, classifier)
    else:
        network = _request(classifier, preprocess, class_names, trust_code)

    def specs(sources: Sources, classes: Sequence[str] | None) -> list[SourceSpec]:
        several = [sources] if isinstance(sources, str | os.PathLike) else sources
        chosen = tuple(classes) if classes is not None else None
        return [SourceSpec(os.fspath(source), chosen) for source in several]

    project, notes = create_project(
        Path(path),
        specs(interest, interest_classes),
        specs(pool, pool_classes),
        settings,
        network=network,
        report=report,
    )
    for note in notes:
        warnings.warn(note, stacklevel=2)
    return project


def _request(
    classifier: str, preprocess: str, class_names: AnyPath | None, trust_code: bool
) -> NetworkRequest:
    from spurview.pipeline.network_request import NetworkRequest
    from spurview.pipeline.networks import digest_of

    return NetworkRequest(
        classifier,
        preprocess,
        Path(class_names) if class_names is not None else None,
        frozenset({digest_of(classifier)}) if trust_code else frozenset(),
    )


def open_project(path: AnyPath, *, read_only: bool = False) -> Project:
    """The project at `path`, for reading and, unless `read_only`, running: use it in a ``with``.

    Where it is open elsewhere it can be read and not run. Raises ProjectError where it is missing,
    damaged or no project.
    """
    from spurview.project.store import Project

    return Project.open(path, lock=not read_only)


def run(
    project: Project | AnyPath,
    *,
    until: str | None = None,
    device: str = "auto",
    trust_code: bool = False,
    report: Report = silent,
) -> Result | None:
    """Do what is left to do in a project, saving each stage as it comes, and give the findings.

    until: the last stage to do; the result is None where it comes before verification. A run that
    was stopped goes on where it was. trust_code: open the project's network although its file can
    hold code. Raises LockedError for a project that is open elsewhere.
    """
    from spurview.pipeline.saving import run_project
    from spurview.pipeline.stages import states

    with _open(project, lock=True) as opened:
        if opened.read_only:
            who = f" ({opened.locked_by})" if opened.locked_by else ""
            raise LockedError(
                f"{opened.path.name} cannot be saved here{who}: close it elsewhere, or copy it to "
                "a folder of yours."
            )
        network = opened.info.network
        trusted = frozenset({network.digest}) if network and trust_code else frozenset()
        run_project(opened, until=until, device=device, trusted=trusted, report=report)
        if states(opened.info, opened)["verification"] == "missing":
            return None
        return findings(opened)


def findings(project: Project | AnyPath) -> Result:
    """What was found in a project that has run. Raises StageError where it has not."""
    from spurview.pipeline.findings import collect
    from spurview.pipeline.result import result_of

    with _open(project, lock=False) as opened:
        keys = opened.keys()
        return result_of(opened, collect(opened, opened.info, opened.verdicts, keys), keys)


@contextmanager
def _open(project: Project | AnyPath, *, lock: bool) -> Iterator[Project]:
    """A project that is open stays open; one opened here is closed again."""
    if isinstance(project, str | os.PathLike):
        with open_project(project, read_only=not lock) as opened:
            yield opened
    else:
        yield project
