"""A network as a person asks for it. Light on purpose: what opens it loads torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spurview.core.network_description import Preprocessing

if TYPE_CHECKING:
    from spurview.core.network_description import Fit
    from spurview.pipeline.network_fit import Fitted
    from spurview.sources import ImagesProduct


@dataclass(frozen=True)
class NetworkRequest:
    """classifier, preprocess: as on the command line; trusted: SHA-256 of files agreed to.

    preprocess: also the steps themselves.
    """

    classifier: str
    preprocess: str | Preprocessing = ""
    class_names: Path | None = None
    trusted: frozenset[str] = frozenset()


def fitting(
    request: NetworkRequest, project_dir: Path, aspect: Fit
) -> Callable[[ImagesProduct], Fitted]:
    """Opens the network now, and gives what brings it together with images once they are read.

    Raises NotAgreedError for a file that can hold code and nobody has agreed to, InputError for
    all that cannot be used; so does what it gives.
    """
    # Late, since they load torch, which a project that trains its own network needs later.
    from spurview.pipeline.network_fit import fit
    from spurview.pipeline.networks import open_given

    given = open_given(request, project_dir)
    return lambda product: fit(given, product, project_dir, aspect)
