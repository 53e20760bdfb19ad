"""What the commands print: plain sentences and tables made from records. Reads no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from spurview.core.arrays import Reader
from spurview.pipeline.findings import Finding, Findings
from spurview.pipeline.findings_text import table
from spurview.pipeline.left_out import left_out, left_out_lines
from spurview.pipeline.wording import count
from spurview.pipeline.wording_project import (
    network_words,
    planted_text,
    source_words,
    stage_row,
)
from spurview.project.model import (
    INTEREST_TEST,
    INTEREST_TRAIN,
    POOL,
    PlantedPattern,
    ProjectInfo,
)

SHOWN_KEYS = 5
SHOWN_SKIPPED = 20


def training_list(finding: Finding) -> Iterator[str]:
    """The training images of the class that carry the pattern: how many, and the first keys."""
    if finding.training is None or not finding.training.matches:
        return
    keys = [k for k in finding.training.matches if k.startswith(f"interest/{finding.class_}/")]
    keys = keys or finding.training.matches
    more = ""
    if len(keys) > SHOWN_KEYS:
        more = f" and {count(len(keys) - SHOWN_KEYS)} more, which the export lists"
    yield f"Training images of class {finding.class_} that carry it: {count(len(keys))}"
    yield f"  {', '.join(keys[:SHOWN_KEYS])}{more}"


def found_text(planted: PlantedPattern, carriers: set[str], findings: Findings) -> str:
    """Which finding is the planted pattern, judged by `carriers`, the keys of its pool images."""
    for finding in findings.findings:
        hits = carriers.intersection(finding.template_matches)
        total = len(carriers) + len(finding.template_matches)
        if finding.class_ == planted.class_name and total and 2 * len(hits) / total >= 0.5:
            return (
                f"This is the planted pattern: finding {finding.rank} names {count(len(hits))} of "
                f"the {count(len(carriers))} pool images that carry it, and "
                f"{count(len(finding.template_matches) - len(hits))} others."
            )
    return f"The planted pattern was not found: no finding of class {planted.class_name} fits it."


def info_text(info: ProjectInfo, states: Mapping[str, str], reader: Reader) -> Iterator[str]:
    """What is in a project: images, sources, stages, what was planted, what was skipped."""
    role = reader.read("/images/role")
    n, height, width, channels = reader.shape("/images/pixels")
    parts = (INTEREST_TRAIN, INTEREST_TEST, POOL)
    train, test, pool = (count(int((role == part).sum())) for part in parts)
    yield f"Project {info.project_id}, revision {info.revision}, made by spurview {info.spurview}"
    colour = "grey" if channels == 1 else "colour"
    yield (
        f"{count(n)} images of {width} × {height} pixels, {colour}: "
        f"{train} to train on, {test} held out, {pool} in the pool"
    )
    more = f" and {count(len(info.class_names) - 20)} more" if len(info.class_names) > 20 else ""
    yield f"Classes: {', '.join(info.class_names[:20])}{more}"
    if info.network:
        yield f"network: {network_words(info.network)}"
    yield from (f"{source.role}: {source_words(source)}" for source in info.sources)
    if info.planted:
        yield from planted_text(info.planted)
    yield ""
    yield from table([stage_row(info, name, state) for name, state in states.items()])
    if info.skipped_total:
        yield ""
        yield from skipped_text(info, shown=None)


def skipped_text(info: ProjectInfo, shown: int | None = SHOWN_SKIPPED) -> Iterator[str]:
    """The files that were left out, with reasons; the first `shown`, or all that are listed."""
    told = left_out(info)
    if not told:
        return
    yield f"{told}:"
    lines = left_out_lines(info, shown)
    yield from (f"  {line}" for line in lines)
    if info.skipped_total > len(lines):
        further = len(lines) < len(info.skipped)
        where = "spurview info lists them" if further else "the project lists no more of them"
        yield f"  and {count(info.skipped_total - len(lines))} more ({where})"


def new_text(info: ProjectInfo, reader: Reader, notes: Iterable[str]) -> Iterator[str]:
    """What a new project holds: images per class, pool, size, what was skipped, what to mind."""
    role, label = reader.read("/images/role"), reader.read("/images/label")
    per_class = Counter(label[role != POOL].tolist())
    _, height, width, channels = reader.shape("/images/pixels")
    for index, name in enumerate(info.class_names):
        # A network may tell a thousand classes apart of which a few are of interest.
        if per_class[index] or info.network is None:
            yield f"class {name}: {count(per_class[index])} images"
    if info.network:
        yield f"network: {info.network.form}, {count(len(info.class_names))} classes"
    yield f"pool: {count(int((role == POOL).sum()))} images"
    yield f"working size: {width} × {height} pixels, {'grey' if channels == 1 else 'colour'}"
    yield from skipped_text(info)
    yield from (f"Note: {note}" for note in notes)
