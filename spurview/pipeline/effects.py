"""The measured shares of a finding, each with its 95 % interval: the claim first, then controls."""

from __future__ import annotations

from dataclasses import dataclass

from spurview.core.wilson import wilson_interval
from spurview.pipeline.findings import Finding, Insertion, Removal
from spurview.pipeline.wording import interval, percent, reason


@dataclass(frozen=True)
class Effect:
    """A share 0..1 (None: not known, and why), and whether it is the claim or a control."""

    name: str
    share: float | None
    bounds: tuple[float, float] | None = None
    is_claim: bool = False
    is_alarm: bool = False
    reason: str = ""
    short_name: str = ""

    def words(self) -> str:
        """The bar in words, for screen readers and tool tips."""
        if self.share is None:
            return f"{self.name}: not known, {self.reason}"
        between = f", 95 % interval {interval(self.bounds)} %" if self.bounds else ""
        return f"{self.name}: {percent(self.share)}{between}"


def insertion_effects(finding: Finding) -> list[Effect]:
    """The pattern's own effect when put in, and its three controls."""
    put = finding.insertion

    def why(name: str) -> str:
        whole = f"insertion.{name}"
        return reason(finding, whole if whole in finding.missing else "insertion")

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


def removal_effects(finding: Finding) -> list[Effect]:
    """The effect of taking the pattern out, and its control; empty where that was not tried."""
    out = finding.removal
    if out is None:
        return []
    return [
        Effect("Pattern taken out", out.drop, out.interval, is_claim=True, is_alarm=finding.alarm),
        _control("As much elsewhere", out.control, out),
    ]


def _control(
    name: str, share: float | None, tried: Insertion | Removal | None, why: str = ""
) -> Effect:
    """A control with the interval of as many images as the claim was tried on."""
    if share is None or tried is None:
        return Effect(name, share, reason=why)
    return Effect(name, share, wilson_interval(share, tried.n), reason=why)
