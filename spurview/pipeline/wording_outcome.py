"""What an outcome short of an alarm means, and which tests stood in the way."""

from __future__ import annotations

from collections.abc import Mapping

from spurview.pipeline.findings import Finding

# Tests by the name of their ratio (`core.decide`), as what is the case where one is not passed.
_NOT_PASSED = {
    "enrichment": "content alone explains how often the class has it",
    "valley_pool": "pool images with and without it run into one another",
    "valley_training": "training images with and without it run into one another",
    "agreement": "two ways of telling its carriers disagree",
    "independence": "the rest of an image tells whether it is there",
    "insertion": "it turns hardly more images than patterns of random groups",
    "margin": "it moves the network hardly more than patterns of random groups",
    "training_rate": "hardly more training images of the class have it than of others",
    "training_lift": "training images of another class have it nearly as often",
}
_MOST_NAMED = 3


def standing(finding: Finding, ratios: Mapping[str, float] | None = None) -> str:
    """What the outcome means and which tests are not passed; empty for an alarm, which needs none.

    ratios: evidence over threshold by test, where it is known.
    """
    if finding.outcome == "alarm":
        return ""
    unmet = _unmet(ratios or {})
    if finding.outcome == "candidate":
        return f"Listed, not proven: too little speaks for it to call it a cause.{unmet}"
    if ratios and not unmet:
        return "Suspect: every test that could be made is passed, but not all could be made."
    return f"Suspect: the effect is there, but not every test for an alarm is passed.{unmet}"


def _unmet(ratios: Mapping[str, float]) -> str:
    """The tests that are not passed, clearest first; empty where all are."""
    failed = sorted((ratio, name) for name, ratio in ratios.items() if not ratio >= 1)
    told = [_NOT_PASSED[name] for _, name in failed]
    if len(told) > _MOST_NAMED:
        told[_MOST_NAMED:] = [f"{len(told) - _MOST_NAMED} more"]
    return f" Against it: {'; '.join(told)}." if told else ""
