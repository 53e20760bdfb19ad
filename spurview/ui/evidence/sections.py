"""The parts of the evidence, each made from the material of one candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from spurview.core.shared_pixels import SMOOTH_FROM_PX, Pictures, enlarge, pattern_box, rgb
from spurview.core.wilson import wilson_interval
from spurview.pipeline import wording
from spurview.pipeline.findings import Insertion, Removal
from spurview.pipeline.wording import Doubt, count, percent, scientific, times
from spurview.ui.document import Document
from spurview.ui.evidence.effect_bar import Effect, EffectBar
from spurview.ui.evidence.icon_label import IconLabel
from spurview.ui.evidence.material import Material, Occurrence, Pair
from spurview.ui.evidence.one_row import OneRow
from spurview.ui.evidence.pattern_picture import PatternPicture
from spurview.ui.widgets.captioned import Captioned, Part
from spurview.ui.widgets.flow import FlowLayout
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.link_button import LinkButton
from spurview.ui.widgets.pictures import to_qimage

# Called with the rows to show and what they are in words.
ShowRows = Callable[[Sequence[int], str], None]

THUMB_PX = 56
PATTERN_PX = 112
MOST_TRAINING = 8


def claim(shown: Material, name: str) -> QWidget:
    """The sentence, the pattern beside its effects, and what the outcome means."""
    finding = shown.finding
    part, inside = _column(gap=12)
    inside.addWidget(label(wording.headline(finding), "headline", wrap=True))
    standing = wording.standing(finding)
    if standing:
        inside.addWidget(label(standing, "quiet", wrap=True))
    beside = QHBoxLayout()
    beside.setSpacing(16)
    picture, mask = shown.pattern()
    box = None if mask is None else pattern_box(mask)
    moves = finding.pixels.places is not None
    where = wording.place(box, *picture.shape[:2], moves=moves)
    beside.addWidget(
        PatternPicture(picture, mask, f"The pattern of {name}: {where}", side_px=PATTERN_PX),
        0,
        Qt.AlignmentFlag.AlignTop,
    )
    bars = QVBoxLayout()
    bars.setSpacing(0)
    for effect in insertion_effects(shown):
        bars.addWidget(EffectBar(effect))
    words = where if finding.localised else "No stable place: the mean of its images is shown"
    bars.addSpacing(2)
    bars.addWidget(label(words, "quiet", wrap=True))
    bars.addStretch(1)
    beside.addLayout(bars, 1)
    inside.addLayout(beside)
    return part


def insertion_effects(shown: Material) -> list[Effect]:
    """The pattern's own effect first, then its controls."""
    finding, put = shown.finding, shown.finding.insertion

    def why(name: str) -> str:
        whole = f"insertion.{name}"
        return wording.reason(finding, whole if whole in finding.missing else "insertion")

    return [
        Effect(
            "Pattern inserted",
            put.flip if put else None,
            put.interval if put else None,
            is_claim=True,
            is_alarm=finding.alarm,
            reason=why("insertion"),
            short_name="Pattern",
        ),
        _control("Random group", put.null_control if put else None, put, why("insertion")),
        _control("Scrambled", put.scrambled if put else None, put, why("scrambled")),
        _control("Elsewhere", put.rolled if put else None, put, why("rolled")),
    ]


def _control(
    name: str, share: float | None, tried: Insertion | Removal | None, reason: str = ""
) -> Effect:
    """A control with the interval of as many images as the claim was tried on."""
    if share is None or tried is None:
        return Effect(name, share, reason=reason)
    return Effect(name, share, wilson_interval(share, tried.n), reason=reason)


