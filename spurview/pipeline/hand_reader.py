"""Candidates made by hand read as if they were the last of the found ones.

Views, exports and findings then need not know that there are two kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.core.evidence import CandidateRecord, VerificationRecord
from spurview.core.ranking import ranked
from spurview.project.codec import as_bytes
from spurview.project.model import HandResult

# The file's name for what is "by hand" elsewhere, in its own `/settings` too: the format is frozen.
PREFIX = "/manual/"
# Arrays with one entry for each candidate, by the name of theirs below `/manual`.
STACKED = {
    "/candidates/template": "template",
    "/candidates/mask": "mask",
    "/candidates/map": "map",
    "/candidates/places": "places",
    "/candidates/scores": "scores",
    "/candidates/hits": "hits",
    "/verification/pair_rows": "pair_rows",
    "/verification/pair_class": "pair_class",
    "/verification/pair_confidence": "pair_confidence",
    "/verification/pair_places": "pair_places",
}
# Those that a project may lack; where they do, nothing moves.
_MAY_LACK = ("/candidates/places", "/verification/pair_places")
_PAIRS = "/verification/pair_"


@dataclass(frozen=True, eq=False)
class Made:
    """What was computed of one candidate made by hand: its evidence, arrays, rows of members.

    arrays: one entry of each array of `STACKED`, by the name below `/manual`.
    """

    result: HandResult
    arrays: dict[str, Array]
    members: Array


class HandReader:
    """`base`, verified, with the candidates of `made` after its own; hides `/manual`."""

    def __init__(self, base: Reader, made: Sequence[Made]) -> None:
        self._base, self._made = base, tuple(made)
        self._n_base = base.shape("/candidates/mask")[0]

    def names(self) -> list[str]:
        base = (name for name in self._base.names() if not name.startswith(PREFIX))
        return sorted({*base, *(name for name in _MAY_LACK if self._moves)})

    def has(self, name: str) -> bool:
        return (name in _MAY_LACK and self._moves) or self._has_below(name)

    def shape(self, name: str) -> tuple[int, ...]:
        if name in STACKED:
            count = self._n_base + len(self._made)
            return (count, *self._base_shape(name)[1:])
        whole = self._whole.get(name)
        return self._below(name).shape(name) if whole is None else whole.shape

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        if name in STACKED:
            return self._stacked(name, start, stop)
        whole = self._whole.get(name)
        return self._below(name).read(name, start, stop) if whole is None else whole[start:stop]

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        if name in STACKED or name in self._whole:
            return self.read(name)[np.fromiter(rows, np.intp)]
        return self._below(name).read_rows(name, rows)

    @cached_property
    def _moves(self) -> bool:
        return any(made.result.candidate.family == "moved" for made in self._made)

    def _has_below(self, name: str) -> bool:
        return not name.startswith(PREFIX) and self._base.has(name)

    def _below(self, name: str) -> Reader:
        if not self._has_below(name):
            raise KeyError(name)
        return self._base

    def _base_shape(self, name: str) -> tuple[int, ...]:
        if self._base.has(name):
            return self._base.shape(name)
        if not self.has(name):
            raise KeyError(name)
        # As many pairs as are beside them, everything where it is.
        like = "/candidates/scores" if name == "/candidates/places" else f"{_PAIRS}rows"
        return (*self._base.shape(like), 2)

    def _stacked(self, name: str, start: int, stop: int | None) -> Array:
        first, last, _ = slice(start, stop).indices(self._n_base + len(self._made))
        shape = self._base_shape(name)
        own = self._made[max(first - self._n_base, 0) : max(last - self._n_base, 0)]
        added = [_fitted(made.arrays[STACKED[name]], shape[1:]) for made in own]
        if first >= self._n_base and added:
            return np.stack(added)
        n_below = max(min(last, self._n_base) - first, 0)
        if self._base.has(name):
            below = self._base.read(name, first, first + n_below)
        else:
            below = np.zeros((n_below, *shape[1:]), np.int16)
        return np.concatenate([below, np.stack(added)]) if added else below

    @cached_property
    def _whole(self) -> dict[str, Array]:
        """The arrays that are put together once."""
        members = self._base.read("/candidates/members")
        ends = self._base.read("/candidates/members_end")
        own_ends = np.cumsum([len(made.members) for made in self._made]) + len(members)
        return {
            "/candidates/members": np.concatenate([members, *(m.members for m in self._made)]),
            "/candidates/members_end": np.concatenate([ends, own_ends.astype(ends.dtype)]),
            "/candidates/records": self._candidates(),
            "/verification/records": self._verified(),
        }

    def _candidates(self) -> Array:
        data = self._base.read("/candidates/records").tobytes()
        found = msgspec.json.decode(data, type=list[CandidateRecord])
        return as_bytes(found + [made.result.candidate for made in self._made])

    def _verified(self) -> Array:
        data = self._base.read("/verification/records").tobytes()
        found = msgspec.json.decode(data, type=list[VerificationRecord])
        return as_bytes(ranked(found + [made.result.verified for made in self._made]))


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """Pairs as many as stand beside them: cut, or filled up with none."""
    if array.shape == shape:
        return array
    filled = np.full(shape, -1 if array.dtype == np.int32 else 0, array.dtype)
    n = min(len(array), shape[0])
    filled[:n] = array[:n]
    return filled
