"""Dialogs that take more than a question: a new project, and what Tools offers beside a run."""
