"""Writes the small projects that are kept of a format: python -m tests.project.archive FOLDER

constructed: the constructed project as a run leaves it, judged. everything: all that the format
may hold. Beside each goes what spurview told of it, and its parts: each dataset's type, shape and
digest, and the JSON. `allowed.json` has what the format allows. What is kept is not written again.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import msgspec

from spurview.core.evidence import CandidateRecord, ChanceRecord, ClassRecord, VerificationRecord
from spurview.pipeline.findings import collect, to_json
from spurview.project.codec import History, Verdicts
from spurview.project.model import HandResult, ProjectInfo, Verdict
from spurview.project.schema import RULES
from spurview.project.store import Project
from tests import constructed
from tests.project import every_dataset, every_field

VERDICTS = {
    "1-aaaaaaaa": Verdict(
        class_name="b",
        verdict="spurious",
        name="the patch",
        note="kept for ever",
        tags=["first", "ärger"],
        time="2026-11-24T12:00:00Z",
    )
}

# What the JSON of a project is read as, by the dataset that holds it.
JSON_TYPES = {
    "/settings": ProjectInfo,
    "/verdicts": Verdicts,
    "/history": History,
    "/candidates/records": list[CandidateRecord],
    "/candidates/classes": list[ClassRecord],
    "/verification/records": list[VerificationRecord],
    "/manual/records": list[HandResult],
    "/chance/record": ChanceRecord,
}


def write(folder: Path) -> None:
    """All of it in `folder`; InputError where a project of these names is there."""
    path = folder / "constructed.spurview"
    with Project.create(path, constructed.info(), constructed.with_chance()) as project:
        project.save(verdicts=VERDICTS)
        _tell(project)
    path = folder / "everything.spurview"
    arrays, history = every_dataset.arrays(), every_field.history()
    with Project.create(path, every_field.info(), arrays, history=history) as project:
        project.save(verdicts=every_field.verdicts())
        _tell(project)
    (folder / "allowed.json").write_bytes(_pretty(allowed()))


def _tell(project: Project) -> None:
    told = to_json(collect(project, project.info, project.verdicts, project.keys()))
    project.path.with_suffix(".json").write_text(told, encoding="utf-8")
    project.path.with_suffix(".parts.json").write_bytes(_pretty(parts_of(project)))


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def parts_of(project: Project) -> dict[str, Any]:
    """All that a project holds, in the types of JSON: each dataset as [type, shape, digest]."""
    arrays = {}
    for name in project.names():
        array = project.read(name)
        digest = hashlib.blake2b(array.tobytes(), digest_size=16).hexdigest()
        arrays[name] = [array.dtype.str.lstrip("<|"), list(array.shape), digest]
    parts = {
        "keys": project.keys(),
        "arrays": arrays,
        "settings": msgspec.to_builtins(project.info),
        "verdicts": msgspec.to_builtins(project.verdicts),
        "history": msgspec.to_builtins(project.history),
    }
    return dict(msgspec.json.decode(msgspec.json.encode(parts)))


def allowed() -> dict[str, Any]:
    """What the format allows now: the rule of each dataset, the type of each JSON and its fields.

    Without defaults and descriptions, which may change within a format.
    """
    datasets = {rule.name: [list(rule.dtypes), rule.dims and list(rule.dims)] for rule in RULES}
    types, fields = msgspec.json.schema_components(list(JSON_TYPES.values()))
    json = dict(zip(JSON_TYPES, types, strict=True))
    return {"datasets": datasets, "json": _bare(json), "fields": _bare(fields)}


def _bare(tree: Any) -> Any:
    """A JSON schema without words and defaults; `properties` are names of fields, all kept."""
    if isinstance(tree, dict):
        return {
            name: {field: _bare(value) for field, value in inner.items()}
            if name == "properties"
            else _bare(inner)
            for name, inner in tree.items()
            if name not in ("title", "description", "default")
        }
    return [_bare(item) for item in tree] if isinstance(tree, list | tuple) else tree


if __name__ == "__main__":
    write(Path(sys.argv[1]))
