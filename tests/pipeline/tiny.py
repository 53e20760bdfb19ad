"""A tiny real project: upright and level bars on 12x12 px, small enough to run in a second or two.

60 images of interest and 200 of the pool; half of the level bars of interest and 40 pool images
carry a checker in the corner.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from spurview.core.arrays import Array
from spurview.core.progress import Report, silent
from spurview.core.settings import (
    ClassifierSettings,
    EmbeddingSettings,
    Settings,
    VerificationSettings,
    with_setting,
)
from spurview.pipeline.findings import collect, to_json
from spurview.pipeline.run import applied, clear_checkpoints, compute, history_event
from spurview.project.model import (
    INTEREST_TEST,
    INTEREST_TRAIN,
    POOL,
    ProjectInfo,
    SourceRecord,
    StageRecord,
)
from spurview.project.store import Project

N_TRAIN, N_TEST, N_POOL, SIDE = 48, 12, 200, 12
SETTINGS = Settings(
    classifier=ClassifierSettings(epochs=4, batch=8),
    embedding=EmbeddingSettings(epochs=4, batch=20, latent_dims=4, neighbours=5),
    verification=VerificationSettings(insertions=40, controls=2),
)


def arrays() -> dict[str, Array]:
    """The product of the images stage."""
    n = N_TRAIN + N_TEST + N_POOL
    rng = np.random.default_rng(0)
    role = np.repeat([INTEREST_TRAIN, INTEREST_TEST, POOL], [N_TRAIN, N_TEST, N_POOL])
    shown = np.arange(n) % 2
    pixels = _bars(rng, shown)
    carriers = (role == INTEREST_TRAIN) & (np.arange(n) % 4 == 1)
    carriers |= (role == POOL) & (np.arange(n) % 5 == 0)
    checker = np.array([[255, 0, 255], [0, 255, 0], [255, 0, 255]], np.uint8)
    pixels[carriers, 0:3, 0:3] = checker[..., None]
    keys = [f"{('train', 'test', 'pool')[r]}/{i:03}.png".encode() for i, r in enumerate(role)]
    return {
        "/images/pixels": pixels,
        "/images/role": role.astype(np.uint8),
        "/images/label": np.where(role == POOL, -1, shown).astype(np.int32),
        "/images/source": (role == POOL).astype(np.int32),
        "/images/digest": rng.integers(0, 256, (n, 16), np.uint8),
        "/images/keys": np.frombuffer(b"".join(keys), np.uint8).copy(),
        "/images/keys_end": np.cumsum([len(key) for key in keys]).astype(np.int64),
    }


def info(*changes: tuple[str, str]) -> ProjectInfo:
    """The info of the project before its first run, with some settings changed."""
    settings = SETTINGS
    for key, value in changes:
        settings = with_setting(settings, key, value)
    read = StageRecord(
        fingerprint="f" * 32,
        finished="2026-01-02T03:04:05Z",
        seconds=0.1,
        device="cpu",
        spurview="0.1.0",
        facts={"images": N_TRAIN + N_TEST + N_POOL, "height": SIDE, "width": SIDE},
    )
    return ProjectInfo(
        project_id="5f0c8a5e9f0b4d6c8e7a1b2c3d4e5f60",
        revision=1,
        created="2026-01-02T03:04:05Z",
        modified="2026-01-02T03:04:05Z",
        spurview="0.1.0",
        sources=[
            SourceRecord(role="interest", kind="folder", images=N_TRAIN + N_TEST),
            SourceRecord(role="pool", kind="folder", images=N_POOL),
        ],
        class_names=["upright", "level"],
        label_names=["upright", "level"],
        settings=settings,
        stages={"images": read},
    )


def create(path: Path, *changes: tuple[str, str]) -> Project:
    """The project as a file, open."""
    return Project.create(path, info(*changes), arrays())


def run(project: Project, *, until: str | None = None, report: Report = silent) -> list[str]:
    """Run and save as the command line does; names of the stages that did something."""
    done = []
    products = compute(
        project,
        project.info,
        work_dir=project.work_dir,
        until=until,
        device="cpu",
        report=report,
    )
    for product in products:
        changed = applied(project.info, product)
        project.save(
            info=changed,
            put=product.arrays,
            drop=product.drop,
            history=[*project.history, history_event(product, changed)],
        )
        clear_checkpoints(product, project.work_dir)
        done.append(product.stage)
    return done


def change(project: Project, key: str, value: str) -> None:
    """Save the project with one setting changed."""
    settings = with_setting(project.info.settings, key, value)
    project.save(info=msgspec.structs.replace(project.info, settings=settings))


def findings(project: Project) -> str:
    """All findings as JSON."""
    return to_json(collect(project, project.info, project.verdicts, project.keys()))


def _bars(rng: np.random.Generator, shown: Array) -> Array:
    pixels = rng.integers(0, 40, (len(shown), SIDE, SIDE, 1), np.uint8)
    for image, level, at in zip(pixels, shown, rng.integers(4, 10, len(shown)), strict=True):
        if level:
            image[at : at + 2, 2:11] = 200
        else:
            image[2:11, at : at + 2] = 200
    return pixels
