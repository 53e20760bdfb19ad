"""The findings of a project, in exactly the shape of `spurview findings --json`.

This shape is a contract (docs/findings.schema.json): consumers outside spurview rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

import spurview
from spurview.core.arrays import Array, Reader
from spurview.core.errors import StageError
from spurview.core.evidence import CandidateRecord, ChanceRecord, ClassRecord, VerificationRecord
from spurview.pipeline.by_hand import replaced_ids, with_by_hand
from spurview.pipeline.places import best_first, mixed, offsets, scores_of
from spurview.pipeline.stages import STAGE_NAMES, states
from spurview.project.model import INTEREST_TRAIN, POOL, ProjectInfo, Verdict

# A candidate that is neither alarm nor suspect is listed from this score on, so many per class.
LISTED_SCORE = 0.5
LISTED_PER_CLASS = 2

_NO_CHANCE = "it was not asked for: spurview run PROJECT --chance counts it"


class Pool(Struct, frozen=True, kw_only=True):
    """Held-out half of the pool: images with the pattern, and how many of them got the class."""

    matching: int
    of_class: int
    expected: float
    lift: float | None
    p: float
    q: float


class Training(Struct, frozen=True, kw_only=True):
    """Share of the class's training images with the pattern, against the highest other class."""

    rate: float
    others: float
    lift: float | None
    q: float | None
    matches: list[str]


class Insertion(Struct, frozen=True, kw_only=True):
    """Share of `n` other images that become the class when the pattern is put into them."""

    flip: float
    null_control: float
    scrambled: float | None
    rolled: float | None
    n: int
    interval: tuple[float, float]


class Removal(Struct, frozen=True, kw_only=True):
    """Share of `n` carriers that leave the class when the pattern is taken out."""

    drop: float
    control: float
    n: int
    interval: tuple[float, float]


