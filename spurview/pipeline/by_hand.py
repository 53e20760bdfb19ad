"""Candidates made by hand: what is kept of them, and how they stand beside the found ones.

A person's choice is a `HandMade` in the project's info; what was computed of it is a `Made`.
Light on purpose: the window reads both before torch is loaded. `hand_work` computes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.core.errors import InputError
from spurview.pipeline.hand_reader import PREFIX, STACKED, HandReader, Made
from spurview.pipeline.stages import fingerprint
from spurview.project.codec import as_bytes
from spurview.project.model import HandMade, HandResult, Origin, ProjectInfo, Verdict

# Counts changes of the code that change what is computed of a choice.
_VERSION = 2

# Stages whose products the evidence is computed from.
RESTS_ON = ("predictions", "embedding", "classifier")
FEWEST_CHOSEN = 12


@dataclass(frozen=True)
class Choice:
    """What a person chose: rows of pool images, the class they stand for, and how."""

    class_name: str
    rows: Sequence[int]
    origin: Origin = "selection"
    replaces: Mapping[str, Sequence[int]] | None = None


def hand_made(info: ProjectInfo, choice: Choice, made: str = "") -> HandMade:
    """The choice under an id of its own. Raises InputError where it is too small to tell."""
    rows = sorted({int(row) for row in choice.rows})
    if len(rows) < FEWEST_CHOSEN:
        raise InputError(
            f"{_images(len(rows))} of class {choice.class_name} cannot show what is shared: "
            f"choose {FEWEST_CHOSEN} or more."
        )
    told = msgspec.json.encode([choice.class_name, choice.origin, rows])
    digest = hashlib.blake2b(told, digest_size=4).hexdigest()
    return HandMade(
        id=f"{info.class_names.index(choice.class_name)}-{digest}",
        class_name=choice.class_name,
        members=rows,
        origin=choice.origin,
        replaces={i: sorted(map(int, r)) for i, r in (choice.replaces or {}).items()},
        made=made,
    )


def _images(n: int) -> str:
    return "1 image" if n == 1 else f"{n} images"


def replaced_ids(info: ProjectInfo) -> frozenset[str]:
    """Candidates that stand aside for one made by hand from them."""
    return frozenset(i for own in info.by_hand for i in own.replaces)


def replaced_as_judged(info: ProjectInfo) -> dict[str, Verdict]:
    """Those that stand aside, in the shape in which `carry_over` follows candidates."""
    return {
        i: Verdict(class_name=own.class_name, members=rows)
        for own in info.by_hand
        for i, rows in own.replaces.items()
    }


def hand_mark(info: ProjectInfo) -> str:
    """The fingerprint of what is computed now of any choice, 32 hex digits."""
    inputs = [fingerprint(name, info) for name in RESTS_ON]
    told = [_VERSION, info.settings.seed, info.settings.verification, inputs]
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=16).hexdigest()


def stale_ids(info: ProjectInfo, made: Mapping[str, Made]) -> list[str]:
    """Candidates made by hand whose evidence is missing or from before something changed."""
    mark = hand_mark(info)
    return [
        own.id
        for own in info.by_hand
        if own.id not in made or made[own.id].result.fingerprint != mark
    ]


def made_in(reader: Reader) -> dict[str, Made]:
    """What a project has computed of its candidates made by hand, by id."""
    if not reader.has(f"{PREFIX}records"):
        return {}
    data = reader.read(f"{PREFIX}records").tobytes()
    results = msgspec.json.decode(data, type=list[HandResult])
    ends = [0, *reader.read(f"{PREFIX}members_end").tolist()]
    members = reader.read(f"{PREFIX}members")
    whole = {name: reader.read(f"{PREFIX}{name}") for name in STACKED.values()}
    return {
        result.candidate.id: Made(
            result,
            {name: array[index] for name, array in whole.items()},
            members[ends[index] : ends[index + 1]],
        )
        for index, result in enumerate(results)
    }


def arrays_of(made: Sequence[Made]) -> dict[str, Array]:
    """The arrays below `/manual` that keep these; none for none."""
    if not made:
        return {}
    stacked = {name: np.stack([m.arrays[name] for m in made]) for name in STACKED.values()}
    arrays = {f"{PREFIX}{name}": array for name, array in stacked.items()}
    return arrays | {
        f"{PREFIX}records": as_bytes([m.result for m in made]),
        f"{PREFIX}members": np.concatenate([m.members for m in made]).astype(np.int32),
        f"{PREFIX}members_end": np.cumsum([len(m.members) for m in made]).astype(np.int64),
    }


def laid_over(reader: Reader, info: ProjectInfo, made: Mapping[str, Made]) -> Reader:
    """The reader with those made by hand after the found ones, once these are verified.

    What has not been computed yet is not there.
    """
    own = [made[known.id] for known in info.by_hand if known.id in made]
    verified = reader.has("/candidates/records") and reader.has("/verification/records")
    return HandReader(reader, own) if own and verified else reader


def with_by_hand(reader: Reader, info: ProjectInfo) -> Reader:
    """A project's reader with its candidates made by hand; the same where it has them already."""
    if isinstance(reader, HandReader) or not info.by_hand:
        return reader
    return laid_over(reader, info, made_in(reader))
