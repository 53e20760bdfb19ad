"""The options that bring a network of the person's own, and agreement to its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from spurview.pipeline.network_request import NetworkRequest
    from spurview.project.store import Project

TRUST = click.option(
    "--trust-code",
    is_flag=True,
    help="Open the network's file although it can hold code (.py, .pt, .pth, ONNX): only where you "
    "trust who made it.",
)


def network_request(
    classifier: str, preprocess: str, class_names: Path | None, *, trust_code: bool
) -> NetworkRequest | None:
    """What the options ask for; None to train a network. Raises InputError."""
    if classifier.partition(":")[0] == "train":
        if preprocess or class_names:
            raise click.UsageError(
                "--preprocess and --class-names are for a network of yours: name it with "
                "--classifier."
            )
        return None
    # Late, since it loads torch.
    from spurview.pipeline.network_request import NetworkRequest

    trusted: frozenset[str] = frozenset()
    if trust_code:
        from spurview.pipeline.networks import digest_of

        trusted = frozenset({digest_of(classifier)})
    return NetworkRequest(classifier, preprocess, class_names, trusted)


def trusted_files(project: Project, *, trust_code: bool) -> frozenset[str]:
    """The digest that the network's file had when the project was made, where it is trusted."""
    network = project.info.network
    return frozenset({network.digest}) if network and trust_code else frozenset()