class Pixels(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The shared-pixel map at working size, 0 to 1, row by row.

    places: of a pattern that moves, how far (down, right) in pixels each template match has it
    from the map, by key; left out of one that stays.
    """

    height: int
    width: int
    map: list[list[float]]
    places: dict[str, tuple[int, int]] | None = None


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One candidate with its evidence; images are named by key, most typical or best first.

    name: what the person calls it; origin: how the person made it, "" for one that was found.
    """

    id: str
    class_: str = msgspec.field(name="class")
    rank: int
    outcome: str
    alarm: bool
    kind: str | None
    score: float
    localised: bool
    verdict: str | None
    note: str
    tags: list[str]
    members: list[str]
    template_matches: list[str]
    pool: Pool
    training: Training | None
    insertion: Insertion | None
    removal: Removal | None
    pixels: Pixels
    missing: dict[str, str]
    name: str = ""
    origin: str = ""


class ClassFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one predicted class; `reason` says why nothing can be told."""

    class_: str = msgspec.field(name="class")
    pool: int
    outcome: str
    reason: str = ""


class ImageCounts(Struct, frozen=True, kw_only=True):
    """Images of interest (training and test) and of the pool."""

    interest: int
    pool: int


class Chance(Struct, frozen=True, kw_only=True):
    """Candidates that meet every threshold that needs no network: expected by chance, and found.

    expected: the mean over `repeats` searches with permuted classes; interval: its 95 % interval.
    """

    repeats: int
    expected: float
    found: int
    interval: tuple[float, float]


class Findings(Struct, frozen=True, kw_only=True):
    """Everything found in one project, ranked; `missing` says why `chance` is None."""

    spurview: str
    project: str
    classes: list[str]
    images: ImageCounts
    alarms: int
    model_score: float
    chance: Chance | None
    stale: bool
    method: str
    predictions: dict[str, str]
    per_class: list[ClassFinding]
    findings: list[Finding]
    missing: dict[str, str]


@dataclass(frozen=True)
class CandidateRows:
    """One candidate as row numbers of the project's images, for views and exports.

    index: position of the candidate along the first axis of `/candidates/*`;
    members: pool rows, most typical first; matches: all pool rows with the pattern, best first;
    training: interest training rows with the pattern, of the candidate's class first.
    """

    index: int
    members: Array
    matches: Array
    training: Array


def collect(
    reader: Reader, info: ProjectInfo, verdicts: Mapping[str, Verdict], keys: Sequence[str]
) -> Findings:
    """The findings of a project whose stages have run up to verification.

    keys: one per image. Raises StageError when a stage is missing.
    """
    stage_states = states(info, reader)
    reader = with_by_hand(reader, info)
    for stage in ("predictions", "embedding", "candidates", "verification"):
        if stage_states[stage] == "missing":
            raise StageError(
                f"The stage {stage} has not run yet: run the project first (spurview run)."
            )
    return _Collector(reader, info, verdicts, keys).findings(
        stale=any(stage_states[name] != "fresh" for name in STAGE_NAMES if name != "layout")
    )


def candidate_rows(reader: Reader) -> dict[str, CandidateRows]:
    """Row numbers of every candidate by its id."""
    records = candidate_records(reader)
    ends = reader.read("/candidates/members_end")
    members = reader.read("/candidates/members")
    role = reader.read("/images/role")
    label = reader.read("/images/label")
    rows = {}
    for index, record in enumerate(records):
        start = int(ends[index - 1]) if index else 0
        scores = scores_of(reader, index)
        hits = np.flatnonzero(reader.read("/candidates/hits", index, index + 1)[0] == 1)
        found = best_first(hits, scores)
        training = found[role[found] == INTEREST_TRAIN]
        own = label[training] == record.class_index
        rows[record.id] = CandidateRows(
            index=index,
            members=mixed(members[start : int(ends[index])], scores),
            matches=found[role[found] == POOL],
            training=np.concatenate([training[own], training[~own]]),
        )
    return rows


def candidate_records(reader: Reader) -> list[CandidateRecord]:
    """The records of all candidates, in the order of the arrays beside them."""
    data = reader.read("/candidates/records").tobytes()
    return msgspec.json.decode(data, type=list[CandidateRecord])


def verification_records(reader: Reader) -> list[VerificationRecord]:
    """The verification of all candidates, in the order of the candidates."""
    data = reader.read("/verification/records").tobytes()
    return msgspec.json.decode(data, type=list[VerificationRecord])


def class_records(reader: Reader) -> list[ClassRecord]:
    """What came of the search, class by class."""
    data = reader.read("/candidates/classes").tobytes()
    return msgspec.json.decode(data, type=list[ClassRecord])


def chance_record(reader: Reader) -> ChanceRecord | None:
    """What chance alone would give, for the present candidates; None where nobody asked."""
    if not reader.has("/chance/record"):
        return None
    return msgspec.json.decode(reader.read("/chance/record").tobytes(), type=ChanceRecord)


def to_json(findings: Findings) -> str:
    """The findings as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=1).decode()


