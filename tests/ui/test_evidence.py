"""The evidence pane: its sentences, its bars, its links and the verdict buttons."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from spurview.core import local_family
from spurview.core.arrays import MemoryReader
from spurview.core.evidence import ClassRecord
from spurview.pipeline.findings import verification_records
from spurview.pipeline.sensitivity_wording import record_mark
from spurview.project.model import SensitivityRecord, Verdict
from spurview.ui.evidence import evidence_pane
from spurview.ui.evidence.effect_bar import EffectBar
from spurview.ui.evidence.evidence_pane import EMPTY, NOT_YET, EvidencePane
from spurview.ui.evidence.material import material
from spurview.ui.evidence.one_row import OneRow
from spurview.ui.evidence.pattern_picture import PatternPicture
from spurview.ui.widgets.captioned import Captioned
from spurview.ui.widgets.link_button import LinkButton
from tests import constructed
from tests.constructed import CARRIERS
from tests.ui.view_bench import STRONG, WEAK, Bench, show


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pane(qtbot, bench) -> EvidencePane:
    return show(qtbot, EvidencePane(bench.document, bench.focus), 550, 900)


def verified(**changes) -> dict:
    """The verification of both candidates, the first one's changed."""
    first, second = verification_records(MemoryReader(constructed.arrays()))
    records = [msgspec.structs.replace(first, **changes), second]
    return {"/verification/records": constructed.as_json(records)}


def opened(qtbot, bench: Bench, candidate_id: str | None = STRONG, width=550) -> EvidencePane:
    pane = show(qtbot, EvidencePane(bench.document, bench.focus), width, 900)
    bench.focus.candidate_id = candidate_id
    return pane


def texts(pane) -> list[str]:
    shown = [made.text() for made in pane.findChildren(QLabel) if made.isVisibleTo(pane)]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in shown]


def bars(pane) -> list[str]:
    return [bar.effect.words() for bar in pane.findChildren(EffectBar) if bar.isVisibleTo(pane)]


def link(pane, text) -> LinkButton:
    return next(
        b for b in pane.findChildren(LinkButton) if b.isVisibleTo(pane) and b.text() == text
    )


def test_nothing_chosen_says_how_to_get_evidence(pane):
    assert EMPTY in texts(pane)
    assert not pane.verdict_button("spurious").isVisible()


def test_before_verification_it_says_when_it_appears(qtbot):
    bench = Bench(without=("/verification",))
    pane = opened(qtbot, bench, None)
    assert NOT_YET in texts(pane)


def test_an_alarm_is_told_in_plain_words(bench, pane):
    bench.focus.candidate_id = STRONG
    shown = texts(pane)
    assert (
        "Putting this pattern into 100 other images turned 62 % of them into class b; "
        "patterns made the same way from random groups turned 2 %."
    ) in shown
    assert (
        "Taking it out of the 30 images that carry it turned 70 % away from class b; "
        "taking out as much elsewhere turned 1 %."
    ) in shown


def test_bars_stand_for_the_claim_and_its_controls(bench, pane):
    bench.focus.candidate_id = STRONG
    assert bars(pane)[:4] == [
        "Pattern inserted: 62 %, 95 % interval 52–71 %",
        "Random group: 2 %, 95 % interval 1–7 %",
        "Scrambled: 10 %, 95 % interval 6–17 %",
        "Elsewhere: 3 %, 95 % interval 1–8 %",
    ]


def test_facts_name_lifts_with_their_q_and_the_removal(bench, pane):
    bench.focus.candidate_id = STRONG
    shown = texts(pane)
    for text in ("2.9×", "q 2·10⁻¹⁰", "90×", "q 1·10⁻²⁰", "70 %", "elsewhere 1 %"):
        assert text in shown


def test_missing_numbers_give_their_reason(bench, pane):
    bench.focus.candidate_id = WEAK
    assert "Taking it out was not tried: too few carriers." in texts(pane)
    assert "Scrambled: not known, it was not measured" in bars(pane)
    assert (
        "Listed, not proven: too little speaks for it to call it a cause. "
        "Against it: content alone explains how often the class has it."
    ) in texts(pane)


