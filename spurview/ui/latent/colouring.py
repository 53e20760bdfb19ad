"""By what points are coloured: each way sorts the images into groups with a name and a colour.

Reads the document's arrays and findings; knows no widgets. Confidence alone is continuous.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Reader
from spurview.pipeline.probabilities import probabilities_of
from spurview.project.model import POOL
from spurview.ui import theme
from spurview.ui.class_palette import OTHER, PLACES, by_size, class_places
from spurview.ui.document import Document

RAMP_STEPS = 24
_FEW = 1000
_VERDICTS = ("spurious", "genuine", "unsure")


@dataclass(frozen=True)
class Group:
    """Images of one colour; `palette` is a place in the class palette, -1 for grey."""

    name: str
    palette: int


@dataclass(frozen=True, eq=False)
class Colouring:
    """The images shown and the group of each.

    title: what the groups are of; rows: (n,) image rows shown, ascending; codes: (n,) index in
    `groups`, in bytes since there may be millions; is_ramp: the groups are equal steps of 0..1
    and take the colours of viridis.
    """

    title: str
    groups: tuple[Group, ...]
    rows: NDArray[np.intp]
    codes: NDArray[np.uint8]
    is_ramp: bool = False

    @cached_property
    def totals(self) -> NDArray[np.intp]:
        """(groups,) images of each group."""
        return np.bincount(self.codes, minlength=len(self.groups))

    def visible(self, hidden: frozenset[int]) -> NDArray[np.bool_]:
        """(n,) whether an image's group is none of the hidden."""
        shown = np.array([index not in hidden for index in range(len(self.groups))], bool)
        return shown[self.codes]

    def narrowed(self, kept: NDArray[np.intp]) -> Colouring:
        """Only the images at these indices."""
        return replace(self, rows=self.rows[kept], codes=self.codes[kept])

    def places_of(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Indices of those of the wanted rows that are shown; (len(wanted),) which those are."""
        if not len(self.rows):
            return np.empty(0, np.intp), np.zeros(len(wanted), bool)
        last = len(self.rows) - 1
        if self.rows[-1] - self.rows[0] == last:
            # The pool most often is one stretch of rows: no search for each of a million.
            index = np.clip(wanted - self.rows[0], 0, last)
        else:
            index = np.minimum(np.searchsorted(self.rows, wanted), last)
        found = self.rows[index] == wanted
        return index[found], found

    def colours(self, shown: theme.Theme) -> NDArray[np.uint8]:
        """(groups, 3) uint8 in one theme."""
        if self.is_ramp:
            return viridis(np.linspace(0, 1, len(self.groups)))
        colours = [shown.class_colour(group.palette) for group in self.groups]
        return np.array([[c.red(), c.green(), c.blue()] for c in colours], np.uint8)

    def symbols(self) -> list[str]:
        """The marker of each group, by pyqtgraph's names."""
        return ["o" if self.is_ramp else theme.class_symbol(group.palette) for group in self.groups]


def viridis(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Viridis at levels (n,) in 0..1, (n, 3) uint8, interpolated between nine of its colours."""
    at = np.linspace(0, 1, len(_VIRIDIS))
    channels = [np.interp(levels, at, _VIRIDIS[:, c]) for c in range(3)]
    rounded: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return rounded


def confidence(reader: Reader, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Probability (n,) of each row's predicted class."""
    # All rows at once where many are wanted: picking them one by one takes far longer.
    whole = len(rows) > _FEW
    logits, chosen = (
        reader.read(name)[rows] if whole else reader.read_rows(name, rows)
        for name in ("/predictions/logits", "/predictions/class")
    )
    share: NDArray[np.float64] = probabilities_of(logits)[np.arange(len(rows)), chosen]
    return share


def pool_rows(document: Document) -> NDArray[np.intp]:
    """Rows of the pool's images."""
    return np.flatnonzero(document.reader.read("/images/role") == POOL)


def by_predicted(document: Document) -> Colouring:
    rows = pool_rows(document)
    if not document.reader.has("/predictions/class"):
        return _unknown("Predicted", rows)
    classes = document.reader.read("/predictions/class")[rows]
    names = document.info.class_names
    places = class_places(document.reader, len(names))
    return _of_classes("Predicted", names, places, rows, classes)


def by_label(document: Document) -> Colouring:
    rows = pool_rows(document)
    labels = document.reader.read("/images/label")[rows]
    if (labels < 0).all():
        return _unknown("True label", rows)
    names = document.info.label_names
    if names == document.info.class_names:
        places = class_places(document.reader, len(names))
    else:
        places = by_size(labels, len(names))
    return _of_classes("True label", names, places, rows, labels)


def by_role(document: Document) -> Colouring:
    """The one way in which the images of interest are shown as well."""
    role = document.reader.read("/images/role")
    groups = (Group("training", 1), Group("test", 2), Group("pool", 0))
    return Colouring("Role", groups, np.arange(len(role)), role.astype(np.uint8))


def by_confidence(document: Document) -> Colouring:
    rows = pool_rows(document)
    if not document.reader.has("/predictions/logits"):
        return _unknown("Confidence", rows)
    steps = np.minimum(confidence(document.reader, rows) * RAMP_STEPS, RAMP_STEPS - 1)
    groups = tuple(Group(f"{step / RAMP_STEPS:.2f}", 0) for step in range(RAMP_STEPS))
    return Colouring("Confidence", groups, rows, steps.astype(np.uint8), is_ramp=True)


def by_candidate(document: Document) -> Colouring:
    """The candidate each image is a member of, the better ranked where it is of two."""
    rows = pool_rows(document)
    findings = document.findings.findings[: PLACES - 1] if document.findings else []
    groups = [Group(document.display_name(finding.id), i) for i, finding in enumerate(findings)]
    codes = np.full(_n_images(document), len(groups), np.uint8)
    for index, finding in reversed(list(enumerate(findings))):
        codes[document.rows[finding.id].members] = index
    return Colouring("Candidate", (*groups, Group("none", OTHER)), rows, codes[rows])


def by_verdict(document: Document) -> Colouring:
    """The verdict on the candidate an image is a member of."""
    rows = pool_rows(document)
    groups = (
        Group("spurious", 6),
        Group("genuine", 2),
        Group("unsure", 4),
        Group("undecided", 0),
        Group("no candidate", OTHER),
    )
    codes = np.full(_n_images(document), len(groups) - 1, np.uint8)
    for finding in reversed(document.findings.findings if document.findings else []):
        verdict = finding.verdict
        code = _VERDICTS.index(verdict) if verdict in _VERDICTS else 3
        codes[document.rows[finding.id].members] = code
    return Colouring("Verdict", groups, rows, codes[rows])


WAYS: dict[str, Callable[[Document], Colouring]] = {
    "Predicted class": by_predicted,
    "Role": by_role,
    "True label": by_label,
    "Confidence": by_confidence,
    "Candidate": by_candidate,
    "Verdict": by_verdict,
}


def _of_classes(
    title: str,
    names: list[str],
    places: list[int],
    rows: NDArray[np.intp],
    classes: NDArray[np.int32],
) -> Colouring:
    """One group per class of the palette; those beyond it are one group, "other"."""
    groups = [Group(names[k], place) for k, place in enumerate(places) if place != OTHER]
    rest = len(groups)
    # Places are numbered in the order of the classes; the last is of classes that are not known.
    code = np.array([rest if place == OTHER else place for place in places] + [rest], np.uint8)
    codes = code[np.where((classes >= 0) & (classes < len(names)), classes, len(names))]
    if (codes == rest).any():
        groups.append(Group("other" if len(names) > rest else "not known", OTHER))
    return Colouring(title, tuple(groups), rows, codes)


def _unknown(title: str, rows: NDArray[np.intp]) -> Colouring:
    return Colouring(title, (Group("not known", OTHER),), rows, np.zeros(len(rows), np.uint8))


def _n_images(document: Document) -> int:
    return document.reader.shape("/images/role")[0]


_VIRIDIS = np.array(
    [
        (68, 1, 84),
        (71, 44, 122),
        (59, 81, 139),
        (44, 113, 142),
        (33, 144, 141),
        (39, 173, 129),
        (92, 200, 99),
        (170, 220, 50),
        (253, 231, 37),
    ],
    np.float64,
)
