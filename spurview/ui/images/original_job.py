"""The original file of an image at its full resolution, read off the window's thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.progress import Report
from spurview.jobs import Work
from spurview.jobs.job import Deliver
from spurview.ui.document import Document


def reading_original(document: Document, row: int) -> Work:
    """Work that gives the row's original (H, W, 3) u8; None where it is gone or another file."""
    reader, sources = document.reader, document.info.sources
    folder: Path = document.path.parent

    def work(report: Report, deliver: Deliver) -> NDArray[np.uint8] | None:
        from spurview.core.shared_pixels import rgb
        from spurview.sources.originals import Original, source_folders

        found = Original(reader, source_folders(sources, folder)).pixels(row)
        return None if found is None else rgb(found[None])[0]

    return work
