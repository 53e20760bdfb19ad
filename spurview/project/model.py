"""What a project says about itself: the structs behind `/settings`, `/verdicts` and `/history`.

Knows nothing of files or of HDF5; `codec` turns these into bytes and back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from spurview.core.evidence import CandidateRecord, VerificationRecord
from spurview.core.network_description import NetworkDescription
from spurview.core.settings import Settings

FORMAT_VERSION = 1

# The value of /images/role.
INTEREST_TRAIN, INTEREST_TEST, POOL = 0, 1, 2

VerdictName = Literal["spurious", "genuine", "unsure"]
Origin = Literal["selection", "merge", "split"]


def now() -> str:
    """The time as records have it: UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class SourceRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where images came from; `location` is relative to the project file where it can be.

    moved: files found again under another name: path below the source as in the key, path now.
    """

    role: Literal["interest", "pool"]
    kind: str
    location: str = ""
    classes: list[str] | None = None
    images: int = 0
    moved: dict[str, str] = {}


class SkippedImage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file that is not in the project, and why."""

    source: int
    path: str
    reason: str


class StageRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Provenance of one stage's product; `facts` are the few figures the stage strip shows."""

    fingerprint: str
    finished: str
    seconds: float
    device: str
    spurview: str
    facts: dict[str, float | int | str] = {}


class PlantedPattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a demo or experiment project planted, so that a reader can tell truth from finding."""

    kind: str
    class_name: str
    height: int
    width: int
    top: int
    left: int
    strength: float
    share_of_class: float
    share_of_pool: float
    seed: int


class HandMade(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A candidate that a person made: rows of the pool images of one predicted class.

    replaces: candidates that are not shown while this one is there, by id, with their rows.
    """

    id: str
    class_name: str
    members: list[int]
    origin: Origin = "selection"
    replaces: dict[str, list[int]] = {}
    made: str = ""


class HandResult(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The evidence on a candidate made by hand; `fingerprint` tells from which inputs."""

    fingerprint: str
    candidate: CandidateRecord
    verified: VerificationRecord


class SensitivityPoint(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came of the trials of one strength; found and alarmed count of the learnt ones.

    low, high: the 95 % interval of found over learnt, 0..1; 0 and 1 where none was learnt.
    """

    strength: float
    share_of_class: float
    share_of_pool: float
    trials: int
    learnt: int
    found: int
    alarmed: int
    low: float = 0.0
    high: float = 1.0


class SensitivityRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How weak a pattern would have been found in the project's own images, by trials.

    fingerprint: of the candidates that the project then had; side_px: of the patch.
    """

    fingerprint: str
    made: str
    side_px: int
    points: list[SensitivityPoint]
    clean_runs: int
    clean_alarms: int


class ProjectInfo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of `/settings`. Times are UTC, ISO 8601.

    `label_names` names `/images/label`; its first entries are `class_names`. `network`: of one
    that was not trained here. `by_hand`: candidates that a person made. `sensitivity`:
    what trials on these images told, where somebody asked.
    """

    project_id: str
    revision: int
    created: str
    modified: str
    spurview: str
    sources: list[SourceRecord]
    class_names: list[str]
    label_names: list[str]
    settings: Settings
    stages: dict[str, StageRecord] = {}
    skipped: list[SkippedImage] = []
    skipped_total: int = 0
    planted: list[PlantedPattern] = []
    network: NetworkDescription | None = None
    by_hand: list[HandMade] = []
    sensitivity: SensitivityRecord | None = None


class Verdict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person says of one candidate; `members` (rows) match it again after a re-run.

    name: what the person calls it; empty for the name it has by its place.
    """

    class_name: str
    verdict: VerdictName | None = None
    name: str = ""
    note: str = ""
    tags: list[str] = []
    time: str = ""
    members: list[int] = []


class HistoryEvent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was run when, with which settings, version and device."""

    time: str
    what: str
    spurview: str
    device: str = ""
    seconds: float = 0.0
    settings: Settings | None = None