def test_an_alarm_is_compared_with_trials_as_soon_as_they_end(bench, pane):
    def compared() -> list[str]:
        return [text for text in texts(pane) if "with nothing planted" in text]

    bench.focus.candidate_id = STRONG
    assert compared() == []
    record = SensitivityRecord(
        fingerprint=record_mark(bench.document.info),
        made="",
        side_px=6,
        points=[],
        clean_runs=5,
        clean_alarms=0,
    )
    bench.document.put_sensitivity(record)
    assert len(compared()) == 1
    assert "none of 5 runs on these images alarmed" in compared()[0]


def test_a_suspect_without_a_network_claims_no_cause(qtbot):
    missing = {"insertion": "there is no network", "removal": "there is no network"}
    changed = verified(outcome="suspect", kind=None, insertion=None, removal=None, missing=missing)
    pane = opened(qtbot, Bench(changed=changed))
    assert (
        "These 30 images share this pattern and class b has 2.9 times its share of them. "
        "Without the network it cannot be tested whether the pattern is the cause."
    ) in texts(pane)
    assert "Pattern inserted: not known, there is no network" in bars(pane)


def test_a_texture_is_told_apart_from_a_pattern(qtbot):
    first = verification_records(MemoryReader(constructed.arrays()))[0]
    insertion = msgspec.structs.replace(first.insertion, scrambled=0.6)
    pane = opened(qtbot, Bench(changed=verified(kind="texture", insertion=insertion)))
    assert any("and scrambled copies 60 %" in text for text in texts(pane))


def test_silence_says_what_was_searched(qtbot):
    weak = verified(outcome="candidate", kind=None)
    pane = opened(qtbot, Bench(changed=weak), None)
    shown = texts(pane)
    assert "No class is tied to a shared pattern." in shown
    assert "How weak a pattern would have been seen is not known yet." in shown
    assert "240 images" in shown
    assert "2 of 3 searched" in shown
    assert "Cannot tell: only 11 pool images got this class, about 40 are needed" in shown
    assert f"Patterns in fewer than {local_family.FEWEST} pool images of a class" in shown


def test_where_no_class_was_searched_silence_claims_nothing(qtbot):
    classes = [
        ClassRecord(class_index=index, pool=3, searched=False, reason="too few")
        for index in range(3)
    ]
    none = verified(outcome="candidate", kind=None)
    none["/candidates/classes"] = constructed.as_json(classes)
    pane = opened(qtbot, Bench(changed=none), None)
    shown = texts(pane)
    assert "Nothing can be said: no class got enough pool images to be searched." in shown
    assert not any("No class is tied" in text or "How weak" in text for text in shown)


def test_silence_offers_its_sensitivity_at_once(qtbot, monkeypatch):
    bench = Bench()
    monkeypatch.setattr(evidence_pane, "is_silent", lambda _: True)
    pane = opened(qtbot, bench, None)
    with qtbot.waitSignal(pane.sensitivity_requested):
        link(pane, "How sensitive is this?").click()


def test_silence_tells_what_chance_gives(qtbot):
    weak = verified(outcome="candidate", kind=None)
    pane = opened(
        qtbot,
        Bench(changed=weak | {"/chance/record": constructed.with_chance()["/chance/record"]}),
        None,
    )
    assert any(text.startswith("Expected by chance 0.4, found 1: ") for text in texts(pane))


def test_stale_chance_is_no_stale_evidence(qtbot, bench, monkeypatch):
    states = dict.fromkeys(bench.document.states, "fresh") | {"chance": "stale"}
    monkeypatch.setattr(type(bench.document), "states", property(lambda _: states))
    assert opened(qtbot, bench).banner_text == ""


def test_stale_evidence_says_why(qtbot, bench, monkeypatch):
    states = dict.fromkeys(bench.document.states, "fresh") | {"classifier": "stale"}
    monkeypatch.setattr(type(bench.document), "states", property(lambda _: states))
    pane = opened(qtbot, bench)
    assert pane.banner_text == "Stale: from before the classifier was changed."


def test_pairs_show_images_before_and_after(bench):
    shown = material(bench.document, STRONG)
    pair = shown.pairs()[0]
    assert pair.after[2, 2].tolist() == [255] * 3
    assert (pair.after[8:] == pair.before[8:]).all()
    assert pair.class_after == 1


def test_pairs_of_a_moved_pattern_show_it_where_it_was_put_in():
    shown = material(Bench(changed=constructed.moved()).document, STRONG)
    for pair, (down, right) in zip(shown.pairs(), [(5, 0), (0, 6), (7, 7), (-1, 9)], strict=True):
        changed = np.argwhere((pair.after != pair.before).any(2))
        assert changed.min(0).tolist() == [1 + down, 1 + right]
        assert changed.max(0).tolist() == [3 + down, 3 + right]


