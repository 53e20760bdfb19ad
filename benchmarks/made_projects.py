"""Projects of nothing but a pool, as large as wanted, made without training anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from spurview.core.arrays import Array
from spurview.core.settings import Settings
from spurview.project.model import POOL, ProjectInfo, SourceRecord, StageRecord
from spurview.project.store import Project

NOISE_LEVELS = 40
_IMPORTED = StageRecord(
    fingerprint="0" * 32,
    finished="2026-01-01T00:00:00Z",
    seconds=1,
    device="cpu",
    spurview="",
    facts={},
)
_CLASSES = [str(number) for number in range(10)]


def pictures(n_images: int, shape: tuple[int, int, int]) -> Array:
    """Noise on a smooth ground, (n, H, W, C) uint8: compresses about as photographs do."""
    ground = np.linspace(0, 200, shape[1], dtype=np.uint8)[None, None, :, None]
    noise = np.random.default_rng(0).integers(0, NOISE_LEVELS, (n_images, *shape), np.uint8)
    noise += ground
    return noise


def make(path: Path, pixels: Array, changed: Mapping[str, Array] | None = None) -> None:
    """A project file at `path` whose pool these images are; `changed` arrays take the place."""
    arrays = pool_arrays(pixels) | dict(changed or {})
    Project.create(path, _info(len(pixels)), arrays).close()


def pool_arrays(pixels: Array) -> dict[str, Array]:
    """What a project holds of its images before any stage has run."""
    n_images = len(pixels)
    names = [f"pool/{index:08}.png".encode() for index in range(n_images)]
    return {
        "/images/pixels": pixels,
        "/images/role": np.full(n_images, POOL, np.uint8),
        "/images/label": np.full(n_images, -1, np.int32),
        "/images/source": np.zeros(n_images, np.int32),
        "/images/digest": np.random.default_rng(1).integers(0, 256, (n_images, 16), np.uint8),
        "/images/keys": np.frombuffer(b"".join(names), np.uint8),
        "/images/keys_end": np.cumsum([len(name) for name in names]).astype(np.int64),
    }


def _info(n_images: int) -> ProjectInfo:
    return ProjectInfo(
        project_id="0" * 32,
        revision=1,
        created="2026-01-01T00:00:00Z",
        modified="2026-01-01T00:00:00Z",
        spurview="",
        sources=[SourceRecord(role="pool", kind="folder", location="pool", images=n_images)],
        class_names=_CLASSES,
        label_names=_CLASSES,
        settings=Settings(),
        stages={"images": _IMPORTED},
    )
