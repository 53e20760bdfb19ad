"""Images in tar files as WebDataset has them: `name.jpg` beside `name.cls`, in one tar or many.

Nothing is unpacked: an image is read from its place in the tar.
"""

from __future__ import annotations

import glob
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spurview.core.errors import InputError
from spurview.sources.gathering import Asked, Gathered, Item, stamp_of
from spurview.sources.picture import MAX_FILE_BYTES, FileBytes, Unusable, of_bytes, unreadable
from spurview.sources.spec import SkippedFile, natural_key, readable

IMAGE_ENDINGS = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif")
_LABEL_ENDINGS = ("cls", "label")
_NAME_FILES = ("class_names.txt", "classes.txt")
_MOST_LABEL_BYTES = 1024
_MOST_MEMBERS = 1 << 24


def is_shards(text: str) -> bool:
    """Whether a path is a tar, a pattern of tars, or a folder of nothing but tars."""
    if text.lower().endswith((".tar", ".tar.gz", ".tgz")) and not os.path.isdir(text):
        return True
    if not os.path.isdir(text):
        return False
    with os.scandir(text) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".")]
    tars = [name for name in names if name.lower().endswith(".tar")]
    return bool(tars) and set(names) - set(tars) <= set(_NAME_FILES)


def gather_shards(asked: Asked) -> Gathered:
    """Images of one or many tars. Raises InputError for none, packed and damaged ones."""
    paths = _paths(asked)
    names = _class_names(paths[0].parent)
    samples: list[tuple[Path, _Sample]] = []
    notes: list[str] = []
    for number, path in enumerate(paths):
        for sample in _samples(path, asked, number / len(paths), notes):
            sample.name_class(names)
            samples.append((path, sample))
    asked.chosen(sorted({s.label for _, s in samples if s.label}, key=natural_key))
    if asked.place.role == "interest" and not any(sample.label for _, sample in samples):
        raise InputError(
            f"{asked.shown} has no labels: images of interest need name.cls beside name.jpg."
        )
    stamps = {path: stamp_of(path) for path in paths}
    items: list[Item] = []
    skipped: list[SkippedFile] = []
    seen: set[bytes] = set()
    for path, sample in samples:
        if asked.spec.classes and sample.label not in asked.spec.classes:
            continue
        tar = os.fsencode(path.name) + b"/" if len(paths) > 1 else b""
        below = tar + os.fsencode(sample.image)
        reason = sample.reason or ("stored twice" if below in seen else "")
        if not sample.label and asked.place.role == "interest":
            reason = reason or "without a label"
        if reason:
            skipped.append(SkippedFile(asked.place.index, readable(below), reason))
        else:
            seen.add(below)
            image = Member(path, sample.offset, sample.size)
            items.append(_item(asked, below, sample.label, image, stamps[path]))
    location = asked.location(Path(asked.spec.text))
    return asked.gathered("shards", items, skipped, location=location, notes=notes)


@dataclass(frozen=True, slots=True)
class Member:
    """Loads one file of a tar from its place."""

    path: Path
    offset: int
    size: int

    def __call__(self) -> FileBytes:
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(self.size)
        except OSError as error:
            raise unreadable(error) from error
        if len(data) != self.size:
            raise Unusable("the tar ends before this image")
        return of_bytes(data)


def _item(
    asked: Asked, below: bytes, label: str | None, image: Member, stamp: tuple[int, ...]
) -> Item:
    """The item of one image; below: its path below the source; stamp: of its tar."""
    key, shown = asked.key(label, below), readable(below)
    return Item(asked.place.index, key, label, shown, image, stamp=(*stamp, image.offset))


@dataclass
class _Sample:
    """What belongs to one name: its image's place, its label, why it is left out."""

    image: str = ""
    offset: int = 0
    size: int = 0
    label: str | None = None
    reason: str = ""

    def name_class(self, names: list[str]) -> None:
        """Turn a label that is a number into a name, where names are known."""
        if self.label is not None and self.label.isdecimal() and int(self.label) < len(names):
            self.label = names[int(self.label)]


def _paths(asked: Asked) -> list[Path]:
    text = asked.spec.text
    if text.lower().endswith((".gz", ".tgz")):
        raise InputError(f"{asked.shown} is packed: unpack it to .tar first.")
    if os.path.isdir(text):
        found = [str(path) for path in Path(text).iterdir() if path.suffix.lower() == ".tar"]
    else:
        found = [text] if os.path.isfile(text) else glob.glob(text)
    if not found:
        raise InputError(f"There is no file {asked.shown}.")
    return [Path(path) for path in sorted(found, key=natural_key)]


def _class_names(folder: Path) -> list[str]:
    """Class names beside the tars, one a line, the label's number counting from 0."""
    for name in _NAME_FILES:
        try:
            return (folder / name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
    return []


def _samples(path: Path, asked: Asked, share: float, notes: list[str]) -> Iterator[_Sample]:
    """The samples of one tar, whose files lie one behind the other, if they have an image."""
    current, stem = _Sample(), ""
    try:
        with tarfile.open(path, "r:") as tar:
            for count, member in enumerate(tar):
                # It would keep them all.
                tar.members = []  # type: ignore[attr-defined]
                if count % 1000 == 0:
                    asked.report(
                        round(1000 * share), 1000, f"images: listing {readable(path.name)}"
                    )
                if count >= _MOST_MEMBERS:
                    raise InputError(f"{readable(str(path))} holds too many files.")
                folder, _, base = member.name.rpartition("/")
                here = f"{folder}/{base.partition('.')[0]}"
                if here != stem:
                    if current.image:
                        yield current
                    current, stem = _Sample(), here
                _add(current, member, base.partition(".")[2].lower(), tar)
            if current.image:
                yield current
            if path.stat().st_size < tar.offset + tarfile.BLOCKSIZE:
                notes.append(f"{readable(path.name)} has no end mark: it may be cut short.")
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        if isinstance(error, OSError) and not isinstance(error, tarfile.TarError):
            raise InputError(f"{readable(str(path))} cannot be read: {error.strerror}.") from error
        raise InputError(f"{readable(str(path))} is damaged or no tar file: {error}.") from error


def _add(sample: _Sample, member: tarfile.TarInfo, ending: str, tar: tarfile.TarFile) -> None:
    if ending in IMAGE_ENDINGS and not sample.image:
        sample.image, sample.offset, sample.size = member.name, member.offset_data, member.size
        if not member.isreg() or member.issparse():
            sample.reason = "not a regular file"
        elif member.size > MAX_FILE_BYTES:
            sample.reason = "the file is larger than 512 MB"
    elif ending in _LABEL_ENDINGS and member.isreg() and member.size <= _MOST_LABEL_BYTES:
        file = tar.extractfile(member)
        if file is not None:
            sample.label = file.read().decode("utf-8", "replace").strip() or None
