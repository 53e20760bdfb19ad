"""Two networks on one pool: which findings are new, which are gone, which both have.

Images are the same where their content is (by digest), or else their key; findings are the same
where they are of one class and share at least half of their members in the common pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

import spurview
from spurview.core.arrays import Reader
from spurview.core.errors import InputError
from spurview.pipeline.carry_over import SAME_FROM
from spurview.pipeline.findings import Finding, Findings
from spurview.pipeline.findings_text import table
from spurview.pipeline.wording import count
from spurview.project.model import POOL

Status = Literal["new", "gone", "unchanged"]
ORDER: tuple[Status, ...] = ("new", "gone", "unchanged")


@dataclass(frozen=True)
class Side:
    """One project: its name, its findings, its images. keys: of every image, in order."""

    name: str
    findings: Findings
    reader: Reader
    keys: Sequence[str]


class Seen(Struct, frozen=True, kw_only=True):
    """A finding as one of the projects has it; `members` counts those in the common pool."""

    id: str
    rank: int
    outcome: str
    score: float
    members: int
    verdict: str | None


class Compared(Struct, frozen=True, kw_only=True):
    """A finding of either project. shared: members of both over members of either, 0..1."""

    status: Status
    class_: str = msgspec.field(name="class")
    first: Seen | None
    second: Seen | None
    shared: float | None


class Comparison(Struct, frozen=True, kw_only=True):
    """All findings of two projects, new ones first; common: pool images that both have."""

    spurview: str
    first: str
    second: str
    common: int
    pools: tuple[int, int]
    findings: list[Compared]


def compare(first: Side, second: Side) -> Comparison:
    """What the second project has beside, or in place of, the first.

    Raises InputError where they have no image of the pool in common.
    """
    ours, theirs = _pool_marks(first), _pool_marks(second)
    common = _common(ours, theirs)
    if not common:
        raise InputError(
            f"{first.name} and {second.name} have no image of the pool in common: compare "
            "networks on the same pool."
        )
    sides = [_members(first, {o: o for o in common}), _members(second, _turned(common))]
    pairs = dict(_matched(first.findings.findings, second.findings.findings, sides))
    compared = list(_all(first.findings.findings, second.findings.findings, sides, pairs))
    compared.sort(key=lambda c: (ORDER.index(c.status), _rank(c)))
    return Comparison(
        spurview=spurview.__version__,
        first=first.name,
        second=second.name,
        common=len(common),
        pools=(len(ours), len(theirs)),
        findings=compared,
    )


def sentence(found: Comparison) -> str:
    """How many findings are new, gone and unchanged, and on how many images."""
    counts = {s: sum(c.status == s for c in found.findings) for s in ORDER}
    pool = (
        f"the {count(found.common)} images of the pool"
        if found.common == min(found.pools) == max(found.pools)
        else f"the {count(found.common)} images that both pools have "
        f"({count(found.pools[0])} and {count(found.pools[1])})"
    )
    if not found.findings:
        return f"Neither network has a finding on {pool}."
    return (
        f"On {pool}, {found.second} has {counts['new']} new, {counts['gone']} gone and "
        f"{counts['unchanged']} unchanged beside {found.first}."
    )


def lines(found: Comparison) -> Iterator[str]:
    """The comparison as a table for a terminal."""
    yield sentence(found)
    if not found.findings:
        return
    yield ""
    head = ("", "class", f"in {found.first}", f"in {found.second}", "shared")
    yield from table([head, *(_row(c) for c in found.findings)])


def to_json(found: Comparison) -> str:
    """As indented JSON."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode()


def seen_words(seen: Seen | None, name: str = "") -> str:
    """A finding in few words, by its name or else its rank; a dash where there is none."""
    if seen is None:
        return "–"
    verdict = f", {seen.verdict}" if seen.verdict else ""
    outcome = "not proven" if seen.outcome == "candidate" else seen.outcome
    return f"{name or seen.rank}: {outcome}, {count(seen.members)} images{verdict}"


def shared_words(compared: Compared) -> str:
    """What share of a finding's images both projects have; empty where it is in one alone."""
    return "" if compared.shared is None else f"{100 * compared.shared:.0f} %"


def _row(compared: Compared) -> tuple[str, ...]:
    return (
        compared.status,
        compared.class_,
        seen_words(compared.first),
        seen_words(compared.second),
        shared_words(compared),
    )


@dataclass(frozen=True)
class _Mark:
    """One image of a pool: its key and the digest of its content."""

    key: str
    digest: bytes


def _pool_marks(side: Side) -> list[_Mark]:
    digests = side.reader.read("/images/digest")
    rows = np.flatnonzero(side.reader.read("/images/role") == POOL).tolist()
    return [_Mark(side.keys[row], digests[row].tobytes()) for row in rows]


def _common(ours: Sequence[_Mark], theirs: Sequence[_Mark]) -> dict[str, str]:
    """Key in the second project of each image of the first that both have."""
    by_digest = {mark.digest: mark.key for mark in reversed(theirs)}
    keys = {mark.key for mark in theirs}
    common = {m.key: by_digest[m.digest] for m in ours if m.digest in by_digest}
    taken = set(common.values())
    # A planted pattern changes an image's content and not its name.
    common |= {
        m.key: m.key for m in ours if m.key not in common and m.key in keys and m.key not in taken
    }
    return common


def _turned(common: dict[str, str]) -> dict[str, str]:
    return {second: first for first, second in common.items()}


def _members(side: Side, names: dict[str, str]) -> dict[str, frozenset[str]]:
    """Members in the common pool of each finding, under the first project's keys."""
    return {
        f.id: frozenset(names[key] for key in f.members if key in names)
        for f in side.findings.findings
    }


def _matched(
    ours: Sequence[Finding],
    theirs: Sequence[Finding],
    members: Sequence[dict[str, frozenset[str]]],
) -> Iterator[tuple[str, tuple[str, float]]]:
    """Pairs of one class that share enough, best first, each finding once."""
    pairs = [
        (_jaccard(members[0][a.id], members[1][b.id]), a.id, b.id)
        for a in ours
        for b in theirs
        if a.class_ == b.class_
    ]
    taken: tuple[set[str], set[str]] = (set(), set())
    for shared, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if shared >= SAME_FROM and a not in taken[0] and b not in taken[1]:
            taken[0].add(a)
            taken[1].add(b)
            yield a, (b, shared)


def _all(
    ours: Sequence[Finding],
    theirs: Sequence[Finding],
    members: Sequence[dict[str, frozenset[str]]],
    pairs: dict[str, tuple[str, float]],
) -> Iterator[Compared]:
    by_id = {f.id: f for f in theirs}
    for finding in ours:
        other, shared = pairs.get(finding.id, ("", None))
        yield Compared(
            status="unchanged" if other else "gone",
            class_=finding.class_,
            first=_seen(finding, members[0]),
            second=_seen(by_id[other], members[1]) if other else None,
            shared=None if shared is None else round(shared, 4),
        )
    matched = {other for other, _ in pairs.values()}
    for finding in theirs:
        if finding.id not in matched:
            yield Compared(
                status="new",
                class_=finding.class_,
                first=None,
                second=_seen(finding, members[1]),
                shared=None,
            )


def _seen(finding: Finding, members: dict[str, frozenset[str]]) -> Seen:
    return Seen(
        id=finding.id,
        rank=finding.rank,
        outcome=finding.outcome,
        score=finding.score,
        members=len(members[finding.id]),
        verdict=finding.verdict,
    )


def _rank(compared: Compared) -> int:
    seen = compared.second or compared.first
    return seen.rank if seen else 0


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, len(a | b))
