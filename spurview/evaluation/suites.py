"""The suites by name: `full`, whose figures are reported, `quick`, and a person's own as TOML."""

from __future__ import annotations

from pathlib import Path

import msgspec

from spurview.core.errors import InputError
from spurview.core.plant import Kind
from spurview.evaluation.kinds import Drawn, RunKind, Suite
from spurview.sources.spec import DIGITS, PHOTOGRAPHS

_PATCHES: tuple[Kind, ...] = ("noise-patch", "solid-patch")
# Local patches and noise over the whole image in turn, and after three runs on digits one on
# photographs.
_CLEAN_SOURCES = (DIGITS, DIGITS, DIGITS, PHOTOGRAPHS)


def _digits() -> tuple[RunKind, ...]:
    strong = Drawn(patterns=_PATCHES)
    medium = Drawn(patterns=_PATCHES, strengths=(0.5, 0.5), class_shares=(0.5, 0.5))
    three = Drawn(patterns=_PATCHES, strengths=(0.5, 1.0), class_shares=(0.5, 0.5), times=3)
    five = Drawn(
        patterns=_PATCHES,
        strengths=(0.25, 0.5),
        class_shares=(0.5, 1.0),
        pool_share=0.03,
        times=5,
    )
    watermark = Drawn(patterns=("letters", "strokes"), sides_px=(11, 15), strengths=(0.5, 0.8))
    sparse = Drawn(patterns=("line", "frame", "specks"), sides_px=(4, 20), strengths=(0.5, 1.0))
    return (
        RunKind(name="strong", plantings=(strong,)),
        RunKind(name="medium", plantings=(medium,)),
        RunKind(name="three", plantings=(three,), least=5, learnt=5),
        RunKind(name="five", plantings=(five,), least=5, learnt=5),
        RunKind(name="rare", plantings=(msgspec.structs.replace(strong, pool_share=0.01),)),
        *(
            RunKind(name=level, plantings=(Drawn(patterns=("full-noise",), level=level),))
            for level in ("R1", "R2", "R3")
        ),
        RunKind(name="jittered", plantings=(_moved(3, (6, 8)),)),
        RunKind(name="free", plantings=(_moved("free", (7, 9)),)),
        RunKind(name="watermark", plantings=(watermark,)),
        RunKind(name="sparse", plantings=(sparse,)),
    )


def _moved(jitter_px: int | str, sides_px: tuple[int, int]) -> Drawn:
    return msgspec.convert(
        {
            "patterns": _PATCHES,
            "jitter_px": jitter_px,
            "sides_px": sides_px,
            "class_shares": (0.9, 1.0),
        },
        Drawn,
    )


def _photographs() -> tuple[RunKind, ...]:
    patch = Drawn(patterns=_PATCHES, sides_px=(6, 10), place="random")
    kinds = {
        "photo-patch": patch,
        "photo-tint": Drawn(patterns=("tint",), strengths=(0.3, 0.5)),
        "photo-jittered": msgspec.structs.replace(patch, jitter_px=4),
        "photo-watermark": Drawn(
            patterns=("letters", "strokes"),
            sides_px=(19, 27),
            strengths=(0.7, 1.0),
            place="random",
        ),
    }
    return tuple(
        RunKind(name=name, sources=(PHOTOGRAPHS,), plantings=(drawn,))
        for name, drawn in kinds.items()
    )


def _clean() -> tuple[RunKind, ...]:
    drawn = Drawn(patterns=("noise-patch", "full-noise"), level="", class_shares=(0.5, 0.5))
    plantings: dict[str, tuple[Drawn, ...]] = {
        "clean": (),
        "noised-pool": (msgspec.structs.replace(drawn, where="pool"),),
        "all-classes": (msgspec.structs.replace(drawn, where="all classes"),),
        "decoy": (msgspec.structs.replace(drawn, where="decoy", pool_share=0.5),),
    }
    return tuple(
        RunKind(
            name=name,
            group="clean",
            sources=_CLEAN_SOURCES,
            plantings=planted,
            least=20,
            most=20,
            learnt=0,
        )
        for name, planted in plantings.items()
    )


def _full() -> Suite:
    kinds = {kind.name: kind for kind in (*_digits(), *_photographs(), *_clean())}
    # What the goals are about comes first, so that a suite cut short has most of it.
    first = (
        *("strong", "R3", "clean", "noised-pool", "three", "rare", "all-classes", "decoy"),
        *("medium", "R1", "R2", "photo-patch", "photo-tint", "photo-jittered", "five"),
    )
    rest = [name for name in kinds if name not in first]
    return Suite(name="full", kinds=tuple(kinds[name] for name in (*first, *rest)))


def _quick() -> Suite:
    """A few runs of each sort, within minutes."""
    names = ("strong", "three", "R3", "photo-patch", "clean", "noised-pool", "decoy")
    full = _full()
    return Suite(
        name="quick",
        kinds=tuple(
            msgspec.structs.replace(full.kind(name), least=1, most=1, learnt=0) for name in names
        ),
    )


SHIPPED = {suite.name: suite for suite in (_full(), _quick())}


def suite_named(name: str) -> Suite:
    """A suite that ships, or that of a TOML file. Raises InputError where there is neither."""
    if name in SHIPPED:
        return SHIPPED[name]
    if name.endswith(".toml"):
        return read_suite(Path(name))
    known = " and ".join(SHIPPED)
    raise InputError(f"There is no suite {name!r}: there are {known}, or a file ending in .toml.")


def read_suite(path: Path) -> Suite:
    """The suite of a TOML file: `name`, and `[[kinds]]` with the fields of `RunKind`.

    Raises InputError where it cannot be read.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Suite)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} describes no suite: {error}.") from error
