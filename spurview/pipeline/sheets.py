"""Pictures of one finding: a contact sheet of its images with shared pixels marked, its pattern."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from spurview.core import shared_pixels
from spurview.core.arrays import Array, Reader
from spurview.core.shared_pixels import Highlight
from spurview.pipeline.findings import CandidateRows, Finding, candidate_records
from spurview.pipeline.lettering import Colour, lines
from spurview.pipeline.places import scores_of, shared_maps
from spurview.pipeline.wording import headline

Picture = NDArray[np.uint8]
COLUMNS = 10
MAX_IMAGES = 100
TILE_PX, GAP_PX, MARGIN_PX = 84, 8, 16
PATTERN_PX = 336
_PAPER, _INK, _FAINT = (24, 25, 28), (232, 232, 235), (160, 162, 168)


def contact_sheet(
    reader: Reader,
    finding: Finding,
    rows: CandidateRows,
    *,
    highlight: Highlight,
    origin: Mapping[str, str],
) -> bytes:
    """PNG of up to 100 members, most typical first, with what they share marked, and a caption."""
    shown_as = highlight_of(finding, highlight)
    tiles = highlighted(reader, rows, rows.members[:MAX_IMAGES], shown_as)
    shown = f"{len(tiles)} of {len(rows.members)}"
    title = f"{finding.rank}. Class {finding.class_}: {finding.outcome}. {shown} images"
    source = f"{finding.id}, project {origin['project']}, revision {origin['revision']}"
    told = [(title, 16, _INK), (headline(finding), 13, _FAINT), (source, 13, _FAINT)]
    return png(_captioned(_grid(tiles), told), origin)


def highlight_of(finding: Finding, highlight: Highlight) -> Highlight:
    """The highlight for a finding's images: none without a stable place, which no map can show."""
    return highlight if finding.localised else replace(highlight, mode="off")


def highlighted(
    reader: Reader,
    rows: CandidateRows,
    images: Array,
    highlight: Highlight,
    zoom: float | None = None,
) -> Picture:
    """(n, h, w, 3) u8: the images (rows of the project) with this candidate's shared pixels marked.

    zoom: None for tiles of a contact sheet.

    An image is marked only as far as it shows the pattern itself, and at the place it has it.
    """
    pixels = reader.read_rows("/images/pixels", images)
    shared = shared_maps(reader, rows.index, images)
    scores = scores_of(reader, rows.index)[images]
    zoom = TILE_PX / max(pixels.shape[1:3]) if zoom is None else zoom
    agreement = shared_pixels.agreement(scores)
    return shared_pixels.compose(pixels, shared, agreement, highlight, zoom)


def pattern_png(reader: Reader, rows: CandidateRows, origin: Mapping[str, str]) -> bytes:
    """PNG of the found pattern alone, on a grey check of image pixels."""
    one = (rows.index, rows.index + 1)
    template = reader.read("/candidates/template", *one)[0]
    mask = reader.read("/candidates/mask", *one)[0]
    opacity = candidate_records(reader)[rows.index].opacity
    picture = shared_pixels.pattern_picture(template, mask, opacity)
    zoom = max(1, PATTERN_PX // max(picture.shape[:2]))
    return png(shared_pixels.enlarge(picture[None], zoom)[0], origin)


def png(picture: Picture, origin: Mapping[str, str]) -> bytes:
    """(h, w, 3) u8 as PNG, its origin in text chunks."""
    text = PngInfo()
    for name, value in origin.items():
        text.add_text(f"spurview:{name}", value)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _grid(tiles: Picture) -> Picture:
    """Tiles (n, h, w, 3) in rows of ten on dark paper."""
    n, height, width, _ = tiles.shape
    columns = min(COLUMNS, max(n, 1))
    n_lines = -(-n // columns)
    tall, wide = n_lines * (height + GAP_PX) + GAP_PX, columns * (width + GAP_PX) + GAP_PX
    sheet = np.full((tall, wide, 3), _PAPER, np.uint8)
    for number, tile in enumerate(tiles):
        line, column = divmod(number, columns)
        top, left = GAP_PX + line * (height + GAP_PX), GAP_PX + column * (width + GAP_PX)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _captioned(sheet: Picture, told: list[tuple[str, int, Colour]]) -> Picture:
    """The sheet with lines of text (words, size in px, colour) above it, wide enough to read."""
    width = max(sheet.shape[1], 640)
    drawn = [
        line
        for words, size, colour in told
        for line in lines(words, size, colour, width - 2 * MARGIN_PX)
    ]
    top = sum(line.height for line in drawn) + 2 * MARGIN_PX
    paper = Image.new("RGB", (width, top + sheet.shape[0]), _PAPER)
    draw = ImageDraw.Draw(paper)
    y = MARGIN_PX
    for line in drawn:
        line.draw(draw, MARGIN_PX, y)
        y += line.height
    paper.paste(Image.fromarray(sheet), (0, top))
    return np.asarray(paper)
