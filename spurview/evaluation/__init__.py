"""How well patterns are found: cells of planted and clean runs, their measures and reports.

Knows the pipeline and everything below it, no window and no command.
"""
