"""Which candidate of a new run is one that a person has judged before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.pipeline.by_hand import replaced_as_judged
from spurview.pipeline.findings import candidate_records
from spurview.project.model import HandMade, ProjectInfo, Verdict

# Members that both share, over all members of either; from here on they count as the same.
SAME_FROM = 0.5


def successors(
    verdicts: Mapping[str, Verdict], members: Mapping[str, Array], classes: Mapping[str, str]
) -> dict[str, str]:
    """New id of each judged candidate that is gone by name but is there by its members.

    members: rows of every present candidate by id; classes: its class's name. Best matches go
    first, each candidate is matched once, and one that is judged already is nobody's successor.
    """
    gone = {i: v for i, v in verdicts.items() if i not in members and v.members}
    free = {i: rows for i, rows in members.items() if i not in verdicts}
    matches = [
        (_shared(set(verdict.members), rows), old, new)
        for old, verdict in gone.items()
        for new, rows in free.items()
        if classes.get(new) == verdict.class_name
    ]
    found: dict[str, str] = {}
    for share, old, new in sorted(matches, key=lambda match: (-match[0], match[1], match[2])):
        if share >= SAME_FROM and old not in found and new not in found.values():
            found[old] = new
    return found


def members_by_id(reader: Reader) -> dict[str, Array]:
    """The rows of every candidate's members, by its id."""
    members = np.split(reader.read("/candidates/members"), reader.read("/candidates/members_end"))
    return {r.id: rows for r, rows in zip(candidate_records(reader), members, strict=False)}


def carried_over(
    verdicts: Mapping[str, Verdict], reader: Reader, class_names: Sequence[str]
) -> dict[str, Verdict]:
    """The verdicts under the ids of the candidates in `reader`; those of none keep their own."""
    classes = {r.id: class_names[r.class_index] for r in candidate_records(reader)}
    moved = successors(verdicts, members_by_id(reader), classes)
    return {moved.get(i, i): verdict for i, verdict in verdicts.items()}


def by_hand_carried_over(info: ProjectInfo, reader: Reader) -> ProjectInfo:
    """The info whose candidates made by hand replace the candidates that are in `reader` now."""
    if not info.by_hand:
        return info
    classes = {r.id: info.class_names[r.class_index] for r in candidate_records(reader)}
    moved = successors(replaced_as_judged(info), members_by_id(reader), classes)
    by_hand = [following(own, moved) for own in info.by_hand]
    return msgspec.structs.replace(info, by_hand=by_hand)


def following(own: HandMade, ids: Mapping[str, str]) -> HandMade:
    """The same choice with the present ids of those it replaces."""
    replaces = {ids.get(i, i): rows for i, rows in own.replaces.items()}
    return msgspec.structs.replace(own, replaces=replaces)


def _shared(judged: set[int], rows: Array) -> float:
    """Jaccard index of two sets of rows."""
    present = set(rows.tolist())
    return len(judged & present) / max(1, len(judged | present))
