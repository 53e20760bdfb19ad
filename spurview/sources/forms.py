"""The table of forms a source may have, and which of them a text names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.sources import array_files, cifar, idx, lists, shards, shipped, trees
from spurview.sources.gathering import Asked, Gathered, Place, places
from spurview.sources.idx import Split
from spurview.sources.spec import SourceSpec, natural_key, readable


@dataclass(frozen=True)
class Form:
    """One form of source.

    prefix: how its text begins, name and colon, or "" for a path; fits: whether a path is of this
    form, seen from its name and without opening it; needs_path: whether a path follows the colon.
    """

    name: str
    gather: Callable[[Asked], Gathered]
    prefix: str = ""
    fits: Callable[[str], bool] = lambda text: False
    needs_path: bool = True


def _ends(*endings: str) -> Callable[[str], bool]:
    return lambda text: text.lower().endswith(endings) and not os.path.isdir(text)


def _splits(name: str, gather_split: Callable[..., Gathered]) -> Iterator[Form]:
    """A data set whole, and its training and test images alone."""
    splits: tuple[Split, ...] = ("", "train", "test")
    for split in splits:
        prefix = f"{name}-{split}:" if split else f"{name}:"
        yield Form(name, partial(gather_split, split=split), prefix)


FORMS = (
    Form("digits", shipped.gather_digits, "digits:", needs_path=False),
    Form("photographs", shipped.gather_photographs, "photographs:", needs_path=False),
    Form("imagefolder", trees.gather_imagefolder, "imagefolder:"),
    Form("imagenet", trees.gather_imagenet, "imagenet:"),
    *_splits("mnist", partial(idx.gather_idx, data_set=idx.MNIST)),
    *_splits("fashionmnist", partial(idx.gather_idx, data_set=idx.FASHION)),
    *_splits("cifar10", cifar.gather_cifar10),
    Form("npz", array_files.gather_npz, fits=_ends(".npz")),
    Form("h5", array_files.gather_h5, fits=_ends(".h5", ".hdf5")),
    Form("csv", lists.gather_csv, fits=_ends(".csv", ".tsv")),
    Form("parquet", lists.gather_parquet, fits=_ends(".parquet")),
    Form("shards", shards.gather_shards, fits=shards.is_shards),
    Form("folder", trees.gather_folder, fits=lambda text: True),
)
_A_NAME = re.compile(r"[a-z][a-z0-9-]+:")


def form_of(text: str) -> Form:
    """The form that a source's text names. Raises InputError for a name there is not."""
    for form in FORMS:
        if form.prefix and text.startswith(form.prefix):
            return form
    name = _A_NAME.match(text)
    if name and not os.path.lexists(text):
        known = ", ".join(form.prefix for form in FORMS if form.prefix)
        raise InputError(
            f"There is no source {name[0]} in {readable(text)}: a source is a path, "
            f"or one of {known}."
        )
    return next(form for form in FORMS if not form.prefix and form.fits(text))


def class_names_of(text: str, report: Report = silent) -> list[str]:
    """The classes of a labelled source in natural order. Raises InputError as reading it would."""
    place = Place(0, "interest", b"interest/")
    found = gather(SourceSpec(text), place, Path(), report)
    return sorted({item.label for item in found.items if item.label}, key=natural_key)


def gather(spec: SourceSpec, place: Place, project_dir: Path, report: Report = silent) -> Gathered:
    """The images of one source. Raises InputError where it is missing or of a wrong shape."""
    form = form_of(spec.text)
    asked = Asked(spec, place, project_dir, report, spec.text.removeprefix(form.prefix))
    if form.prefix and form.needs_path and not asked.argument:
        raise InputError(f"{asked.shown} names no folder: write the path behind the colon.")
    if not form.needs_path and form.name == "digits" and asked.argument:
        raise InputError(f"{asked.shown} is no source: digits: stands alone.")
    return form.gather(asked)


def gather_all(
    interest: Sequence[SourceSpec], pool: Sequence[SourceSpec], project_dir: Path, report: Report
) -> list[Gathered]:
    """The images of all sources of a project, those of interest first. Raises as `gather`."""
    specs = [*interest, *pool]
    return [
        gather(spec, place, project_dir, report)
        for spec, place in zip(specs, places(interest, pool), strict=True)
    ]
