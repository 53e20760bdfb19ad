"""One finding as an article of the report: claim, pattern, images, evidence, what to clean."""

from __future__ import annotations

from collections.abc import Iterator

from spurview.core.arrays import Array
from spurview.core.shared_pixels import Highlight, Pictures, enlarge, pattern_box, rgb
from spurview.pipeline import wording, wording_evidence
from spurview.pipeline.effects import insertion_effects, removal_effects
from spurview.pipeline.evidence import Evidence, Pair
from spurview.pipeline.findings import Finding
from spurview.pipeline.report_markup import (
    effects_table,
    key_list,
    number,
    paragraph,
    picture,
    table,
    text,
    tile,
    tile_zoom,
)
from spurview.pipeline.sensitivity_wording import measure_sentence
from spurview.pipeline.sheets import highlight_of, highlighted
from spurview.pipeline.wording import count, scientific, times
from spurview.pipeline.wording_outcome import standing

PATTERN_PX, THUMB_PX = 144, 56
# Pictures of a finding that is proven or suspected, and of one that is listed only.
MOST_IMAGES, MOST_PAIRS, MOST_TRAINING = 40, 12, 24
FEW_IMAGES, FEW_PAIRS, FEW_TRAINING = 10, 6, 8
# So many of the first images stand unmarked above their marked copies.
AS_THEY_ARE = 10
# A page of more keys cannot be read; members.csv has them all.
MOST_KEYS = 2000
_CONTROLS = (
    "Random group: patterns made the same way from random groups of pool images. Scrambled: the "
    "pattern's own pixels shuffled. Elsewhere: the pattern at other places. The line on each bar "
    "is its 95 % interval."
)


def finding_article(evidence: Evidence, name: str, highlight: Highlight) -> Iterator[str]:
    """The whole article; `name` is the short name of the finding, as the window shows it."""
    finding = evidence.finding
    kind = f", {finding.kind}" if finding.kind else ""
    look = ' class="alarm"' if finding.alarm else ""
    yield f'<article id="finding-{finding.rank}"><div class="opening">'
    outcome = text(finding.outcome + kind)
    yield f"<h3>{finding.rank}. {text(name)}: <span{look}>{outcome}</span></h3>"
    yield paragraph(f"Class {finding.class_}, finding {finding.id}", "quiet")
    yield paragraph(wording.headline(finding), "lead")
    ratios = evidence.ratios()
    yield paragraph(standing(finding, ratios))
    yield paragraph(measure_sentence(evidence.info, finding, ratios), "quiet")
    yield from _judgement(evidence)
    yield from _claim(evidence)
    yield "</div>"
    yield from _images(evidence, highlight)
    yield from _insertions(evidence)
    yield from _removal(evidence)
    yield from _occurrence(evidence)
    yield from _doubts(evidence)
    yield from _training(evidence, highlight)
    yield "</article>"


def _judgement(evidence: Evidence) -> Iterator[str]:
    """What a person said of it, and how it was made where by hand."""
    finding = evidence.finding
    if not (finding.verdict or finding.note or finding.tags or finding.origin):
        yield paragraph("Nobody has judged it yet.", "quiet")
        return
    yield '<div class="verdict">'
    yield paragraph(f"Verdict: {finding.verdict or 'none yet'}")
    if finding.note:
        yield f'<p class="note">{text(finding.note)}</p>'
    if finding.tags:
        yield paragraph(f"Tags: {', '.join(finding.tags)}", "quiet")
    if finding.origin:
        yield paragraph(f"Made by hand: {finding.origin}.", "quiet")
    yield "</div>"


def _claim(evidence: Evidence) -> Iterator[str]:
    finding = evidence.finding
    yield '<div class="claim"><figure>'
    yield from _pattern(evidence)
    yield "</figure><div>"
    yield from effects_table(insertion_effects(finding))
    tried = f" Tried on {count(finding.insertion.n)} images." if finding.insertion else ""
    yield f"<figcaption>{text(_CONTROLS + tried)}</figcaption></div></div>"


