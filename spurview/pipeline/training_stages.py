"""The work of the stages that train and apply networks: classifier, predictions, embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy as np
import torch

from spurview.core.architectures import SMALL_CNN
from spurview.core.arrays import Array, Reader
from spurview.core.classifier import Network, Trained, new_model, train_classifier
from spurview.core.errors import StageError
from spurview.core.image_rows import PIXELS, image_rows
from spurview.core.neighbours import nearest_among, reference_rows
from spurview.core.network import Asked
from spurview.core.ranks import ALONE, Ranks
from spurview.core.settings import ClassifierSettings
from spurview.core.vae import VAE, reconstruct, train_vae
from spurview.pipeline.blocks import embedded_blocks, predicted_blocks
from spurview.pipeline.network_stages import (
    CLASSIFIER_WEIGHTS,
    checked,
    open_network,
    predicted_classes,
    seen_facts,
)
from spurview.pipeline.run import Facts, Work
from spurview.pipeline.starting_weights import starting_weights
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, ProjectInfo

S = TypeVar("S")
T = TypeVar("T")

EMBEDDING_WEIGHTS = "/embedding/weights/"
NOT_TRAINED = "The networks of this project are not trained yet: run it with --until weights first."
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
    n_images = reader.shape(PIXELS)[0]
    logits = np.empty((n_images, 0), np.float16)
    classes = np.empty(n_images, np.int32)
    for start, block in predicted_blocks(work, network):
        if not logits.shape[1]:
            logits = np.empty((n_images, block.shape[1]), np.float16)
        rows = slice(start, start + len(block))
        logits[rows] = np.clip(block, -60_000, 60_000)
        classes[rows] = block.argmax(1)
    role, label = reader.read("/images/role"), reader.read("/images/label")
    facts: Facts = {"pool": int((role == POOL).sum()), **seen_facts(network)}
    for name, wanted in (("training", INTEREST_TRAIN), ("test", INTEREST_TEST)):
        rows_of = role == wanted
        if rows_of.any():
            facts[f"{name}_accuracy"] = round(float((classes[rows_of] == label[rows_of]).mean()), 4)
    return {"/predictions/logits": logits, "/predictions/class": classes}, facts


def embedding(work: Work) -> tuple[dict[str, Array], Facts]:
    """A VAE trained on interest and pool together, every image's latents and neighbours."""
    reader, settings = work.reader, work.settings
    n_images, height, width, channels = reader.shape(PIXELS)
    model, curve = trained_vae(work)
    latents = np.empty((n_images, settings.embedding.latent_dims), np.float32)
    error = np.empty(n_images, np.float32)
    for start, block in embedded_blocks(work, model):
        latents[start : start + len(block)] = block[:, :-1]
        error[start : start + len(block)] = block[:, -1]
    work.report(0, 1, "finding neighbours")
    pool = np.flatnonzero(reader.read("/images/role") == POOL)
    if len(pool) <= settings.embedding.neighbours:
        raise StageError(
            f"The pool has {len(pool)} images, fewer than an image needs as neighbours: "
            "add unrelated images to the pool."
        )
    references = reference_rows(pool, settings.seed)
    near = nearest_among(latents, references, settings.embedding.neighbours)
    samples = np.sort(np.random.default_rng(settings.seed).permutation(pool)[:_SAMPLES])
    rebuilt = reconstruct(model, latents[samples], torch.device(work.device))
    arrays = weights_of(model, EMBEDDING_WEIGHTS) | {
        "/embedding/curve": curve,
        "/embedding/error": error,
        "/embedding/neighbours": near.astype(np.int32),
        "/embedding/sample_rows": samples.astype(np.int32),
        "/embedding/sample_pixels": np.rint(rebuilt * 255)
        .astype(np.uint8)
        .reshape(-1, height, width, channels),
        "/latents": latents,
    }
    return arrays, {"dims": settings.embedding.latent_dims, "epochs": len(curve)}


def trained_vae(work: Work, ranks: Ranks = ALONE) -> tuple[VAE, Array]:
    """The VAE of the stage `embedding` and its curve; what was trained before goes on from there.

    Its weights stay in the work folder, written by the first of the ranks that share the training.
    """
    settings = work.settings
    images = image_rows(work.reader)
    resume = ranks.from_first(work.checkpoints.training() if ranks.is_first else None)

    def trained(batch: int) -> tuple[VAE, Array]:
        return train_vae(
            images,
            settings=_with_batch(settings.embedding, batch),
            seed=settings.seed,
            device=torch.device(work.device),
            resume=resume,
            on_epoch=work.checkpoints.keep_training if ranks.is_first else lambda state: None,
            ranks=ranks,
            report=work.report,
        )

    if ranks.size > 1:
        return _together(trained, settings.embedding.batch)
    return _within_memory(trained, settings.embedding.batch, work)


def finished_vae(work: Work) -> VAE:
    """The VAE whose training in the work folder is finished. Raises StageError where it is not."""
    state = work.checkpoints.training()
    if state is None or state.epoch < work.settings.embedding.epochs:
        raise StageError(NOT_TRAINED)
    return trained_vae(work)[0]


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


def load_vae(reader: Reader) -> VAE:
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


def _together(train: Callable[[int], T], batch: int) -> T:
    """`train(batch)` in one of several processes, whose batches cannot shrink one by one."""
    try:
        return train(batch)
    except torch.OutOfMemoryError as error:
        raise StageError(
            "GPU memory ran out while several processes trained together: run it with --device "
            f"cpu, or make the project with a smaller embedding.batch than {batch}.",
            details=str(error),
        ) from error


def _within_memory(train: Callable[[int], T], batch: int, work: Work) -> T:
    """`train(batch)`, with the batch halved, and said so, when the GPU's memory runs out.

    Smaller batches than eight would train another network: the error goes up, for the CPU.
    """
    while True:
        try:
            return train(batch)
        except torch.OutOfMemoryError:
            if batch // 2 < _SMALLEST_BATCH:
                raise
        batch //= 2
        torch.cuda.empty_cache()
        work.report(0, 1, f"GPU memory ran out, going on with a batch of {batch}")