class _Collector:
    """Reads once what all findings share."""

    def __init__(
        self,
        reader: Reader,
        info: ProjectInfo,
        verdicts: Mapping[str, Verdict],
        keys: Sequence[str],
    ) -> None:
        self._reader, self._info, self._verdicts, self._keys = reader, info, verdicts, keys
        self._role = reader.read("/images/role")
        self._records = candidate_records(reader)
        self._verified = verification_records(reader)
        self._rows = candidate_rows(reader)
        self._origins = {own.id: own.origin for own in info.by_hand}

    def findings(self, *, stale: bool) -> Findings:
        info = self._info
        pairs = zip(self._records, self._verified, strict=True)
        hidden = replaced_ids(info)
        shown = (self._finding(c, v) for c, v in pairs if c.id not in hidden)
        found = _listed(sorted(shown, key=lambda f: f.rank))
        pool = np.flatnonzero(self._role == POOL)
        predicted = self._reader.read("/predictions/class")
        chance = _chance(chance_record(self._reader))
        return Findings(
            spurview=spurview.__version__,
            project=info.project_id,
            classes=info.class_names,
            images=ImageCounts(interest=int((self._role != POOL).sum()), pool=len(pool)),
            alarms=sum(f.alarm for f in found),
            model_score=max((f.score for f in found), default=0.0),
            chance=chance,
            stale=stale,
            method=info.settings.candidates.method,
            predictions={self._keys[int(i)]: info.class_names[predicted[i]] for i in pool},
            per_class=[
                self._class_finding(record, found) for record in class_records(self._reader)
            ],
            findings=found,
            missing={} if chance else {"chance": _NO_CHANCE},
        )

    def _class_finding(self, record: ClassRecord, found: Sequence[Finding]) -> ClassFinding:
        name = self._info.class_names[record.class_index]
        outcomes = {f.outcome for f in found if f.class_ == name}
        outcome = next((o for o in ("alarm", "suspect") if o in outcomes), "nothing found")
        if not record.searched:
            outcome = "cannot tell"
        return ClassFinding(class_=name, pool=record.pool, outcome=outcome, reason=record.reason)

    def _finding(self, record: CandidateRecord, verified: VerificationRecord) -> Finding:
        rows = self._rows[record.id]
        verdict = self._verdicts.get(record.id)
        return Finding(
            id=record.id,
            class_=self._info.class_names[record.class_index],
            rank=verified.rank,
            outcome=verified.outcome,
            alarm=verified.outcome == "alarm",
            kind=verified.kind,
            score=verified.score,
            localised=record.localised,
            verdict=verdict.verdict if verdict else None,
            note=verdict.note if verdict else "",
            tags=verdict.tags if verdict else [],
            members=self._named(rows.members),
            template_matches=self._named(rows.matches),
            pool=_renamed(record, Pool),
            training=self._training(record, rows),
            insertion=_renamed(verified.insertion, Insertion) if verified.insertion else None,
            removal=_renamed(verified.removal, Removal) if verified.removal else None,
            pixels=self._pixels(rows),
            missing=verified.missing,
            name=verdict.name if verdict else "",
            origin=self._origins.get(record.id, ""),
        )

    def _training(self, record: CandidateRecord, rows: CandidateRows) -> Training | None:
        if record.training_rates is None:
            return None
        rates = record.training_rates
        own = rates[record.class_index]
        others = max(r for k, r in enumerate(rates) if k != record.class_index)
        return Training(
            rate=own,
            others=others,
            lift=own / others if others > 0 else None,
            q=record.training_q,
            matches=self._named(rows.training),
        )

    def _pixels(self, rows: CandidateRows) -> Pixels:
        shared = self._reader.read("/candidates/map", rows.index, rows.index + 1)[0]
        height, width = shared.shape
        return Pixels(
            height=height,
            width=width,
            map=[[round(float(v), 4) for v in row] for row in shared],
            places=self._places(rows),
        )

    def _places(self, rows: CandidateRows) -> dict[str, tuple[int, int]] | None:
        moved = offsets(self._reader, rows.index, rows.matches)
        if moved is None:
            return None
        pairs = ((int(down), int(right)) for down, right in moved)
        return dict(zip(self._named(rows.matches), pairs, strict=True))

    def _named(self, rows: Array) -> list[str]:
        return [self._keys[int(row)] for row in rows]


def _chance(record: ChanceRecord | None) -> Chance | None:
    if record is None:
        return None
    repeats = len(record.counts)
    return Chance(
        repeats=repeats,
        expected=sum(record.counts) / repeats,
        found=record.found,
        interval=record.interval,
    )


def _listed(ranked: Sequence[Finding]) -> list[Finding]:
    """Alarms, suspects, what a person has judged or made, and the few next ones of each class.

    Ranks are counted anew over what is listed. The rest stays in the project.
    """
    listed: list[Finding] = []
    for finding in ranked:
        of_class = sum(f.class_ == finding.class_ for f in listed)
        judged = finding.verdict is not None or finding.note or finding.tags or finding.name
        likely = finding.score >= LISTED_SCORE and of_class < LISTED_PER_CLASS
        if finding.outcome != "candidate" or finding.origin or judged or likely:
            listed.append(msgspec.structs.replace(finding, rank=len(listed) + 1))
    return listed


def _renamed(record: Struct, shape: type[Any]) -> Any:
    """The fields of `record` that `shape` has."""
    return shape(**{name: getattr(record, name) for name in shape.__struct_fields__})