def _pattern(evidence: Evidence) -> Iterator[str]:
    """The pattern where it stands, and a small one enlarged beside."""
    where = evidence.where()
    whole, mask = evidence.pattern()
    yield '<div class="views">'
    yield _enlarged(whole, f"The pattern: {where}")
    near = _near(whole, mask)
    if near is not whole:
        yield _enlarged(near, "The pattern, enlarged")
    yield "</div>"
    caption = where if evidence.finding.localised else wording_evidence.NO_PLACE
    yield f"<figcaption>{text(caption)}</figcaption>"


def pattern_thumb(evidence: Evidence) -> str:
    """The pattern as a small picture, for a list."""
    return _enlarged(_near(*evidence.pattern()), "The pattern", THUMB_PX)


def _near(whole: Pictures, mask: Array | None) -> Pictures:
    """The part around a pattern of at most half the picture's side; else the whole picture."""
    box = None if mask is None else pattern_box(mask)
    if box is None:
        return whole
    top, left, bottom, right = box
    part = whole[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
    return part if 2 * max(part.shape[:2]) <= max(whole.shape[:2]) else whole


def _enlarged(pixels: Pictures, alternative: str, side_px: int = PATTERN_PX) -> str:
    zoom = max(1, -(-side_px // max(pixels.shape[:2])))
    return picture(enlarge(pixels[None], zoom)[0], alternative, shown_px=side_px)


def _images(evidence: Evidence, highlight: Highlight) -> Iterator[str]:
    """Members, most typical first: the first as they are above what they share marked."""
    members = evidence.rows.members
    shown = members[: _most(evidence, MOST_IMAGES, FEW_IMAGES)]
    yield "<h4>Images that share it</h4>"
    yield '<div class="tiles">'
    yield from _tiles(evidence, shown, highlight, as_they_are=AS_THEY_ARE)
    yield "</div>"
    told = f"{count(len(shown))} of {count(len(members))} pool images, most typical first"
    if highlight_of(evidence.finding, highlight).mode != "off":
        also = count(min(AS_THEY_ARE, len(shown)))
        told += (
            f"; the first {also} also as they are, above. What they share is marked at the place "
            "where each has it"
        )
    yield f"<figcaption>{text(told)}.</figcaption>"


def _tiles(
    evidence: Evidence, rows: Array, highlight: Highlight, *, as_they_are: int = 0
) -> Iterator[str]:
    """A figure an image, what it shares marked; the first ones also as they are, above.

    No map can show a pattern without a stable place: those stay as they are.
    """
    highlight = highlight_of(evidence.finding, highlight)
    if highlight.mode == "off":
        as_they_are = 0
    names = [evidence.keys[int(row)] for row in rows]
    pixels = rgb(evidence.reader.read_rows("/images/pixels", rows[:as_they_are]))
    zoom = tile_zoom(*evidence.reader.shape("/images/pixels")[1:3])
    plain = enlarge(pixels, zoom)
    marked = highlighted(evidence.reader, evidence.rows, rows, highlight, zoom)
    what = "" if highlight.mode == "off" else ", shared pixels marked"
    for place, (made, key) in enumerate(zip(marked, names, strict=True)):
        above = tile(plain[place], f"{key}, as it is", key) if place < len(plain) else ""
        look = ' class="stack"' if above else ""
        yield f"<figure{look}>{above}{tile(made, f'{key}{what}', key)}</figure>"


def _insertions(evidence: Evidence) -> Iterator[str]:
    yield "<h4>Before and after the pattern was put in</h4>"
    found = evidence.pairs(_most(evidence, MOST_PAIRS, FEW_PAIRS))
    if not found:
        yield paragraph(_no_pairs(evidence.finding))
        return
    yield '<div class="tiles">'
    yield from (_pair(evidence, pair) for pair in found)
    yield "</div>"
    told = "The network's class before and after; in brackets its confidence in the new one."
    yield f"<figcaption>{told}</figcaption>"


def _no_pairs(finding: Finding) -> str:
    if finding.insertion is None:
        return f"Putting it in was not tried: {wording.reason(finding, 'insertion')}."
    return "No image became the class, so that there is none to show."


def _pair(evidence: Evidence, pair: Pair) -> str:
    names = evidence.info.class_names
    before, after = names[pair.class_before], names[pair.class_after]
    zoom = tile_zoom(*pair.before.shape[:2])
    left, right = (enlarge(side[None], zoom)[0] for side in (pair.before, pair.after))
    key = evidence.keys[pair.row]
    told = f"{before} → {after} ({pair.confidence:.2f})"
    return (
        f'<figure class="pair">{tile(left, f"Before: class {before}", key)}'
        f"{tile(right, f'After: class {after}', key)}<figcaption>{text(told)}</figcaption></figure>"
    )


def _removal(evidence: Evidence) -> Iterator[str]:
    yield f"<h4>{text(wording_evidence.TAKING_OUT)}</h4>"
    yield paragraph(wording.removal_sentence(evidence.finding))
    effects = removal_effects(evidence.finding)
    if effects:
        yield from effects_table(effects)


def _occurrence(evidence: Evidence) -> Iterator[str]:
    finding = evidence.finding
    yield f"<h4>{text(wording_evidence.WHERE_IT_OCCURS)}</h4>"
    yield from table(
        [[text(c) for c in row] for row in wording_evidence.occurrence_table(evidence)]
    )
    yield paragraph(wording_evidence.expected_sentence(finding))
    pool = finding.pool
    yield (
        f'<p class="quiet">Pool, unseen half: lift {number(pool.lift, times(pool.lift))}, '
        f"p {number(pool.p, scientific(pool.p))}, q {number(pool.q, scientific(pool.q))} "
        "(p corrected for all candidates that were tested).</p>"
    )
    yield paragraph(wording.training_sentence(finding))
    if finding.training:
        yield paragraph(wording_evidence.SHARES_OF_HALF, "quiet")


def _doubts(evidence: Evidence) -> Iterator[str]:
    """What would weaken the claim, worst first."""
    yield f"<h4>{text(wording_evidence.WEAKENING)}</h4>"
    yield '<ul class="doubts">'
    elsewhere = len(evidence.carriers_elsewhere())
    for doubt in wording.doubts(evidence.finding, evidence.contents(), elsewhere):
        mark = {True: "!", False: "✓", None: "?"}[doubt.weakens]
        words = wording_evidence.WEAKENS[doubt.weakens]
        look = "mark alarm" if doubt.weakens else "mark"
        yield (
            f'<li><span class="{look}" role="img" aria-label="{text(words)}">{mark}</span>'
            f"<span>{text(doubt.text)}</span></li>"
        )
    yield "</ul>"
    yield paragraph("! weakens the claim; ✓ does not; ? not known.", "quiet")


def _training(evidence: Evidence, highlight: Highlight) -> Iterator[str]:
    """The training images to clean: pictures of some, of what is proven or suspected all keys."""
    finding, rows = evidence.finding, evidence.rows.training
    yield f"<h4>{text(wording_evidence.TRAINING_IMAGES)}</h4>"
    if not len(rows):
        yield paragraph(wording_evidence.no_training_images(finding))
        return
    others = len(evidence.training_elsewhere())
    own = f"{count(len(rows) - others)} of class {finding.class_}"
    is_listed = finding.outcome != "candidate"
    yield paragraph(f"{own}, {count(others)} of other classes.")
    if is_listed:
        yield paragraph("If the pattern is spurious, these are the images to clean or replace.")
    yield '<div class="tiles">'
    shown = rows[: _most(evidence, MOST_TRAINING, FEW_TRAINING)]
    yield from _tiles(evidence, shown, highlight)
    yield "</div>"
    keys = [evidence.keys[int(row)] for row in rows]
    if is_listed:
        yield from key_list(keys[:MOST_KEYS], wording_evidence.TRAINING_IMAGES)
    left = len(keys) - MOST_KEYS if is_listed else 0
    if left > 0:
        yield paragraph(f"and {count(left)} more", "quiet")
    if left > 0 or not is_listed:
        yield paragraph("All of them are in members.csv of an export of tables.", "quiet")


def _most(evidence: Evidence, many: int, few: int) -> int:
    return few if evidence.finding.outcome == "candidate" else many
