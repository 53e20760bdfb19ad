"""The report's part on how weak a pattern would have been seen, or that nobody has asked yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spurview.pipeline import wording
from spurview.pipeline.effects import Effect
from spurview.pipeline.report_markup import bar, number, paragraph, table, text
from spurview.pipeline.sensitivity_wording import sensitivity_sentence, trials_sentence
from spurview.pipeline.wording import interval, percent
from spurview.project.model import ProjectInfo, SensitivityPoint, SensitivityRecord

SENSITIVITY_COMMAND = "spurview evaluate --like PROJECT --out DIR"
SENSITIVITY_OPTION = "spurview export PROJECT OUT --html --sensitivity DIR"
_HEAD = ("strength", "of class", "of pool", "found", "", "95 % interval", "alarmed", "learnt")


def sensitivity_part(info: ProjectInfo, trials: Sequence[str]) -> Iterator[str]:
    """The part: `trials`, told by an evaluation beside the project, before what the project keeps.

    Without either it says that this is not known, and how to measure it.
    """
    yield '<h2 id="sensitivity">How weak a pattern would have been seen</h2>'
    if trials:
        yield from (paragraph(line) for line in trials)
    elif info.sensitivity is not None:
        yield paragraph(sensitivity_sentence(info))
        yield from _curve(info.sensitivity)
        yield paragraph(trials_sentence(info.sensitivity), "quiet")
    else:
        yield paragraph(wording.SILENCE_UNTESTED)
        yield (
            f"<p>To measure it on these images: <code>{text(SENSITIVITY_COMMAND)}</code>, and to "
            f"tell it here: <code>{text(SENSITIVITY_OPTION)}</code></p>"
        )


def _curve(record: SensitivityRecord) -> Iterator[str]:
    """A line for each strength and share, strongest first, with the share found as a bar."""
    if record.points:
        yield from table([_HEAD, *map(_row, record.points)], "figures")


def _row(point: SensitivityPoint) -> list[str]:
    shares = (text(percent(point.share_of_class)), text(percent(point.share_of_pool)))
    learnt = f"{point.learnt} of {point.trials}"
    name = number(point.strength, f"{point.strength:g}")
    if not point.learnt:
        return [name, *shares, "", text(wording.NOT_KNOWN), "", text(wording.NOT_KNOWN), learnt]
    bounds = (point.low, point.high)
    found = Effect("Found", point.found / point.learnt, bounds, is_claim=True)
    return [
        name,
        *shares,
        bar(found),
        f"{point.found} of {point.learnt}",
        text(f"{interval(bounds)} %"),
        f"{point.alarmed} of {point.learnt}",
        learnt,
    ]
