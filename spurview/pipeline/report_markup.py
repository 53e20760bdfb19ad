"""Pieces of the report's HTML: words made safe, tables, pictures as data, bars as drawings.

Everything that comes from names, notes and files goes through `text`.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator, Sequence

from spurview.core.shared_pixels import SMOOTH_FROM_PX, Pictures
from spurview.pipeline.effects import Effect
from spurview.pipeline.letters import code_of, is_hidden
from spurview.pipeline.sheets import png
from spurview.pipeline.wording import interval, percent

# A picture's longer side on the page, in CSS px; small ones grow by whole factors to about it.
TILE_PX = 84
_BAR_WIDE, _BAR_TALL = 200, 12
# Hebrew, Arabic and their kin, from the first such letter to the last of the same words. Set apart
# from the rest of the line: figures that follow a name would else be shown before it.
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RIGHT_TO_LEFT = re.compile(f"[{_RTL}](?:[{_RTL} \u200c\u200d]*[{_RTL}])?")


def text(words: object) -> str:
    """Words for any place in the page; letters that hide or turn others are shown by their code."""
    shown = "".join(code_of(c) if is_hidden(c) else c for c in str(words))
    shown = _RIGHT_TO_LEFT.sub("\u2068\\g<0>\u2069", shown)
    # A figure and its unit stay on one line.
    return re.sub(r"(?<=\d) (?=[%×])|(?<=×) (?=\d)", "\u00a0", html.escape(shown, quote=True))


def paragraph(words: str, look: str = "") -> str:
    """One paragraph, `look` its class; nothing for no words."""
    if not words:
        return ""
    return f'<p class="{look}">{text(words)}</p>' if look else f"<p>{text(words)}</p>"


def number(value: float | None, words: str) -> str:
    """A figure as it is told, with its exact value beside for programs."""
    if value is None:
        return text(words)
    return f'<data value="{value!r}">{text(words)}</data>'


def table(rows: Sequence[Sequence[str]], look: str = "") -> Iterator[str]:
    """Rows of finished cells, the first its head, the first cell of each its name."""
    yield f'<div class="wide"><table class="{look}"><thead><tr>'
    yield from (f'<th scope="col">{cell}</th>' for cell in rows[0])
    yield "</tr></thead><tbody>"
    for name, *cells in rows[1:]:
        yield f'<tr><th scope="row">{name}</th>'
        yield from (f"<td>{cell}</td>" for cell in cells)
        yield "</tr>"
    yield "</tbody></table></div>"


def pairs(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names and values, both as plain words."""
    yield '<dl class="pairs">'
    for name, value in lines:
        yield f"<dt>{text(name)}</dt><dd>{text(value)}</dd>"
    yield "</dl>"


def key_list(lines: Sequence[str], name: str) -> Iterator[str]:
    """Many short lines in columns as wide as the longest, to scroll on a screen, whole on paper."""
    wide = min(60, max(map(len, lines))) + 3
    yield f'<ul class="keys" tabindex="0" aria-label="{text(name)}" style="--wide:{wide}ch">'
    yield from (f"<li>{text(line)}</li>" for line in lines)
    yield "</ul>"


def tile_zoom(height: int, width: int) -> float:
    """How much larger than its own pixels a picture is embedded.

    Small ones by a whole factor, larger ones at their own pixels, up to twice what is shown.
    """
    side = max(height, width)
    if side < SMOOTH_FROM_PX:
        return max(1, round(TILE_PX / side))
    return min(1.0, 2 * TILE_PX / side)


def picture(pixels: Pictures, alternative: str, *, shown_px: int = 0, title: str = "") -> str:
    """(h, w, 3) uint8 as an image within the page; shown_px: its longer side, or as it is."""
    height, width = pixels.shape[:2]
    scale = shown_px / max(height, width) if shown_px else 1.0
    data = base64.b64encode(png(pixels, {})).decode()
    hint = f' title="{text(title)}"' if title else ""
    return (
        f'<img src="data:image/png;base64,{data}" alt="{text(alternative)}"{hint} '
        f'width="{round(width * scale)}" height="{round(height * scale)}">'
    )


def tile(pixels: Pictures, alternative: str, title: str = "") -> str:
    """A picture as `tile_zoom` enlarged it, at the size of its row."""
    is_small = max(pixels.shape[:2]) < SMOOTH_FROM_PX + TILE_PX // 2
    return picture(pixels, alternative, title=title, shown_px=0 if is_small else TILE_PX)


def effects_table(effects: Sequence[Effect]) -> Iterator[str]:
    """A line for each share: name, bar with its interval, figure, interval in words."""
    yield '<table class="effects"><tbody>'
    for effect in effects:
        yield f'<tr><th scope="row">{text(effect.name)}</th>'
        if effect.share is None:
            yield f'<td colspan="3" class="quiet">not known: {text(effect.reason)}</td></tr>'
            continue
        between = f"{interval(effect.bounds)} %" if effect.bounds else ""
        yield f"<td>{bar(effect)}</td>"
        yield f'<td class="figure">{number(effect.share, percent(effect.share))}</td>'
        yield f'<td class="quiet figure">{text(between)}</td></tr>'
    yield "</tbody></table>"


def bar(effect: Effect) -> str:
    """A share of 0..1 on its track, with the 95 % interval as a line with caps."""
    look = "alarm" if effect.is_claim and effect.is_alarm else "claim" if effect.is_claim else ""
    wide = _BAR_WIDE * (effect.share or 0.0)
    middle = _BAR_TALL / 2
    marks = ""
    if effect.bounds:
        low, high = (_BAR_WIDE * min(1.0, max(0.0, bound)) for bound in effect.bounds)
        marks = (
            f'<path class="between" d="M{low:.1f} {middle}H{high:.1f}'
            f'M{low:.1f} {middle - 3}v6M{high:.1f} {middle - 3}v6"/>'
        )
    return (
        f'<svg viewBox="-1 0 {_BAR_WIDE + 2} {_BAR_TALL}" width="{_BAR_WIDE + 2}" '
        f'height="{_BAR_TALL}" role="img" aria-label="{text(effect.words())}">'
        f'<rect class="track" x="0" y="2" width="{_BAR_WIDE}" height="8"/>'
        f'<rect class="share {look}" x="0" y="2" width="{wide:.1f}" height="8"/>{marks}</svg>'
    )
