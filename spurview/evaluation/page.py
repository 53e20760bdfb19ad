"""One self-contained HTML page: goals, plots, figures, every run. It loads nothing from anywhere.

All text goes through `_text`; the drawings alone are put in as they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from spurview.core.settings import Settings
from spurview.evaluation.drawing import Plot
from spurview.evaluation.figures import BESIDE, CARRIERS, FINDING
from spurview.evaluation.rows import Row
from spurview.evaluation.run_lines import run_lines, went_wrong
from spurview.evaluation.summary import Summary
from spurview.evaluation.summary_text import (
    GOAL_HEAD,
    HOW,
    clean_rows,
    detection_lines,
    flip_rows,
    goal_cells,
    kind_rows,
    legend_lines,
    provenance_lines,
)

_STYLE = """
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; color: #1A1C20; background: #FFFFFF;
  font: 15px/1.5 Inter, system-ui, sans-serif; }
h1 { font-size: 1.5rem; font-weight: 600; } h2 { font-size: 1.1rem; font-weight: 600;
  margin: 2.5rem 0 .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #D3D6DC;
  vertical-align: top; white-space: nowrap; }
th { color: #565B65; font-weight: 500; } figure { margin: 1.5rem 0; } figcaption { color: #565B65;
  max-width: 46rem; } svg { max-width: 100%; height: auto; } .bad { color: #B82E14; }
.quiet { color: #565B65; } pre { font-size: 13px; overflow-x: auto; color: #565B65; }
td:last-child { white-space: normal; min-width: 12rem; }
@media print { @page { size: A4 landscape; margin: 14mm; } body { max-width: none; margin: 0;
  padding: 0; } .wide, pre { overflow: visible; } table { font-size: 7.5pt; } th, td { white-space:
  normal; padding-right: .5rem; } td:last-child { min-width: 0; }
  figure, tr { break-inside: avoid; } h2, figcaption { break-after: avoid; }
  svg { max-height: 150mm; } pre { white-space: pre-wrap; } }
""".strip()


def page(summary: Summary, rows: Sequence[Row], plots: Sequence[Plot]) -> str:
    """The page as HTML."""
    return "\n".join(_page(summary, rows, plots)) + "\n"


def _page(summary: Summary, rows: Sequence[Row], plots: Sequence[Plot]) -> Iterator[str]:
    title = "How well planted patterns are found"
    yield from page_head(title)
    for line in provenance_lines(summary):
        yield f'<p class="quiet">{_text(line)}</p>'
    yield from section("Goals", [GOAL_HEAD, *map(goal_cells, summary.goals)], bad=_is_missed)
    for number, plot in enumerate(plots):
        yield from inline(plot, number)
    yield "".join(f"<p>{_text(line)}</p>" for line in detection_lines(summary))
    planted = [kind for kind in summary.kinds if kind.group == "planted"]
    clean = [kind for kind in summary.kinds if kind.group == "clean"]
    if planted:
        yield from section("Learnt, found, ranked, alarmed", kind_rows(planted, FINDING))
        yield from section("Carriers, pixels, template", kind_rows(planted, CARRIERS))
        yield from section("Beside other methods", kind_rows(planted, BESIDE))
        yield from section("Detection over the strength of the pattern", flip_rows(summary))
    if clean:
        yield from section("Where there is nothing to find", clean_rows(clean))
    lines = run_lines(rows)
    yield from section("Every run, what went wrong first", lines, bad=went_wrong)
    yield "<h2>How to read it</h2>"
    yield "<ul>" + "".join(f"<li>{_text(line)}</li>" for line in legend_lines(summary)) + "</ul>"
    yield "".join(f"<p>{_text(part)}</p>" for part in HOW.split("\n\n"))
    yield "<h2>Settings, where a kind of run changes none</h2>"
    settings = msgspec.json.format(msgspec.json.encode(Settings()), indent=1).decode()
    yield f"<pre>{_text(settings)}</pre>"
    yield "</body></html>"


def page_head(title: str) -> Iterator[str]:
    """The beginning of a page, up to its heading."""
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    # Nothing but the styles written into the page may take effect, whatever a name smuggled in.
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{_text(title)}</h1>"


def section(
    title: str,
    rows: Sequence[Sequence[str]],
    *,
    bad: Callable[[Sequence[str]], bool] = lambda row: False,
) -> Iterator[str]:
    """A heading and a table, the first row its head; rows that are `bad` stand out."""
    yield f"<h2>{_text(title)}</h2>"
    yield '<div class="wide"><table>'
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        mark = ' class="bad"' if number and bad(row) else ""
        yield f"<tr{mark}>" + "".join(f"<{tag}>{_text(c)}</{tag}>" for c in row) + "</tr>"
    yield "</table></div>"


def inline(plot: Plot, number: int) -> Iterator[str]:
    """The drawing itself, with what it shows below; `number` keeps its ids apart from others'."""
    drawing = plot.svg[plot.svg.index("<svg") :]
    drawing = re.sub(r'\bid="', f'id="p{number}-', drawing)
    drawing = re.sub(r'href="#', f'href="#p{number}-', drawing)
    drawing = re.sub(r"url\(#", f"url(#p{number}-", drawing)
    shows = _text(plot.shows)
    yield f'<figure role="img" aria-label="{shows}">{drawing}'
    yield f"<figcaption>{shows}</figcaption></figure>"


def _is_missed(row: Sequence[str]) -> bool:
    return row[-1].startswith("missed")


def _text(text: str) -> str:
    return html.escape(text, quote=True)
