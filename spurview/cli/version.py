"""What a bug report needs: which spurview, Python, libraries and devices.

`spurview --version` reads installed packages' records alone; `spurview version` loads libraries to
ask them what they run on.
"""

from __future__ import annotations

import json
import platform
from importlib import metadata

import click

import spurview
from spurview.cli.session import AS_JSON

# Names as they are installed, with what they are called in a report.
_PACKAGES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "PySide6": "PySide6-Essentials",
    "pyqtgraph": "pyqtgraph",
    "numpy": "numpy",
    "scipy": "scipy",
    "scikit-learn": "scikit-learn",
    "h5py": "h5py",
    "Pillow": "Pillow",
    "onnxruntime": "onnxruntime",
    "timm": "timm",
}
MISSING = "not installed"


@click.command()
@AS_JSON
def version(as_json: bool) -> None:
    """Print the versions and devices that a bug report needs."""
    told = installed() | loaded()
    if as_json:
        click.echo(json.dumps({"spurview": spurview.__version__} | told, indent=2))
        return
    click.echo(text(told))


def print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    """For the option --version: prints without loading anything slow, and ends."""
    if is_asked and not context.resilient_parsing:
        click.echo(text(installed()))
        context.exit()


def text(told: dict[str, str]) -> str:
    """spurview's version on the first line, then one of what it runs with on each."""
    width = max(map(len, told))
    lines = [f"{name:{width}}  {value}" for name, value in told.items()]
    return "\n".join([f"spurview {spurview.__version__}", *lines])


def installed() -> dict[str, str]:
    """System, Python and the packages' versions, by name; nothing of them is imported."""
    told = {
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{platform.platform()} ({platform.machine()})",
    }
    return told | {name: _version(package) for name, package in _PACKAGES.items()}


def loaded() -> dict[str, str]:
    """The HDF5 that h5py brings, and what torch computes on, by name."""
    import torch

    from spurview.project import hdf5

    devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("MPS")
    cpu = f"CPU, {torch.get_num_threads()} threads"
    return {
        "HDF5": hdf5.version(),
        "CUDA": torch.version.cuda or "none in this torch",
        "devices": "; ".join([cpu, *devices]),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return MISSING