def facts(shown: Material) -> QWidget:
    """Pool lift, training lift and removal, label over value; a reason where one is missing."""
    finding = shown.finding
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(0)
    pool, out = finding.pool, finding.removal
    cells = [
        ("Pool lift", times(pool.lift), f"q {scientific(pool.q)}"),
        _training_words(shown),
        (
            "Removal",
            percent(out.drop) if out else "Not tried",
            f"elsewhere {percent(out.control)}" if out else wording.reason(finding, "removal"),
        ),
    ]
    for column, (name, value, more) in enumerate(cells):
        grid.addWidget(label(name, "quiet"), 0, column)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label(value, "value"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(more, "quiet", wrap=True), 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(line, 1, column)
        grid.setColumnStretch(column, 1)
    return part


def _training_words(shown: Material) -> tuple[str, str, str]:
    """Name, value and the rest; the share where there is nothing to divide by."""
    seen = shown.finding.training
    if seen is None:
        return "Training lift", "Not known", wording.reason(shown.finding, "training")
    if seen.lift is None:
        return "Training share", percent(seen.rate), f"others {percent(seen.others)}"
    return "Training lift", times(seen.lift), f"q {scientific(seen.q)}"


def pair_strip(shown: Material, show: ShowRows) -> QWidget | None:
    """Images before and after the pattern was put in; None where there are none."""
    pairs = shown.pairs()
    if not pairs:
        return None
    names = shown.document.info.class_names
    rows = [pair.row for pair in pairs]
    widgets = []
    for pair in pairs:
        widget = _pair_widget(pair, names)
        widget.clicked.connect(lambda: show(rows, "the pattern was put into"))
        widgets.append(widget)
    strip = OneRow(widgets, gap=12)
    strip.setAccessibleName("Images before and after the pattern was put in")
    return strip


def _pair_widget(pair: Pair, names: list[str]) -> Captioned:
    before, after = names[pair.class_before], names[pair.class_after]
    caption = [
        Part(before, pair.class_before),
        Part("→"),
        Part(after, pair.class_after, quiet=False),
        Part(f"{pair.confidence:.2f}"),
    ]
    words = f"Class {before} became class {after} with confidence {pair.confidence:.2f}"
    return Captioned([_thumb(pair.before), _thumb(pair.after)], caption, words, side_px=THUMB_PX)


def taking_out(shown: Material, show: ShowRows) -> QWidget:
    """What removing the pattern did."""
    finding, out = shown.finding, shown.finding.removal
    members = shown.rows.members.tolist()
    link = None
    if out is not None:
        link = LinkButton(f"Show all {count(len(members))} images")
        link.clicked.connect(lambda: show(members, "images, most typical first"))
    part, inside = _section("Taking it out", link)
    inside.addWidget(label(wording.removal_sentence(finding), wrap=True))
    if out is not None:
        effects = [
            Effect(
                "Pattern taken out",
                out.drop,
                out.interval,
                is_claim=True,
                is_alarm=finding.alarm,
            ),
            _control("As much elsewhere", out.control, out),
        ]
        for effect in effects:
            inside.addWidget(EffectBar(effect, label_px=PATTERN_PX + 16))
    return part


def where_it_occurs(shown: Material, show: ShowRows) -> QWidget:
    """The table of carriers in the class and elsewhere."""
    finding, matches = shown.finding, shown.rows.matches.tolist()
    link = LinkButton(f"Show {count(len(matches))} carriers")
    link.clicked.connect(lambda: show(matches, "carriers in the pool, best match first"))
    part, inside = _section("Where it occurs", link)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    heads = ("", f"in class {finding.class_}", "elsewhere", "lift", "q")
    for column, text in enumerate(heads):
        grid.addWidget(_right(label(text, "quiet")), 0, column)
    _table_row(grid, 1, "Pool, unseen half", shown.pool_occurrence())
    training = shown.training_occurrence()
    if training is not None:
        _table_row(grid, 2, "Training images", training)
    inside.addLayout(grid)
    pool = finding.pool
    inside.addWidget(
        label(
            f"Of {count(pool.matching)} carriers {pool.expected:.1f} would be class "
            f"{finding.class_} if the pattern made no difference.",
            "quiet",
            wrap=True,
        )
    )
    inside.addWidget(label(wording.training_sentence(finding), "quiet", wrap=True))
    return part


def _table_row(grid: QGridLayout, line: int, name: str, occurrence: Occurrence) -> None:
    cells = (
        _of(occurrence.inside, occurrence.inside_total),
        _of(occurrence.outside, occurrence.outside_total),
        times(occurrence.lift) if occurrence.lift is not None else "only here",
        scientific(occurrence.q),
    )
    grid.addWidget(label(name), line, 0)
    for column, text in enumerate(cells, 1):
        grid.addWidget(_right(label(text, "value" if column == 3 else "plain")), line, column)


def weakening(shown: Material, show: ShowRows) -> QWidget:
    """What would weaken the claim, and whether it does."""
    part, inside = _section("What would weaken this claim")
    elsewhere = len(shown.carriers_elsewhere())
    for doubt in wording.doubts(shown.finding, shown.contents(), elsewhere):
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(_doubt_icon(doubt), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(doubt.text, wrap=True), 1)
        rows = _rows_behind(shown, doubt)
        if len(rows):
            link = LinkButton(f"Show {count(len(rows))}", f"Show {len(rows)} images: {doubt.text}")
            link.clicked.connect(
                lambda _=False, rows=rows, doubt=doubt: show(rows.tolist(), _CAPTIONS[doubt.images])
            )
            line.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(line)
    return part


_CAPTIONS = {
    "carriers": "carriers in the pool",
    "carriers elsewhere": "carriers that are not of the class",
    "training elsewhere": "training images of other classes with the pattern",
}


def _rows_behind(shown: Material, doubt: Doubt) -> np.ndarray:
    if doubt.images == "carriers":
        return shown.rows.matches
    if doubt.images == "carriers elsewhere":
        return shown.carriers_elsewhere()
    if doubt.images == "training elsewhere":
        return shown.training_elsewhere()
    return np.empty(0, np.intp)


def _doubt_icon(doubt: Doubt) -> IconLabel:
    icon_name, words = {
        True: ("circle-alert", "weakens the claim"),
        False: ("circle-check", "does not"),
        None: ("circle-help", "not known"),
    }[doubt.weakens]
    return IconLabel(icon_name, words)


def training_images(shown: Material, show: ShowRows) -> QWidget:
    """The training images that carry the pattern: what the person must clean."""
    rows = shown.rows.training.tolist()
    document = shown.document
    link = None
    if rows:
        link = LinkButton(f"Show all {count(len(rows))}")
        link.clicked.connect(lambda: show(rows, "training images with the pattern"))
    part, inside = _section("Training images that carry it", link)
    if not rows:
        why = "None was found." if shown.finding.training else _no_training(shown)
        inside.addWidget(label(why, "quiet", wrap=True))
        return part
    holder = QWidget()
    flow = FlowLayout(holder, gap=12, row_gap=8)
    flow.setContentsMargins(0, 0, 0, 0)
    for row, picture in zip(rows, _thumbs(document, rows[:MOST_TRAINING]), strict=False):
        key = document.keys[row]
        thumb = Captioned([picture], [Part(_short(key))], key, side_px=THUMB_PX)
        thumb.clicked.connect(lambda: show(rows, "training images with the pattern"))
        flow.addWidget(thumb)
    inside.addWidget(holder)
    copy = LinkButton(f"Copy {count(len(rows))} keys")
    copy.clicked.connect(
        lambda: QGuiApplication.clipboard().setText("\n".join(document.keys[row] for row in rows))
    )
    inside.addWidget(copy)
    return part


def _no_training(shown: Material) -> str:
    return f"Not known: {wording.reason(shown.finding, 'training')}."


def _thumbs(document: Document, rows: list[int]) -> list[QImage]:
    pixels = document.reader.read_rows("/images/pixels", rows)
    return [_thumb(picture) for picture in rgb(pixels)]


def _thumb(picture: Pictures) -> QImage:
    """A picture grown by a whole factor, or shrunk to fit, within the thumbnail's square."""
    side = max(picture.shape[:2])
    zoom = max(1, -(-THUMB_PX // side)) if side < SMOOTH_FROM_PX else 2 * THUMB_PX / side
    return to_qimage(enlarge(picture[None], zoom)[0])


def _short(key: str) -> str:
    return key.rsplit("/", 1)[-1]


def _of(part: int, total: int | None) -> str:
    return count(part) if total is None else f"{count(part)} of {count(total)}"


def _right(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def _column(gap: int) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    inside = QVBoxLayout(part)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(gap)
    return part, inside


def _section(title: str, link: LinkButton | None = None) -> tuple[QWidget, QVBoxLayout]:
    """A titled part, with a link at the right end of its title."""
    part, inside = _column(gap=8)
    line = QHBoxLayout()
    line.addWidget(label(title, "title"), 1)
    if link is not None:
        line.addWidget(link)
    inside.addLayout(line)
    return part, inside
