"""Each field of a project's settings, verdicts and history once; goes with `every_dataset`."""

from __future__ import annotations

from spurview.core.network_description import NetworkDescription, Preprocessing
from spurview.core.settings import (
    CandidatesSettings,
    ChanceSettings,
    ClassifierSettings,
    EmbeddingSettings,
    ImagesSettings,
    Settings,
    VerificationSettings,
)
from spurview.project.model import (
    HandMade,
    HistoryEvent,
    PlantedPattern,
    ProjectInfo,
    SensitivityPoint,
    SensitivityRecord,
    SkippedImage,
    SourceRecord,
    StageRecord,
    Verdict,
)
from tests.project.every_dataset import CLASSES, FOUND, N_POOL, N_TEST, N_TRAIN, OWN

TIME = "2026-11-24T18:00:00Z"


def info() -> ProjectInfo:
    """The content of `/settings`, no field of it as it is by default."""
    names = ("images", "classifier", "predictions", "embedding", "candidates", "verification")
    return ProjectInfo(
        project_id="0123456789abcdef0123456789abcdef",
        revision=41,
        created="2026-11-24T17:00:00Z",
        modified=TIME,
        spurview="0.1.0",
        sources=_sources(),
        class_names=CLASSES,
        label_names=[*CLASSES, "else"],
        settings=settings(),
        stages={name: _stage(name) for name in (*names, "layout", "chance")},
        skipped=[
            SkippedImage(source=1, path="deep/broken.png", reason="it is cut short"),
            SkippedImage(source=2, path="list.txt", reason="it is no image"),
        ],
        skipped_total=5,
        planted=[_planted()],
        network=_network(),
        by_hand=_choices(),
        sensitivity=_sensitivity(),
    )


def settings() -> Settings:
    """No setting as it is by default, but where a default is all that may be."""
    return Settings(
        seed=3,
        images=ImagesSettings(size_px=12, aspect="pad", test_share=0.25),
        classifier=ClassifierSettings(
            architecture="resnet18",
            epochs=2,
            batch=16,
            learning_rate=0.01,
            augmentation="flip-shift",
            patience=3,
            class_weights="balanced",
            mixed_precision=False,
            weights="net.safetensors",
            weights_digest="cd" * 32,
        ),
        embedding=EmbeddingSettings(
            latent_dims=4, epochs=2, batch=16, learning_rate=0.01, neighbours=3
        ),
        candidates=CandidatesSettings(method="literal", per_class=4),
        verification=VerificationSettings(insertions=100, controls=4),
        chance=ChanceSettings(repeats=3),
    )


def _sources() -> list[SourceRecord]:
    return [
        SourceRecord(
            role="interest",
            kind="folder",
            location="pets",
            classes=CLASSES,
            images=N_TRAIN + N_TEST,
        ),
        SourceRecord(
            role="pool",
            kind="folder",
            location="../wild",
            images=40,
            moved={"deep/er/00.jpg": "elsewhere/00.jpg"},
        ),
        SourceRecord(role="pool", kind="npz", location="more.npz", images=N_POOL - 40),
    ]


def _stage(name: str) -> StageRecord:
    return StageRecord(
        fingerprint=name.encode().hex().ljust(32, "0")[:32],
        finished=TIME,
        seconds=1.5,
        device="cpu",
        spurview="0.1.0",
        facts={"count": 3, "share": 0.5, "note": name},
    )


def _planted() -> PlantedPattern:
    return PlantedPattern(
        kind="noise",
        class_name="cat",
        height=3,
        width=4,
        top=1,
        left=2,
        strength=0.9,
        share_of_class=0.8,
        share_of_pool=0.05,
        seed=9,
    )


def _network() -> NetworkDescription:
    return NetworkDescription(
        form="torchvision",
        name="resnet18",
        file="net.safetensors",
        digest="ef" * 32,
        size_bytes=46_800_000,
        n_classes=3,
        outputs="probabilities",
        preprocessing=Preprocessing(
            height=224,
            width=192,
            resize=256,
            fit="pad",
            mean=(0.5, 0.4, 0.3),
            std=(0.2, 0.25, 0.3),
            channels="BGR",
            low=-1.0,
            high=1.0,
            interpolation="bicubic",
        ),
        names_from="the file given with --class-names",
    )


def _choices() -> list[HandMade]:
    selection, split = (id for id, *_ in OWN)
    return [
        HandMade(
            id=selection,
            class_name="猫",
            members=list(range(30, 44)),
            origin="selection",
            made=TIME,
        ),
        HandMade(
            id=split,
            class_name="cat",
            members=list(range(50, 63)),
            origin="split",
            replaces={FOUND[3][0]: list(range(50, 70))},
            made=TIME,
        ),
    ]


def _sensitivity() -> SensitivityRecord:
    point = SensitivityPoint(
        strength=0.5,
        share_of_class=0.8,
        share_of_pool=0.05,
        trials=4,
        learnt=3,
        found=2,
        alarmed=1,
        low=0.2,
        high=0.9,
    )
    return SensitivityRecord(
        fingerprint="ab" * 16,
        made=TIME,
        side_px=4,
        points=[point],
        clean_runs=2,
        clean_alarms=1,
    )


def verdicts() -> dict[str, Verdict]:
    """Of a found candidate, of one that moves, of one made by hand, and of one that is gone."""
    return {
        FOUND[0][0]: Verdict(
            class_name="cat",
            verdict="spurious",
            name="the collar",
            note="in every picture of the first shoot",
            tags=["collar", "Hündin"],
            time=TIME,
            members=[30, 31, 32],
        ),
        FOUND[1][0]: Verdict(class_name="Hündin", verdict="genuine", time=TIME, members=[40]),
        OWN[0][0]: Verdict(class_name="猫", verdict="unsure", time=TIME, members=[41, 42]),
        "0-99999999": Verdict(class_name="cat", note="not found again", time=TIME, members=[50]),
    }


def history() -> list[HistoryEvent]:
    """Two events, one with the settings it ran with."""
    return [
        HistoryEvent(time=TIME, what="images", spurview="0.1.0"),
        HistoryEvent(
            time=TIME,
            what="run",
            spurview="0.1.0",
            device="cuda",
            seconds=12.5,
            settings=settings(),
        ),
    ]
