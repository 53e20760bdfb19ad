"""Work on one background thread, for the window; QtCore only."""

from spurview.jobs.child import watch
from spurview.jobs.failure import Failure
from spurview.jobs.job import Job, Work
from spurview.jobs.runner import JobRunner

__all__ = ["Failure", "Job", "JobRunner", "Work", "watch"]
