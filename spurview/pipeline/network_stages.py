"""The work of the stages for a network that was not trained in the project."""

from __future__ import annotations

import numpy as np
import torch

from spurview.core.arrays import Array
from spurview.core.network_description import NetworkDescription
from spurview.core.sized_network import Answering, SizedNetwork
from spurview.pipeline.network_fit import class_numbers, sized, spread, tried
from spurview.pipeline.network_trial import trial_rows
from spurview.pipeline.networks import of_module, open_described
from spurview.pipeline.probabilities import logits_of
from spurview.pipeline.run import Facts, Work
from spurview.pipeline.stages import fingerprint
from spurview.project.codec import image_keys
from spurview.project.model import POOL
from spurview.sources.network_architectures import build
from spurview.sources.network_file import read_network_file
from spurview.sources.originals import NetworkViews
from spurview.sources.prediction_file import in_order, read_predictions

CLASSIFIER_WEIGHTS = "/classifier/weights/"
# Larger networks stay where they are; the project knows their file and its digest.
MOST_STORED_BYTES = 4 << 20
_STORED_FORMS = ("torchvision", "timm")


def checked(work: Work) -> tuple[dict[str, Array], Facts]:
    """What the stage `classifier` records of a network from a file: that it answers, and how.

    Small ones of a known architecture are stored, so that the project needs the file no more.
    """
    network = _description(work)
    facts: Facts = {"form": network.form, "classes": network.n_classes}
    if network.name:
        facts["name"] = network.name
    if not network.can_be_asked:
        read_network_file(work.project_dir / network.file, digest=network.digest)
        return _trial(np.zeros(0, np.int32), np.zeros((0, network.n_classes))), facts
    asked = open_network(work)
    assert asked is not None
    role, label = (work.reader.read(f"/images/{name}") for name in ("role", "label"))
    rows = trial_rows(role, label)
    arrays = _trial(rows, tried(asked, work.reader, rows, network))
    stored = _stored(asked, network)
    facts["stored"] = "in the project" if stored else "beside it"
    return arrays | stored, facts


def open_network(work: Work) -> SizedNetwork | None:
    """The network of the project's description; None where there are only predictions."""
    network = _description(work)
    if not network.can_be_asked:
        return None
    assert network.preprocessing is not None
    answering = _from_project(work, network) or open_described(
        network, work.project_dir, work.trusted, torch.device(work.device)
    )
    return sized(
        answering,
        network.preprocessing,
        work.reader,
        work.info.sources,
        work.project_dir,
        work.settings.images.aspect,
    )


def predicted_classes(work: Work) -> tuple[dict[str, Array], Facts]:
    """The product of the stage `predictions` from a file of predictions."""
    network = _description(work)
    file = read_network_file(work.project_dir / network.file, digest=network.digest)
    found = read_predictions(file)
    names = work.info.class_names
    line = in_order(found, image_keys(work.reader), file.shown)
    numbers = class_numbers(found, names, file.shown)
    arrays: dict[str, Array] = {"/predictions/class": numbers[found.classes[line]]}
    probabilities = spread(found, line, numbers, len(names))
    if probabilities is not None:
        arrays["/predictions/logits"] = logits_of(probabilities).astype(np.float16)
    pool = int((work.reader.read("/images/role") == POOL).sum())
    return arrays, {"pool": pool, "from": "a file"}


def seen_facts(network: object) -> Facts:
    """What a network of another size saw, for the record; nothing where it saw working images."""
    views = getattr(network, "views", None)
    if not isinstance(views, NetworkViews):
        return {}
    missing = len(views.missing)
    return {"seen": f"working images for {missing}" if missing else "originals"}


def _description(work: Work) -> NetworkDescription:
    assert work.info.network is not None
    return work.info.network


def _trial(rows: Array, logits: Array) -> dict[str, Array]:
    return {
        "/classifier/trial_rows": rows.astype(np.int32),
        "/classifier/trial_logits": logits.astype(np.float32),
    }


def _stored(asked: SizedNetwork, network: NetworkDescription) -> dict[str, Array]:
    module = asked.answering.answer
    if network.form not in _STORED_FORMS or not isinstance(module, torch.nn.Module):
        return {}
    state = module.state_dict()
    if sum(value.nbytes for value in state.values()) > MOST_STORED_BYTES:
        return {}
    return {
        CLASSIFIER_WEIGHTS + key: value.to(
            torch.float32 if value.is_floating_point() else torch.int64
        )
        .cpu()
        .numpy()
        for key, value in state.items()
    }


def _from_project(work: Work, network: NetworkDescription) -> Answering | None:
    """The network from the weights that the project holds, if it does."""
    names = [name for name in work.reader.names() if name.startswith(CLASSIFIER_WEIGHTS)]
    record = work.info.stages.get("classifier")
    is_fresh = record is not None and record.fingerprint == fingerprint("classifier", work.info)
    if network.form not in _STORED_FORMS or not names or not is_fresh:
        return None
    weights = {
        name.removeprefix(CLASSIFIER_WEIGHTS): torch.from_numpy(np.array(work.reader.read(name)))
        for name in names
    }
    module, _ = build(network.form, network.name, weights, "What the project holds")
    return of_module(module, torch.device(work.device), network)
