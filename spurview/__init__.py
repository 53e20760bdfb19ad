"""spurview finds what an image classifier has learnt that it should not have.

Importing this package loads neither torch nor Qt; what it offers is loaded when it is first used.
docs/python.md shows how.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "1.4.0"

__all__ = [
    "Finding",
    "Project",
    "Result",
    "Settings",
    "SpurviewError",
    "__version__",
    "audit",
    "findings",
    "new_project",
    "open_project",
    "run",
]

if TYPE_CHECKING:
    from spurview.api import audit, findings, new_project, open_project, run
    from spurview.core.errors import SpurviewError
    from spurview.core.settings import Settings
    from spurview.pipeline.result import Finding, Result
    from spurview.project.store import Project

_WHERE = {
    "Finding": "spurview.pipeline.result",
    "Project": "spurview.project.store",
    "Result": "spurview.pipeline.result",
    "Settings": "spurview.core.settings",
    "SpurviewError": "spurview.core.errors",
} | dict.fromkeys(("audit", "findings", "new_project", "open_project", "run"), "spurview.api")


def __getattr__(name: str) -> Any:
    """What is offered, loaded when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'spurview' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
