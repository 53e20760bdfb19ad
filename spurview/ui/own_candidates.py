"""What the document knows of candidates made by hand: all that was computed, and what is saved."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from spurview.core.arrays import Array, Reader
from spurview.pipeline.by_hand import arrays_of, laid_over, stale_ids
from spurview.pipeline.carry_over import following
from spurview.pipeline.hand_reader import PREFIX, Made
from spurview.project.model import ProjectInfo
from spurview.ui.document_parts import HandChange


class OwnCandidates:
    """Results stay after an undo, so that redo computes nothing."""

    def __init__(self, info: ProjectInfo, made: Mapping[str, Made]) -> None:
        self.made = dict(made)
        self._saved_list = info.by_hand
        self._saved_made = dict(made)

    def over(self, reader: Reader, info: ProjectInfo) -> Reader:
        """`reader` with the present candidates made by hand laid over."""
        return laid_over(reader, info, self.made)

    def stale(self, info: ProjectInfo) -> list[str]:
        """Ids of those whose evidence is missing or out of date."""
        return stale_ids(info, self.made)

    def is_modified(self, info: ProjectInfo) -> bool:
        """Whether a save would change what the file has of them."""
        return info.by_hand != self._saved_list or any(
            self.made.get(own.id) is not self._saved_made.get(own.id) for own in info.by_hand
        )

    def arrays(self, info: ProjectInfo) -> dict[str, Array]:
        """What the file has to hold of them."""
        return arrays_of([self.made[own.id] for own in info.by_hand if own.id in self.made])

    @property
    def prefix(self) -> str:
        """Where the file holds them."""
        return PREFIX

    def mark_saved(self, saved: ProjectInfo, put: Mapping[str, Array]) -> None:
        """Take note that the file has what the snapshot had."""
        self._saved_list = saved.by_hand
        if f"{PREFIX}records" in put or not saved.by_hand:
            self._saved_made = {own.id: self.made[own.id] for own in saved.by_hand}


def changed(info: ProjectInfo, change: HandChange, ids: Mapping[str, str]) -> ProjectInfo:
    """The info after the change; `ids` gives the present id of candidates of an older run."""
    going = {own.id for own in change.go} | {own.id for own in change.come}
    staying = [own for own in info.by_hand if own.id not in going]
    by_hand = [*staying, *(following(own, ids) for own in change.come)]
    # In one order whatever came first, so that an undo gives back what was there.
    return msgspec.structs.replace(info, by_hand=sorted(by_hand, key=lambda own: own.id))
