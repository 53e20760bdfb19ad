"""How the report looks: light and dark as the system has it, light on paper; no script, no font."""

from __future__ import annotations

_LIGHT = (
    "--paper:#fff;--well:#f7f8fa;--ink:#1a1c20;--quiet:#565b65;--line:#d3d6dc;"
    "--accent:#1d5bcb;--alarm:#b82e14;--bar:#767c87;--track:#e1e4e9;"
)
_DARK = (
    "--paper:#141517;--well:#1d1e21;--ink:#e7e9ec;--quiet:#a9aeb7;--line:#36383e;"
    "--accent:#7db0ff;--alarm:#ff8a75;--bar:#8d939d;--track:#2e3035;"
)

_RULES = """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink);
  background: var(--paper); font: 15px/1.55 Inter, system-ui, -apple-system, "Segoe UI",
  "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.3; font-weight: 600; margin: 0; }
h1 { font-size: 1.75rem; margin: .25rem 0 .5rem; }
h2 { font-size: 1.25rem; margin: 3.5rem 0 1rem; padding-top: 1rem; border-top: 1px solid
  var(--line); }
h3 { font-size: 1.15rem; } h4 { font-size: .95rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; } a { color: var(--accent); }
.quiet, figcaption, dt { color: var(--quiet); } .lead { font-size: 1.15rem; }
.alarm { color: var(--alarm); } .note { white-space: pre-line; }
.banner { background: var(--well); border-left: 3px solid var(--alarm); padding: .6rem 1rem; }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem 1.25rem .4rem 0; vertical-align: middle;
  border-bottom: 1px solid var(--line); overflow-wrap: normal; }
thead th { color: var(--quiet); font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; } td:last-child { overflow-wrap: break-word; }
.effects th, .effects td { border: 0; padding: .2rem 1rem .2rem 0; }
.figure { text-align: right; white-space: nowrap; } .effects svg { display: block; }
.effects th, .whole { white-space: nowrap; } .small img { margin: 0; }
.figures th, .figures td { vertical-align: top; }
.pairs { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1.5rem;
  margin: .75rem 0; } dd { margin: 0; }
article { margin: 2.5rem 0 3.5rem; } article + article { border-top: 1px solid var(--line);
  padding-top: 2.5rem; }
.claim { display: flex; flex-wrap: wrap; gap: 2rem; align-items: flex-start; margin: 1rem 0; }
.claim figure { margin: 0; max-width: 22rem; }
.views { display: flex; gap: 8px; } .claim > div { flex: 1 1 24rem; min-width: 0; }
img { display: block; image-rendering: pixelated; max-width: 100%; }
img.smooth { image-rendering: auto; }
figcaption { font-size: 13px; margin-top: .35rem; max-width: 46rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 8px; margin: .5rem 0; }
.tiles > figure { margin: 0; } .stack { display: grid; gap: 4px; }
.pair { display: grid; grid-template-columns: auto auto; gap: 4px; justify-content: start;
  margin: 0 8px 8px 0; } .pair figcaption { grid-column: span 2; margin: 0; }
.verdict { background: var(--well); padding: .6rem 1rem; margin: 1rem 0; max-width: 46rem; }
.verdict p { margin: .2rem 0; }
.doubts { list-style: none; padding: 0; margin: .5rem 0; max-width: 46rem; }
.doubts li { display: grid; grid-template-columns: 1.5rem 1fr; margin: .35rem 0; }
.doubts .mark { font-weight: 600; }
.keys { max-height: 15rem; overflow: auto; columns: var(--wide) auto; column-gap: 2rem;
  padding: .6rem 1rem; margin: .5rem 0; background: var(--well); list-style: none;
  font: 12px/1.5 ui-monospace, "Liberation Mono", Consolas, monospace; }
pre { font: 12px/1.5 ui-monospace, "Liberation Mono", Consolas, monospace; overflow-x: auto;
  background: var(--well); padding: .75rem 1rem; white-space: pre-wrap; }
svg .track { fill: var(--track); } svg .share { fill: var(--bar); }
svg .share.claim { fill: var(--accent); } svg .share.alarm { fill: var(--alarm); }
svg .between { stroke: var(--ink); stroke-width: 1.6; fill: none; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2, h3, h4, figcaption { break-after: avoid; } p, li, tr, dd { orphans: 3; widows: 3; }
  .opening, tr, .tiles > *, .verdict, .doubts li, .banner { break-inside: avoid; }
  h2 { margin-top: 2rem; } article { margin: 1.5rem 0 2rem; }
  .keys { max-height: none; overflow: visible; font-size: 7.5pt; padding: 0; background: none; }
  .claim { gap: 1.25rem; flex-wrap: nowrap; } .views img { width: 92px; height: auto; }
  .claim > div { flex: 1 1 0; } .tiles { gap: 5px; }
  .tiles img { width: 56px; height: auto; } .pair { margin-right: 10px; gap: 2px; }
  .wide, pre { overflow: visible; } table { font-size: 9.5pt; } pre { font-size: 8pt; }
  th, td { padding-right: .8rem; } a { color: inherit; text-decoration: none; }
}
"""


def style(foot: str) -> str:
    """The whole style sheet; `foot`: letters, digits and commas for the foot of printed pages."""
    plain = "".join(c for c in foot if c.isalnum() or c in " ,.:-")
    page = (
        "@page { size: A4; margin: 18mm 16mm 20mm; "
        f'@bottom-left {{ content: "{plain}"; font: 8pt sans-serif; color: #565b65; }} '
        '@bottom-right { content: counter(page) " of " counter(pages); font: 8pt sans-serif; '
        "color: #565b65; } }"
    )
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}"
    return f":root{{color-scheme:light dark;{_LIGHT}}}{dark}{_RULES}{page}"
