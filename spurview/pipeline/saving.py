"""Running a project that is open: every product is saved as it comes."""

from __future__ import annotations

from spurview.core.arrays import MemoryReader
from spurview.core.progress import Report, silent
from spurview.pipeline.carry_over import by_hand_carried_over, carried_over
from spurview.pipeline.run import Product, applied, clear_checkpoints, compute, history_event
from spurview.project.store import Project


def run_project(
    project: Project,
    *,
    until: str | None = None,
    device: str = "auto",
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> None:
    """Do the stages that are stale or missing, up to `until`; a stopped run goes on from there.

    trusted: SHA-256 of files that may be opened although they can hold code. Verdicts go with
    their candidates. Raises as `compute` does, and SaveError.
    """
    products = compute(
        project,
        project.info,
        work_dir=project.work_dir,
        until=until,
        device=device,
        trusted=trusted,
        is_saved=True,
        report=report,
    )
    for product in products:
        _save(project, product)
        # Else it would be held while the next one is made.
        del product


def _save(project: Project, product: Product) -> None:
    changed = applied(project.info, product)
    verdicts = project.verdicts
    if product.stage == "candidates":
        made = MemoryReader(product.arrays)
        own = {known.id for known in changed.by_hand}
        found = {i: v for i, v in verdicts.items() if i not in own}
        verdicts = {i: v for i, v in verdicts.items() if i in own} | carried_over(
            found, made, changed.class_names
        )
        changed = by_hand_carried_over(changed, made)
    project.save(
        info=changed,
        put=product.arrays,
        drop=product.drop,
        verdicts=verdicts,
        history=[*project.history, history_event(product, changed)],
    )
    clear_checkpoints(product, project.work_dir)