def test_pairs_that_do_not_fit_are_hidden_whole(qtbot, bench):
    pane = opened(qtbot, bench, width=420)
    strip = pane.findChild(OneRow)
    assert len(strip.shown()) == 3
    assert all(widget.geometry().right() < strip.width() for widget in strip.shown())


def test_captions_of_pairs_name_both_classes(bench, pane):
    bench.focus.candidate_id = STRONG
    captions = [made.caption_text for made in pane.findChildren(Captioned)]
    assert captions[0].endswith("→ b 0.99")


def test_the_pattern_names_its_place(bench, pane):
    bench.focus.candidate_id = STRONG
    picture = pane.findChild(PatternPicture)
    assert picture.accessibleName() == "The pattern of b · A: 3 × 3 pixels, top left"
    assert picture.width() == 112


@pytest.mark.parametrize(
    ("text", "rows", "caption"),
    [
        ("Show 30 carriers", CARRIERS, "30 carriers in the pool, best match first, b · A"),
        ("Show all 30 images", CARRIERS, "30 images, most typical first, b · A"),
    ],
)
def test_links_show_the_images_behind_a_claim(qtbot, bench, pane, text, rows, caption):
    bench.focus.candidate_id = STRONG
    with qtbot.waitSignal(pane.show_rows_requested) as asked:
        qtbot.mouseClick(link(pane, text), Qt.MouseButton.LeftButton)
    assert sorted(asked.args[0]) == rows.tolist()
    assert asked.args[1] == caption


def test_training_images_that_carry_it_can_be_shown_and_copied(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    rows = bench.document.rows[STRONG].training.tolist()
    with qtbot.waitSignal(pane.show_rows_requested) as asked:
        qtbot.mouseClick(link(pane, f"Show all {len(rows)}"), Qt.MouseButton.LeftButton)
    assert asked.args[0] == rows
    qtbot.mouseClick(link(pane, f"Copy {len(rows)} keys"), Qt.MouseButton.LeftButton)
    expected = [bench.document.keys[row] for row in rows]
    assert QGuiApplication.clipboard().text().splitlines() == expected


def test_carriers_of_one_label_weaken_the_claim(qtbot):
    label = constructed.arrays()["/images/label"].copy()
    label[CARRIERS] = 2
    pane = opened(qtbot, Bench(changed={"/images/label": label}))
    assert "One content carries it: 100 % of the carriers are c." in texts(pane)


def test_verdict_buttons_ask_and_show_what_the_document_says(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    button = pane.verdict_button("spurious")
    with qtbot.waitSignal(pane.verdict_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [STRONG, "spurious"]
    assert not button.isChecked()
    bench.document.put_verdict(STRONG, Verdict(class_name="b", verdict="spurious"))
    assert button.isChecked()


def test_a_verdict_leaves_the_evidence_where_it_was_scrolled_to(qtbot, bench):
    pane = show(qtbot, EvidencePane(bench.document, bench.focus), 550, 379)
    bench.focus.candidate_id = STRONG
    bar = pane.scroll_area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 200)
    bar.setValue(150)
    bench.document.put_verdict(STRONG, Verdict(class_name="b", verdict="unsure"))
    assert bar.value() == 150


def test_two_columns_from_960_pixels_on(qtbot, bench):
    pane = opened(qtbot, bench, width=1000)
    first, second = (part.geometry() for part in pane.columns)
    assert second.left() > first.right()
    pane.resize(700, 900)
    qtbot.waitUntil(lambda: pane.columns[1].y() > pane.columns[0].y())


def test_key_hints_go_where_the_pane_is_narrow(qtbot, bench, pane):
    assert pane.verdict_button("genuine").hint == "G"
    pane.resize(480, 900)
    qtbot.waitUntil(lambda: pane.verdict_button("genuine").hint == "")


def test_every_picture_and_bar_has_a_name(bench, pane):
    bench.focus.candidate_id = STRONG
    for kind in (EffectBar, Captioned, PatternPicture, LinkButton):
        for widget in pane.findChildren(kind):
            assert widget.accessibleName()


def test_numbers_do_not_depend_on_pool_labels(bench):
    shown = material(bench.document, STRONG)
    assert shown.contents() == {}
    assert len(shown.training_elsewhere()) == 0
    assert np.array_equal(shown.carriers_elsewhere(), [])
