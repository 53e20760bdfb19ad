"""The work of the stages that train and apply networks: classifier, predictions, embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy as np
import torch

from spurview.core.architectures import SMALL_CNN
from spurview.core.arrays import Array, Reader
from spurview.core.classifier import Network, Trained, accuracy, new_model, train_classifier
from spurview.core.errors import StageError
from spurview.core.neighbours import nearest_among
from spurview.core.network import Asked
from spurview.core.settings import ClassifierSettings
from spurview.core.vae import VAE, embed, reconstruct, train_vae
from spurview.pipeline.network_stages import checked, open_network, predicted_classes, seen_facts
from spurview.pipeline.run import Facts, Work
from spurview.pipeline.starting_weights import starting_weights
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, ProjectInfo

S = TypeVar("S")
T = TypeVar("T")

CLASSIFIER_WEIGHTS = "/classifier/weights/"
EMBEDDING_WEIGHTS = "/embedding/weights/"
_BLOCK = 4096
# Networks of other sizes take longer for each image, and less is lost when they are stopped.
_FOREIGN_BLOCK = 512
_SAMPLES = 12
_SMALLEST_BATCH = 8


def classifier(work: Work) -> tuple[dict[str, Array], Facts]:
    """A network trained on the training images of interest; one from a file is only checked."""
    if work.info.network:
        return checked(work)
    reader, settings = work.reader, work.settings
    role, label = reader.read("/images/role"), reader.read("/images/label")
    train, test = np.flatnonzero(role == INTEREST_TRAIN), np.flatnonzero(role == INTEREST_TEST)
    if len(np.unique(label[train])) < 2:
        raise StageError(
            "A classifier needs training images of at least two classes: add another class."
        )
    images, test_images = (reader.read_rows("/images/pixels", rows) for rows in (train, test))
    start = starting_weights(settings.classifier)

    def trained(batch: int) -> Trained:
        return train_classifier(
            images,
            label[train],
            test_images,
            label[test],
            n_classes=len(work.info.class_names),
            settings=_with_batch(settings.classifier, batch),
            seed=settings.seed,
            device=torch.device(work.device),
            start=start,
            resume=work.checkpoints.training(),
            on_epoch=work.checkpoints.keep_training,
            report=work.report,
        )

    made = _within_memory(trained, settings.classifier.batch, work)
    arrays = weights_of(made.model, CLASSIFIER_WEIGHTS)
    arrays["/classifier/curve"] = made.curve
    return arrays, _training_facts(made, settings.classifier, has_test=len(test) > 0)


def _training_facts(made: Trained, settings: ClassifierSettings, *, has_test: bool) -> Facts:
    facts: Facts = {"epochs": len(made.curve)}
    if settings.architecture != SMALL_CNN:
        facts["architecture"] = settings.architecture
    if settings.patience:
        facts["kept_epoch"] = made.kept + 1
    if settings.weights:
        facts["started_from"] = f"{made.started_from} of {len(made.model.state_dict())} tensors"
    if has_test:
        facts["test_accuracy"] = round(float(made.curve[made.kept, 2]), 4)
    return facts


def predictions(work: Work) -> tuple[dict[str, Array], Facts]:
    """Logits and predicted class of every image."""
    reader = work.reader
    network = network_of(work)
    if network is None:
        return predicted_classes(work)
    parts = []
    n_images = reader.shape("/images/pixels")[0]
    step = _FOREIGN_BLOCK if work.info.network else _BLOCK
    for index, start in enumerate(range(0, n_images, step)):
        work.report(start, n_images, "classifying images")
        block = work.checkpoints.block(index)
        if block is None:
            pixels = reader.read("/images/pixels", start, start + step)
            block = network.logits(pixels, np.arange(start, start + len(pixels)))
            work.checkpoints.keep_block(index, block)
        parts.append(block)
    logits = np.concatenate(parts)
    role, label = reader.read("/images/role"), reader.read("/images/label")
    facts: Facts = {"pool": int((role == POOL).sum()), **seen_facts(network)}
    for name, wanted in (("training", INTEREST_TRAIN), ("test", INTEREST_TEST)):
        rows = role == wanted
        if rows.any():
            facts[f"{name}_accuracy"] = round(accuracy(logits[rows], label[rows]), 4)
    arrays: dict[str, Array] = {
        "/predictions/logits": np.clip(logits, -60_000, 60_000).astype(np.float16),
        "/predictions/class": logits.argmax(1).astype(np.int32),
    }
    return arrays, facts


def embedding(work: Work) -> tuple[dict[str, Array], Facts]:
    """A VAE trained on interest and pool together, every image's latents and neighbours."""
    reader, settings = work.reader, work.settings
    device = torch.device(work.device)
    pixels = reader.read("/images/pixels")

    def trained(batch: int) -> tuple[VAE, Array]:
        return train_vae(
            pixels,
            settings=_with_batch(settings.embedding, batch),
            seed=settings.seed,
            device=device,
            resume=work.checkpoints.training(),
            on_epoch=work.checkpoints.keep_training,
            report=work.report,
        )

    model, curve = _within_memory(trained, settings.embedding.batch, work)
    latents, error = embed(model, pixels, device, report=work.report)
    work.report(0, 1, "finding neighbours")
    pool = np.flatnonzero(reader.read("/images/role") == POOL)
    if len(pool) <= settings.embedding.neighbours:
        raise StageError(
            f"The pool has {len(pool)} images, fewer than an image needs as neighbours: "
            "add unrelated images to the pool."
        )
    samples = np.sort(np.random.default_rng(settings.seed).permutation(pool)[:_SAMPLES])
    rebuilt = reconstruct(model, latents[samples], device)
    arrays = weights_of(model, EMBEDDING_WEIGHTS) | {
        "/embedding/curve": curve,
        "/embedding/error": error,
        "/embedding/neighbours": nearest_among(latents, pool, settings.embedding.neighbours).astype(
            np.int32
        ),
        "/embedding/sample_rows": samples.astype(np.int32),
        "/embedding/sample_pixels": np.rint(rebuilt * 255)
        .astype(np.uint8)
        .reshape(-1, *pixels.shape[1:]),
        "/latents": latents,
    }
    return arrays, {"dims": settings.embedding.latent_dims, "epochs": len(curve)}


