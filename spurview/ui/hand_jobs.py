"""The job that computes candidates made by hand; torch is loaded in it, never before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spurview.core.progress import Report
from spurview.jobs import Work
from spurview.jobs.job import Deliver
from spurview.pipeline.hand_reader import Made
from spurview.project.model import HandMade
from spurview.ui.contents import Contents, read_contents
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange
from spurview.ui.own_candidates import changed

NAME = "computing the candidate"


@dataclass(frozen=True)
class Computed:
    """What was computed, in the order asked for, and what the document derives with it."""

    made: list[Made]
    contents: Contents


def making(
    document: Document,
    own: Sequence[HandMade],
    device: str,
    *,
    trusted: frozenset[str] = frozenset(),
    by_itself: bool = False,
) -> Work:
    """Work that gives a Computed.

    trusted: SHA-256 of the files that can hold code and that the person agreed to open;
    by_itself: they are in the project already.
    """
    reader, info, keys = document.stage_reader, document.info, list(document.keys)
    verdicts, known = document.verdicts, dict(document.made_by_hand)
    work_dir = document.project.work_dir

    def work(report: Report, deliver: Deliver) -> Computed:
        from spurview.core.device import choose_device
        from spurview.pipeline.by_hand import hand_mark, laid_over
        from spurview.pipeline.checkpoints import Checkpoints
        from spurview.pipeline.hand_work import compute_by_hand
        from spurview.pipeline.run import Work as StageWork
        from spurview.pipeline.run import within_memory

        stage = StageWork(
            # With those made by hand, since one may be made from others of them.
            laid_over(reader, info, known),
            info,
            Checkpoints(work_dir, "manual", hand_mark(info)),
            choose_device(device).type,
            report,
            project_dir=work_dir.absolute().parent,
            trusted=trusted,
        )
        made, _ = within_memory(lambda stage: compute_by_hand(stage, own), stage)
        now = info if by_itself else changed(info, HandChange(come=tuple(own)), {})
        every = known | {m.result.candidate.id: m for m in made}
        return Computed(made, read_contents(reader, now, verdicts, keys, every))

    return work
