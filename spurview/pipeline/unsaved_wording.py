"""What is said of unsaved work found beside a project, in the window and on the command line."""

from __future__ import annotations

from spurview.project.journal import Entry


def found_text(unsaved: Entry) -> str:
    """One sentence: that there is such work, and of when."""
    when = unsaved.time.removesuffix("Z")[:16].replace("T", " ")
    return f"Unsaved work of {when} UTC was found."


def content_text(unsaved: Entry) -> str:
    """One sentence: what it changes."""
    parts = []
    if unsaved.verdicts:
        n = len(unsaved.verdicts)
        whose = "one candidate" if n == 1 else f"{n} candidates"
        parts.append(f"what was said of {whose}")
    if unsaved.by_hand is not None:
        parts.append("candidates made by hand")
    if unsaved.settings is not None:
        parts.append("settings")
    return f"It changes {' and '.join(parts)}."