def network_of(work: Work) -> Asked | None:
    """The network that answers in this run: one given in memory, else the project's own.

    None where there are only predictions.
    """
    if work.given or work.info.network is None:
        return work.given or load_network(work.reader, work.info, torch.device(work.device))
    return open_network(work)


def load_network(reader: Reader, info: ProjectInfo, device: torch.device) -> Network:
    """The classifier trained in the project. Raises StageError when the weights do not fit it."""
    height, width, channels = reader.shape("/images/pixels")[1:]
    architecture = info.settings.classifier.architecture
    model = new_model(architecture, (height, width, channels), len(info.class_names))
    load_weights(model, reader, CLASSIFIER_WEIGHTS, f"the architecture {architecture}")
    return Network(model, device)


def load_vae(reader: Reader, info: ProjectInfo) -> VAE:
    """The project's VAE. Raises StageError when the weights do not fit it."""
    n_values = int(np.prod(reader.shape("/images/pixels")[1:]))
    model = VAE(n_values, reader.shape("/latents")[1])
    load_weights(model, reader, EMBEDDING_WEIGHTS, "the VAE")
    return model


def weights_of(model: torch.nn.Module, prefix: str) -> dict[str, Array]:
    """A model's state dict as named arrays."""
    return {prefix + key: value.cpu().numpy() for key, value in model.state_dict().items()}


def load_weights(model: torch.nn.Module, reader: Reader, prefix: str, name: str) -> None:
    """Fill a model from named arrays, every key and shape as the model has it."""
    kept = {
        key.removeprefix(prefix): torch.from_numpy(np.array(reader.read(key)))
        for key in reader.names()
        if key.startswith(prefix)
    }
    try:
        model.load_state_dict(kept, strict=True)
    except RuntimeError as error:
        raise StageError(
            f"The weights in this project do not fit {name}: run the stage again.",
            details=str(error),
        ) from error


def _with_batch(settings: S, batch: int) -> S:
    return msgspec.structs.replace(settings, batch=batch)  # type: ignore[type-var]


def _within_memory(train: Callable[[int], T], batch: int, work: Work) -> T:
    """`train(batch)`, with the batch halved, and said so, when the GPU's memory runs out."""
    while True:
        try:
            return train(batch)
        except torch.OutOfMemoryError as error:
            if batch // 2 < _SMALLEST_BATCH:
                raise StageError(
                    f"Training ran out of GPU memory even at a batch of {batch}: choose the CPU."
                ) from error
            batch //= 2
            torch.cuda.empty_cache()
            work.report(0, 1, f"GPU memory ran out, going on with a batch of {batch}")
