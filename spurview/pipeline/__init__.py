"""The stages, what each needs and makes, what is stale; findings, exports and reports."""
