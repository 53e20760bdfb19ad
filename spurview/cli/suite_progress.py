"""How far an evaluation has come, as one line for a terminal or a line a run elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from spurview import log
from spurview.cli.interrupt import ProgressLine

if TYPE_CHECKING:
    from spurview.evaluation.kinds import Suite
    from spurview.evaluation.rows import Row
    from spurview.evaluation.workers import Failure


class SuiteProgress:
    """How far a suite has come, in one line: its kind's runs, all runs, the time that is left."""

    def __init__(
        self,
        suite: Suite,
        rows: Iterable[Row],
        line: ProgressLine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds = {kind.name: kind for kind in suite.kinds}
        self._done = Counter(row.kind for row in rows)
        self._line, self._clock = line, clock
        self._started = clock()
        self._ended = 0
        self._latest: str | None = None
        self._text = "evaluation"

    def ended(self, ended: Row | Failure) -> None:
        """A run has ended; one that failed is told of at once."""
        # By now it is loaded; this module may be imported without it.
        from spurview.evaluation.workers import Failure

        self._done[ended.kind] += 1
        self._ended += 1
        self._latest = ended.kind
        if isinstance(ended, Failure):
            log.record_error(f"{ended}\n{ended.details}")
            self._line.say(str(ended))

    def report(self, done: int, total: int, message: str) -> None:
        """Show how far it is; raises Cancelled when the person asked to stop."""
        if self._latest is not None:
            self._text = self._told(self._latest, done, total)
            self._latest = None
        self._line(done, total, self._text)

    def _told(self, kind: str, done: int, total: int) -> str:
        # As above: by now it is loaded.
        from spurview.pipeline.wording import duration

        known = self._kinds[kind]
        number = self._done[kind]
        most = f"{known.least}" if number <= known.least else f"up to {known.most}"
        parts = [f"{kind} {number} of {most}", f"{done} run{'' if done == 1 else 's'} done"]
        left = (self._clock() - self._started) / self._ended * max(0, total - done)
        if left:
            parts.append(f"about {duration(left)} left")
        return " · ".join(parts)
