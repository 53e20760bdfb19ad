"""The findings as a small table of HTML, which notebooks show in place of text."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spurview.pipeline.findings import Findings
from spurview.pipeline.findings_text import HEADINGS, finding_row, verdict_line

# At least so many screen pixels for a pattern's longer side.
_SHOWN_PX = 56


def result_html(
    findings: Findings, maps: Sequence[NDArray[np.float32]], notes: Sequence[str]
) -> str:
    """One table; `maps` (H, W) in 0..1 are the shared-pixel maps of the findings, in order."""
    return "".join(_parts(findings, maps, notes))


def _parts(
    findings: Findings, maps: Sequence[NDArray[np.float32]], notes: Sequence[str]
) -> Iterator[str]:
    if findings.findings:
        yield "<table><thead><tr>"
        yield from (f"<th>{escape(name)}</th>" for name in (*HEADINGS, "shared pixels"))
        yield "</tr></thead><tbody>"
        for found, shared in zip(findings.findings, maps, strict=True):
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in finding_row(found))
            yield f"<tr>{cells}<td>{_picture(shared)}</td></tr>"
        yield "</tbody></table>"
    yield f"<p>{escape(verdict_line(findings))}</p>"
    yield from (f"<p>{escape(note)}</p>" for note in notes)


def _picture(shared: NDArray[np.float32]) -> str:
    """The map as an inlined picture, white where pixels are shared."""
    grey = np.rint(255 * np.clip(shared, 0, 1)).astype(np.uint8)
    factor = max(1, -(-_SHOWN_PX // max(grey.shape)))
    buffer = io.BytesIO()
    Image.fromarray(grey).resize(
        (grey.shape[1] * factor, grey.shape[0] * factor), Image.Resampling.NEAREST
    ).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="shared pixels" src="data:image/png;base64,{data}">'
