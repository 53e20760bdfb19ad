"""The full check of a project file, for ``spurview check``: is it whole, and does it make sense.

Opening checks structure, shapes and, up to a size, the digest; this looks at every value too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from spurview.core.arrays import Array
from spurview.core.errors import ProjectError
from spurview.core.evidence import CandidateRecord, ChanceRecord, ClassRecord, VerificationRecord
from spurview.project import codec
from spurview.project.model import HandResult, ProjectInfo
from spurview.project.schema import RULES
from spurview.project.store import Project

_BLOCK = 16 << 20

# Lowest value and one above the highest; a letter is how many there are of something:
# N images, K classes, L names of labels, Q sources.
_WHOLE_NUMBERS: dict[str, tuple[int, int | str]] = {
    "/images/role": (0, 3),
    "/images/label": (-1, "L"),
    "/images/source": (0, "Q"),
    "/classifier/trial_rows": (0, "N"),
    "/predictions/class": (0, "K"),
    "/embedding/neighbours": (0, "N"),
    "/embedding/sample_rows": (0, "N"),
    "/candidates/hits": (0, 2),
    "/candidates/members": (0, "N"),
    "/verification/pair_rows": (-1, "N"),
    "/verification/pair_class": (-1, "K"),
    "/manual/hits": (0, 2),
    "/manual/members": (0, "N"),
    "/manual/pair_rows": (-1, "N"),
    "/manual/pair_class": (-1, "K"),
}
_SHARES = (
    *("/candidates/mask", "/candidates/map", "/verification/pair_confidence"),
    *("/manual/mask", "/manual/map", "/manual/pair_confidence"),
)
_ENDS = {
    "/images/keys_end": "/images/keys",
    "/candidates/members_end": "/candidates/members",
    "/manual/members_end": "/manual/members",
}
# Of these groups a project has all arrays or none, but for those that only moved patterns need.
_ALL_OR_NONE = ("/images/", "/predictions/", "/candidates/", "/verification/", "/manual/")
_PLACES, _PAIR_PLACES = "/candidates/places", "/verification/pair_places"
# A file of predictions may give classes alone.
_MAY_BE_MISSING = (_PLACES, _PAIR_PLACES, "/predictions/logits")


def check(path: str | os.PathLike[str]) -> list[str]:
    """What is wrong with the project at `path`, a sentence each; empty when nothing is."""
    try:
        project = Project.open(path, lock=False)
        if not project.verified and not project.verify():
            return ["The file is damaged: its digest does not fit."]
        return problems_in(project)
    except ProjectError as error:
        return [f"{error} ({error.details})" if error.details else str(error)]


def problems_in(project: Project) -> list[str]:
    """What makes no sense in an open project; each sentence begins with a name of the format."""
    return [problem for look in _LOOKS for problem in look(project)]


def _groups(project: Project) -> Iterator[str]:
    for group in _ALL_OR_NONE:
        names = [rule.name for rule in RULES if rule.name.startswith(group)]
        names = [name for name in names if name not in _MAY_BE_MISSING]
        missing = [name for name in names if not project.has(name)]
        if missing and any(name.startswith(group) for name in project.names()):
            yield f"{', '.join(missing)} is missing beside the rest of {group.rstrip('/')}."


def _whole_numbers(project: Project) -> Iterator[str]:
    counts = _counts(project)
    for name, (low, above) in _WHOLE_NUMBERS.items():
        high = (counts[above] if isinstance(above, str) else above) - 1
        if project.has(name) and not _every(project, name, _between(low, high)):
            yield f"{name} has values outside {low} to {high}."


def _counts(project: Project) -> dict[str, int]:
    info: ProjectInfo = project.info
    n_images = project.shape("/images/role")[0] if project.has("/images/role") else 0
    return {
        "N": n_images,
        "K": len(info.class_names),
        "L": len(info.label_names),
        "Q": len(info.sources),
    }


def _places(project: Project) -> Iterator[str]:
    """No pattern is moved by as much as the image is high, or wide."""
    if not project.has("/images/pixels"):
        return
    most = np.array(project.shape("/images/pixels")[1:3]) - 1
    for name in (_PLACES, _PAIR_PLACES, "/manual/places", "/manual/pair_places"):
        if project.has(name) and not _every(project, name, lambda v: np.abs(v.astype(int)) <= most):
            yield f"{name} has values outside ±{most[0]} down and ±{most[1]} right."


def _fractions(project: Project) -> Iterator[str]:
    for name in project.names():
        if project.read(name, 0, 0).dtype.kind != "f":
            continue
        if not _every(project, name, np.isfinite):
            yield f"{name} has values that are not finite."
        elif name in _SHARES and not _every(project, name, _between(0, 1)):
            yield f"{name} has values outside 0 to 1."


def _every(project: Project, name: str, holds: Callable[[Array], Array]) -> bool:
    """Whether all values hold, looked at block by block."""
    shape = project.shape(name)
    if not shape:
        return bool(holds(project.read(name)).all())
    row_bytes = max(1, 4 * int(np.prod(shape[1:], dtype=np.int64)))
    step = max(1, _BLOCK // row_bytes)
    return all(
        bool(holds(project.read(name, start, start + step)).all())
        for start in range(0, shape[0], step)
    )


def _between(low: int, high: int) -> Callable[[Array], Array]:
    return lambda values: (values >= low) & (values <= high)


def _ends(project: Project) -> Iterator[str]:
    for name, whole in _ENDS.items():
        if not (project.has(name) and project.has(whole)):
            continue
        ends = np.concatenate([[0], project.read(name)])
        if (np.diff(ends) < 0).any() or ends[-1] != project.shape(whole)[0]:
            yield f"{name} does not cut up {whole}."


def _keys(project: Project) -> Iterator[str]:
    if not all(project.has(name) for name in ("/images/keys", "/images/keys_end")):
        return
    try:
        keys = project.keys()
    except ProjectError:
        return  # said by _ends
    if len(set(keys)) != len(keys):
        yield "/images/keys has the same key twice."


def _info(project: Project) -> Iterator[str]:
    info = project.info
    if info.label_names[: len(info.class_names)] != info.class_names:
        yield "/settings: label_names does not begin with class_names."
    n_images = _counts(project)["N"]
    for name, verdict in project.verdicts.items():
        if any(not 0 <= row < n_images for row in verdict.members):
            yield f"/verdicts: {name!r} has members that are no images."
    for own in info.by_hand:
        if any(not 0 <= row < n_images for row in own.members):
            yield f"/settings: {own.id!r} of by_hand has members that are no images."
        if own.class_name not in info.class_names:
            yield f"/settings: {own.id!r} of by_hand is of no class of the project."


def _records(project: Project) -> Iterator[str]:
    """The JSON records, which must be in step with the arrays beside them."""
    try:
        candidates = _decoded(project, "/candidates/records", CandidateRecord)
        classes = _decoded(project, "/candidates/classes", ClassRecord)
        verified = _decoded(project, "/verification/records", VerificationRecord)
        _decoded_one(project, "/chance/record", ChanceRecord)
        by_hand = _decoded(project, "/manual/records", HandResult)
    except codec.Undecodable as error:
        yield f"{error}."
        return
    n_classes = len(project.info.class_names)
    for index in [r.class_index for r in candidates] + [r.class_index for r in classes]:
        if not 0 <= index < n_classes:
            yield f"/candidates: class {index} of {n_classes}."
    if by_hand and len(by_hand) != project.shape("/manual/members_end")[0]:
        yield "/manual/records and /manual/members_end differ in length."
    ids = [record.id for record in candidates]
    if len(set(ids)) != len(ids):
        yield "/candidates/records has the same id twice."
    if any(record.family == "moved" for record in candidates) and not project.has(_PLACES):
        yield f"/candidates/records has a pattern that moves, but {_PLACES} is missing."
    if project.has("/candidates/map") and len(ids) != project.shape("/candidates/map")[0]:
        yield "/candidates/records and /candidates/map differ in length."
    if project.has("/verification/records") and [record.id for record in verified] != ids:
        yield "/verification/records and /candidates/records differ in ids."


def _decoded(project: Project, name: str, kind: type[codec.T]) -> list[codec.T]:
    return _decoded_one(project, name, list[kind]) or []  # type: ignore[valid-type]


def _decoded_one(project: Project, name: str, kind: type[codec.T]) -> codec.T | None:
    if not project.has(name):
        return None
    try:
        return msgspec.json.decode(project.read(name).tobytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise codec.Undecodable(f"{name}: {error}") from error


_LOOKS = (_groups, _whole_numbers, _places, _fractions, _ends, _keys, _info, _records)
