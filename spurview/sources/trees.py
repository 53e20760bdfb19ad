"""Folders of images: any tree, one whose sub-folders are classes, and one as ImageNet has it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from spurview.core.errors import InputError
from spurview.sources.folders import Listed, list_files
from spurview.sources.gathering import Asked, Gathered, Item, file_item
from spurview.sources.picture import Unusable, read_file
from spurview.sources.spec import SkippedFile, natural_key, readable

# Beyond this many, the sub-folders of a pool are an order of files rather than labels.
MAX_POOL_LABELS = 100
# Where an ImageNet tree keeps its training images, and how files of class names are called.
_TRAIN = ("train", "ILSVRC/Data/CLS-LOC/train", "Data/CLS-LOC/train")
_NAME_FILES = (
    "LOC_synset_mapping.txt", "synset_words.txt", "words.txt", "class_names.txt", "classes.txt",
)  # fmt: skip
_WNID = re.compile(r"n[0-9]{8}")
_MOST_NAME_BYTES = 16 << 20


def gather_folder(asked: Asked) -> Gathered:
    """A folder: for interest one sub-folder per class; a pool may be any tree."""
    return _gather(asked, Path(asked.spec.text), "folder")


def gather_imagefolder(asked: Asked) -> Gathered:
    """A folder whose sub-folders are classes, however many, in either role."""
    folder = Path(asked.argument)
    return _gather(asked, folder, "imagefolder", must_have_classes=True)


def gather_imagenet(asked: Asked) -> Gathered:
    """The training images of an ImageNet tree, its classes by name where a file tells them."""
    root = Path(asked.argument)
    folder = next((root / below for below in _TRAIN if (root / below).is_dir()), root)
    return _gather(asked, folder, "imagenet", must_have_classes=True)


def wnid_names(folder: Path) -> dict[str, str]:
    """Class names by wnid, from a file in `folder` or above it; empty where there is none.

    A line is the wnid, then names with commas between them, of which the first is taken; where
    two classes share it, the wnid is added.
    """
    above = (folder, folder.parent, *folder.parents[1:4])
    for path in (place / name for place in above for name in _NAME_FILES):
        if path.is_file():
            found = _names_in(path)
            if found:
                return found
    return {}


def _names_in(path: Path) -> dict[str, str]:
    try:
        data = read_file(path).data[:_MOST_NAME_BYTES]
    except Unusable:
        return {}
    first: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        wnid, _, names = line.strip().replace("\t", " ").partition(" ")
        if _WNID.fullmatch(wnid) and names.strip(" ,"):
            first[wnid] = names.strip(" ,").split(",")[0].strip()
    times = Counter(first.values())
    return {w: n if times[n] == 1 else f"{n} ({w})" for w, n in first.items()}


def _gather(asked: Asked, folder: Path, kind: str, must_have_classes: bool = False) -> Gathered:
    listed = list_files(folder, asked.report)
    folders = sorted({f.parts[0] for f in listed if len(f.parts) > 1}, key=natural_key)
    labelled = must_have_classes or asked.place.role == "interest"
    if labelled and not folders:
        raise InputError(_no_classes(asked, folder, listed))
    names = _class_names(folder, folders)
    spec_classes = _by_any_name(asked, folders, names)
    use_labels = labelled or len(folders) <= MAX_POOL_LABELS or bool(spec_classes)
    items: list[Item] = []
    skipped: list[SkippedFile] = []
    for file in listed:
        name = names[file.parts[0]] if len(file.parts) > 1 and use_labels else None
        if spec_classes and name not in spec_classes:
            continue
        shown, reason = readable(file.key), file.reason
        if labelled and name is None:
            reason = reason or "not in the folder of a class"
        if reason:
            skipped.append(SkippedFile(asked.place.index, shown, reason))
        else:
            key = asked.place.prefix + file.key
            items.append(file_item(asked, file.path, name, key, shown))
    return asked.gathered(kind, items, skipped, location=asked.location(folder))


def _class_names(folder: Path, folders: Sequence[str]) -> dict[str, str]:
    """What each sub-folder's class is called: its name, or for wnids what a file says."""
    names = {name: readable(name) for name in folders}
    if folders and all(_WNID.fullmatch(name) for name in folders):
        told = wnid_names(Path(os.path.abspath(folder)))
        names |= {name: told[name] for name in folders if name in told}
    return names


def _by_any_name(asked: Asked, folders: Sequence[str], names: Mapping[str, str]) -> set[str]:
    """The chosen classes by name; a class may be chosen by its folder too. Empty for all."""
    if not asked.spec.classes:
        return set()
    by_folder = {readable(folder): names[folder] for folder in folders}
    known = list(names.values())
    wanted = {by_folder.get(c, c) if c not in known else c for c in asked.spec.classes}
    missing = [c for c in asked.spec.classes if c not in known and c not in by_folder]
    if missing:
        asked.chosen(known)
    return wanted


def _no_classes(asked: Asked, folder: Path, listed: Sequence[Listed]) -> str:
    shown = readable(str(folder))
    if not listed:
        return f"The folder {shown} holds no images."
    whose = "images of interest need" if asked.place.role == "interest" else "this source needs"
    return f"The folder {shown} has no sub-folders: {whose} one for each class."
